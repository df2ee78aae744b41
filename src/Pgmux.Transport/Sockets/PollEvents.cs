namespace Pgmux.Transport.Sockets;

/// <summary>Events of a descriptor, with the bits that poll(2) and epoll(7) share.</summary>
[Flags]
internal enum PollEvents : uint
{
    None = 0,

    /// <summary>Bytes, a connection to accept, or the end of the stream.</summary>
    In = 0x1,

    /// <summary>Urgent data.</summary>
    Priority = 0x2,

    /// <summary>Room to send.</summary>
    Out = 0x4,

    /// <summary>An error is pending; always told.</summary>
    Error = 0x8,

    /// <summary>Both directions have ended; always told.</summary>
    HangUp = 0x10,

    /// <summary>The peer sends no more.</summary>
    ReadHangUp = 0x2000,
}
