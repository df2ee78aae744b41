namespace Pgmux.Core.Admin;

/// <summary>How pgmux ends.</summary>
internal enum ShutdownMode
{
    /// <summary>At once.</summary>
    Immediate,

    /// <summary>When the last server is free.</summary>
    WaitForServers,

    /// <summary>When the last client has left.</summary>
    WaitForClients,
}
