using System.Net;
using System.Net.Sockets;
using Pgmux.Core.Configuration;
using Pgmux.Core.Configuration.Passwords;
using Pgmux.Protocol;
using Pgmux.Transport;

namespace Pgmux.Core.Servers;

/// <summary>Where the servers of a pool are and as whom they are entered. The secret is not printed anywhere.</summary>
internal sealed class ServerTarget
{
    private readonly IReadOnlyList<EndPoint> _endPoints;

    private ServerTarget(IReadOnlyList<EndPoint> endPoints, DatabaseOptions options)
    {
        _endPoints = endPoints;
        Options = options;
    }

    /// <summary>The entry of [databases].</summary>
    public DatabaseOptions Options { get; }

    /// <summary>Name of the database on the server.</summary>
    public required string Database { get; init; }

    /// <summary>User that logs in.</summary>
    public required string User { get; init; }

    /// <summary>What is configured for that user; <see cref="UserSecret.None"/> when nothing is.</summary>
    public required UserSecret Secret { get; init; }

    /// <summary>What prints the password of the login; null when it is <see cref="Secret"/>. password_command.</summary>
    public PasswordSource? PasswordSource { get; init; }

    /// <summary>Time limit and socket options; the address is one of those that <see cref="EndPointAt"/> stands for.</summary>
    public required ConnectOptions Connect { get; init; }

    /// <summary>How connections over TCP are encrypted.</summary>
    public required ServerTls Tls { get; init; }

    /// <summary>The version of the protocol that servers are asked for. server_max_protocol_version.</summary>
    public required ProtocolVersion Version { get; init; }

    /// <summary>Longest message in bytes. max_packet_size.</summary>
    public required int MaximumMessageBytes { get; init; }

    /// <summary>Run once after each login, or null. connect_query.</summary>
    public string? ConnectQuery => Options.ConnectQuery;

    /// <summary>How many hosts there are.</summary>
    public int HostCount => _endPoints.Count;

    /// <summary>The host names among the addresses, each once.</summary>
    public IEnumerable<string> HostNames => _endPoints.OfType<DnsEndPoint>().Select(name => name.Host).Distinct(StringComparer.OrdinalIgnoreCase);

    /// <summary>The n-th of the addresses, and the first again after the last.</summary>
    public EndPoint EndPointAt(int attempt) => _endPoints[attempt % _endPoints.Count];

    /// <summary>Whether connections to the other target may go on serving this one.</summary>
    public bool IsSameServer(ServerTarget other) =>
        Options.HasSameServers(other.Options) && Secret.Text == other.Secret.Text && _endPoints.SequenceEqual(other._endPoints)
        && Equals(PasswordSource?.Command, other.PasswordSource?.Command)
        && (Tls.IsSameAs(other.Tls) || !_endPoints.Any(MayBeEncrypted));

    /// <summary>Whether connections to this address may be encrypted: TLS is for TCP only, as in PostgreSQL.</summary>
    public static bool MayBeEncrypted(EndPoint endPoint) => endPoint is DnsEndPoint or IPEndPoint;

    /// <summary>
    /// Whether what is sent there leaves this machine by no network. Only there is a token shown in clear: RFC 7628 (section 4) demands TLS,
    /// while libpq shows one over any connection.
    /// </summary>
    public static bool IsThisMachine(EndPoint endPoint) =>
        endPoint is UnixDomainSocketEndPoint || (endPoint is IPEndPoint address && IPAddress.IsLoopback(address.Address));

    /// <summary>The host of an address as it is configured: what the server's certificate has to name.</summary>
    public static string HostOf(EndPoint endPoint) => endPoint switch
    {
        DnsEndPoint name => name.Host,
        IPEndPoint address => $"{address.Address}",
        _ => throw new ArgumentException($"{endPoint} is no address of TCP", nameof(endPoint)),
    };

    /// <summary>What the configuration says of a pool's servers.</summary>
    public static ServerTarget From(ConfigSnapshot snapshot, DatabaseOptions database, string user)
    {
        var options = snapshot.Options;
        var hosts = database.Hosts.Count > 0 ? database.Hosts : [options.UnixSocketDir];
        var secret = database.Password ?? snapshot.UserList.Find(user) ?? UserSecret.None;
        IReadOnlyList<EndPoint> endPoints = [.. hosts.Select(host => ToEndPoint(host, database.Port))];
        return new ServerTarget(endPoints, database)
        {
            Database = database.DatabaseName ?? database.Name,
            User = user,
            Secret = secret,
            PasswordSource = PasswordSource.For(snapshot, database),
            Tls = snapshot.ServerTlsFor(database),
            Version = (database.ServerMaxProtocolVersion ?? options.ServerMaxProtocolVersion) == ServerProtocol.V32 ? ProtocolVersion.V32 : ProtocolVersion.V3,
            MaximumMessageBytes = options.MaxPacketSize,
            Connect = new ConnectOptions
            {
                EndPoint = endPoints[0],
                Timeout = options.ServerConnectTimeout,
                Tuning = Tuning(options),
            },
        };
    }

    /// <summary>Socket options of the settings tcp_*.</summary>
    public static SocketTuning Tuning(PgmuxOptions options) => new()
    {
        KeepAlive = options.TcpKeepalive,
        KeepAliveProbes = options.TcpKeepcnt,
        KeepAliveIdle = options.TcpKeepidle,
        KeepAliveInterval = options.TcpKeepintvl,
        UserTimeout = options.TcpUserTimeout,
        SocketBufferBytes = options.TcpSocketBuffer,
    };

    // What is an address in numbers is no name, and never looked up.
    private static EndPoint ToEndPoint(string host, int port)
    {
        if (host.StartsWith('/') || host.StartsWith('@'))
        {
            return new UnixDomainSocketEndPoint($"{host}/.s.PGSQL.{port}");
        }

        return IPAddress.TryParse(host, out var address) ? new IPEndPoint(address, port) : new DnsEndPoint(host, port);
    }
}
