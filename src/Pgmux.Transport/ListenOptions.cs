using System.Net;

namespace Pgmux.Transport;

/// <summary>Where to listen and how.</summary>
public sealed record ListenOptions
{
    /// <summary>An <see cref="IPEndPoint"/> or a <see cref="System.Net.Sockets.UnixDomainSocketEndPoint"/> (a path that starts with '@' is abstract).</summary>
    public required EndPoint EndPoint { get; init; }

    /// <summary>Pending connections the kernel keeps. PgBouncer's listen_backlog.</summary>
    public int Backlog { get; init; } = 128;

    /// <summary>SO_REUSEPORT. PgBouncer's so_reuseport.</summary>
    public bool ReusePort { get; init; }

    /// <summary>TCP_DEFER_ACCEPT: wake up only when the client has sent something. PgBouncer's tcp_defer_accept.</summary>
    public TimeSpan DeferAccept { get; init; }

    /// <summary>Permissions of a Unix socket's file. PgBouncer's unix_socket_mode.</summary>
    public UnixFileMode UnixMode { get; init; } = (UnixFileMode)0b111_111_111;

    /// <summary>Group of a Unix socket's file, by name or number; null keeps the process's. PgBouncer's unix_socket_group.</summary>
    public string? UnixGroup { get; init; }

    /// <summary>
    /// A descriptor that listens there already, opened by whoever started the process, who keeps its file too; null opens a socket.
    /// </summary>
    public int? Inherited { get; init; }

    /// <summary>Whether the file of the Unix socket of <see cref="Inherited"/> goes away with it: who had it before has left it to us.</summary>
    public bool OwnsInheritedFile { get; init; }

    /// <summary>Options of accepted sockets.</summary>
    public SocketTuning Tuning { get; init; } = new();
}
