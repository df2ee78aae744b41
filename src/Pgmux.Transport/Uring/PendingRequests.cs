namespace Pgmux.Transport.Uring;

/// <summary>What a connection has asked the kernel for and has no answer to.</summary>
[Flags]
internal enum PendingRequests : byte
{
    None = 0,

    /// <summary>Bytes. While the kernel may take them, nobody else does: they would come out of order.</summary>
    Receive = 1,

    /// <summary>To send. It ends with the call that hands it over, but it is known only behind that.</summary>
    Send = 2,

    /// <summary>Room to send.</summary>
    Room = 4,

    /// <summary>Whether the peer goes away.</summary>
    PeerWatch = 8,
}
