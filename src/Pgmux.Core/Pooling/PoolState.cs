namespace Pgmux.Core.Pooling;

/// <summary>Whether a pool lends servers.</summary>
internal enum PoolState
{
    /// <summary>It does.</summary>
    Serving,

    /// <summary>It lends none until it serves again; clients wait for that. PAUSE and KILL.</summary>
    Paused,

    /// <summary>It lends no more; clients wait for what comes next.</summary>
    Draining,

    /// <summary>It refuses everybody.</summary>
    Closed,
}
