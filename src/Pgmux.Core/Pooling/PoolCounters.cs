namespace Pgmux.Core.Pooling;

/// <summary>
/// What one pool has done on one loop. Plain fields that only this loop writes; readers sum them over the loops and may see a
/// value a moment old. Times are ticks of the loops' clock.
/// </summary>
internal sealed class PoolCounters
{
    /// <summary>Leases begun.</summary>
    public long ServerAssignments;

    /// <summary>Transactions ended; in session mode too.</summary>
    public long Transactions;

    /// <summary>Query cycles ended, each with its ReadyForQuery.</summary>
    public long Queries;

    /// <summary>Bytes received from clients.</summary>
    public long BytesReceived;

    /// <summary>Bytes received from servers for clients.</summary>
    public long BytesSent;

    /// <summary>Time from the first message of a transaction to its end.</summary>
    public long TransactionTicks;

    /// <summary>Time from the first message of a query cycle to its end.</summary>
    public long QueryTicks;

    /// <summary>Time that clients waited for a server.</summary>
    public long WaitTicks;

    /// <summary>Parse messages and PREPARE commands of clients, as far as their statements are followed.</summary>
    public long ClientParses;

    /// <summary>Parse messages that went to a server for such statements.</summary>
    public long ServerParses;

    /// <summary>Bind messages and EXECUTE commands for such statements.</summary>
    public long Binds;

    /// <summary>Adds another loop's counts.</summary>
    public void Add(PoolCounters other)
    {
        ServerAssignments += Volatile.Read(ref other.ServerAssignments);
        Transactions += Volatile.Read(ref other.Transactions);
        Queries += Volatile.Read(ref other.Queries);
        BytesReceived += Volatile.Read(ref other.BytesReceived);
        BytesSent += Volatile.Read(ref other.BytesSent);
        TransactionTicks += Volatile.Read(ref other.TransactionTicks);
        QueryTicks += Volatile.Read(ref other.QueryTicks);
        WaitTicks += Volatile.Read(ref other.WaitTicks);
        ClientParses += Volatile.Read(ref other.ClientParses);
        ServerParses += Volatile.Read(ref other.ServerParses);
        Binds += Volatile.Read(ref other.Binds);
    }
}
