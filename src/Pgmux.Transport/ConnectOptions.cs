using System.Net;

namespace Pgmux.Transport;

/// <summary>Where to connect to and how.</summary>
public sealed record ConnectOptions
{
    /// <summary>An <see cref="IPEndPoint"/> or a <see cref="System.Net.Sockets.UnixDomainSocketEndPoint"/>; who has a name resolves it first.</summary>
    public required EndPoint EndPoint { get; init; }

    /// <summary>Limit of the attempt. Zero leaves it to the kernel. PgBouncer's server_connect_timeout.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Options of the socket.</summary>
    public SocketTuning Tuning { get; init; } = new();
}
