namespace Pgmux.Transport.Uring;

/// <summary>What somebody has asked the kernel for. Part of a request's user data, so at most 16.</summary>
internal enum RingOperation
{
    /// <summary>Bytes.</summary>
    Receive,

    /// <summary>To send.</summary>
    Send,

    /// <summary>Room to send.</summary>
    Room,

    /// <summary>Whether the peer goes away.</summary>
    PeerWatch,

    /// <summary>The events of a descriptor that is no connection.</summary>
    Poll,
}
