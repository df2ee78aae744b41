namespace Pgmux.Core.Admin;

/// <summary>What SHOW STATE tells.</summary>
internal enum PoolerState
{
    /// <summary>Serving.</summary>
    Active,

    /// <summary>PAUSE.</summary>
    Paused,

    /// <summary>SUSPEND.</summary>
    Suspended,
}
