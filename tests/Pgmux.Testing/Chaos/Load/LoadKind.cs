namespace Pgmux.Testing.Chaos.Load;

/// <summary>What a load client may do next.</summary>
internal enum LoadKind
{
    /// <summary>A statement that takes next to no time, alone.</summary>
    ShortRead,

    /// <summary>A transfer in a transaction of its own, without BEGIN.</summary>
    SingleTransfer,

    /// <summary>BEGIN, some statements with answers awaited one by one, COMMIT or ROLLBACK.</summary>
    Transaction,

    /// <summary>A named prepared statement, parsed on its first use by a connection.</summary>
    PreparedRead,

    /// <summary>Several requests sent at once, some with an error inside.</summary>
    Pipeline,

    /// <summary>COPY FROM STDIN of transfers that move nothing.</summary>
    CopyIn,

    /// <summary>COPY TO STDOUT.</summary>
    CopyOut,

    /// <summary>A connection for one statement.</summary>
    ConnectQueryLeave,

    /// <summary>A large result, read with pauses.</summary>
    SlowRead,

    /// <summary>A statement that is cancelled while it runs, about to run, or over.</summary>
    Cancel,
}
