namespace Pgmux.Simulation.Tests.Drivers;

/// <summary>What a statement wants of the protocol.</summary>
internal enum CallKind
{
    /// <summary>Nothing beyond its reply.</summary>
    Plain,

    /// <summary>The client sends rows.</summary>
    CopyIn,

    /// <summary>The server sends rows outside of DataRow.</summary>
    CopyOut,
}
