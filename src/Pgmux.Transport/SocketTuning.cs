namespace Pgmux.Transport;

/// <summary>Options of a socket and of the buffers in front of it. Zero leaves the kernel's default.</summary>
public sealed record SocketTuning
{
    /// <summary>SO_KEEPALIVE. PgBouncer's tcp_keepalive, on by default.</summary>
    public bool KeepAlive { get; init; } = true;

    /// <summary>Probes before the peer counts as dead. PgBouncer's tcp_keepcnt.</summary>
    public int KeepAliveProbes { get; init; }

    /// <summary>Idle time before the first probe. PgBouncer's tcp_keepidle.</summary>
    public TimeSpan KeepAliveIdle { get; init; }

    /// <summary>Time between probes. PgBouncer's tcp_keepintvl.</summary>
    public TimeSpan KeepAliveInterval { get; init; }

    /// <summary>How long sent data may stay unacknowledged. PgBouncer's tcp_user_timeout.</summary>
    public TimeSpan UserTimeout { get; init; }

    /// <summary>SO_SNDBUF and SO_RCVBUF in bytes. PgBouncer's tcp_socket_buffer.</summary>
    public int SocketBufferBytes { get; init; }

    /// <summary>Unsent bytes above which a flush waits: 64 KiB, enough for one full send to a loopback socket.</summary>
    public int UnsentLimitBytes { get; init; } = 64 * 1024;

    /// <summary>How long <see cref="TransportConnection.Close"/> waits for a peer to take the last bytes.</summary>
    public TimeSpan CloseLinger { get; init; } = TimeSpan.FromSeconds(5);
}
