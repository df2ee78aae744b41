namespace Pgmux.Core.Admin;

/// <summary>Statistics of a database: sums since the start, or averages of the last period. Times are microseconds.</summary>
internal readonly record struct StatsValues
{
    /// <summary>How often a client was given a server.</summary>
    public long ServerAssignmentCount { get; init; }

    /// <summary>Transactions.</summary>
    public long TransactionCount { get; init; }

    /// <summary>Queries.</summary>
    public long QueryCount { get; init; }

    /// <summary>Bytes received from clients.</summary>
    public long Received { get; init; }

    /// <summary>Bytes sent to clients.</summary>
    public long Sent { get; init; }

    /// <summary>Time spent in transactions.</summary>
    public long TransactionTime { get; init; }

    /// <summary>Time spent in queries.</summary>
    public long QueryTime { get; init; }

    /// <summary>Time that clients waited for a server.</summary>
    public long WaitTime { get; init; }

    /// <summary>Parse messages and PREPARE commands of clients.</summary>
    public long ClientParseCount { get; init; }

    /// <summary>Parse messages that were sent to servers for them.</summary>
    public long ServerParseCount { get; init; }

    /// <summary>Bind messages and EXECUTE commands.</summary>
    public long BindCount { get; init; }

    /// <summary>All values in the order of the console's columns.</summary>
    public long[] InOrder() =>
    [
        ServerAssignmentCount,
        TransactionCount,
        QueryCount,
        Received,
        Sent,
        TransactionTime,
        QueryTime,
        WaitTime,
        ClientParseCount,
        ServerParseCount,
        BindCount,
    ];
}
