namespace Pgmux.Testing.FakePostgres;

/// <summary>How far a portal has come.</summary>
internal enum PortalState
{
    /// <summary>Bound, not executed.</summary>
    Ready,

    /// <summary>Executed, with rows that may be fetched on.</summary>
    Open,

    /// <summary>A statement without rows that was executed: it runs only once.</summary>
    Done,
}
