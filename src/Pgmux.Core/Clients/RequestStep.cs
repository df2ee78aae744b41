namespace Pgmux.Core.Clients;

/// <summary>What a client's read loop does next.</summary>
internal enum RequestStep
{
    /// <summary>Reads on; what was forwarded is flushed first.</summary>
    Read,

    /// <summary>Waits for a server, for its parameters, for room in its queue or for its last replies.</summary>
    Wait,

    /// <summary>The connection is closed.</summary>
    End,
}
