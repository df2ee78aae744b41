namespace Pgmux.Transport.Sockets;

/// <summary>The kernel interface of a <see cref="SocketLoop"/>.</summary>
public enum SocketEngine
{
    /// <summary>epoll(7), on every Linux.</summary>
    Epoll,

    /// <summary>io_uring(7), where the kernel and the container allow it.</summary>
    Uring,
}
