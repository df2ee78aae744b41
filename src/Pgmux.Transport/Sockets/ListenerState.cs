namespace Pgmux.Transport.Sockets;

/// <summary>The life of a listener.</summary>
internal enum ListenerState
{
    /// <summary>Connections are taken as they come.</summary>
    Accepting,

    /// <summary>The process has no descriptor or memory left; connections stay in the backlog until the next try.</summary>
    Paused,

    /// <summary>Nobody is accepted until somebody says so; connections stay in the backlog.</summary>
    Held,

    /// <summary>The socket is closed.</summary>
    Closed,
}
