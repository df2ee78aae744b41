namespace Pgmux.Simulation.Tests.Drivers;

/// <summary>What may have ended a client's session: which of these may happen is up to the run.</summary>
[Flags]
internal enum FatalCause
{
    /// <summary>Nothing that is known.</summary>
    None = 0,

    /// <summary>The client's own server broke, or said something that no server says.</summary>
    ServerLost = 1,

    /// <summary>No server could be logged in to.</summary>
    ServerLogin = 2,

    /// <summary>One of the configured times was over.</summary>
    Timeout = 4,

    /// <summary>pgmux stops, or the database was taken out of its configuration.</summary>
    Shutdown = 8,

    /// <summary>There are as many clients as there may be.</summary>
    Limit = 16,

    /// <summary>The client has broken the protocol, or may not log in.</summary>
    OwnFault = 32,

    /// <summary>A server refuses a run-time parameter of the client.</summary>
    Parameter = 64,
}
