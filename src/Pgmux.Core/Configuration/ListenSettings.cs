using static Pgmux.Core.Configuration.SettingRow;

namespace Pgmux.Core.Configuration;

/// <summary>Settings of listening and of sockets.</summary>
internal static class ListenSettings
{
    private static readonly WholeUnitsType WholeSeconds = new(TimeSpan.FromSeconds(1), 0);
    private static readonly WholeUnitsType Milliseconds = new(TimeSpan.FromMilliseconds(1), 0);

    /// <summary>libpq's words for max_protocol_version.</summary>
    public static readonly ChoiceType<ServerProtocol> ServerProtocols = new(
    [
        ("3.0", ServerProtocol.V30),
        ("3.2", ServerProtocol.V32),
        ("latest", ServerProtocol.V32),
    ]);

    /// <summary>The rows.</summary>
    public static readonly Setting[] All =
    [
        Names("listen_addr", "", o => o.ListenAddr, (o, v) => o with { ListenAddr = v }).Fixed(),
        Row("listen_port", "6432", new IntegerType(0, 65535), o => o.ListenPort, (o, v) => o with { ListenPort = v }).Fixed(),
        Row("listen_backlog", "128", new IntegerType(1, int.MaxValue), o => o.ListenBacklog, (o, v) => o with { ListenBacklog = v }).Fixed(),
        Text("unix_socket_dir", "/tmp", o => o.UnixSocketDir, (o, v) => o with { UnixSocketDir = v! }).Fixed(),
        Row("unix_socket_mode", "0777", new FileModeType(), o => o.UnixSocketMode, (o, v) => o with { UnixSocketMode = v }).Fixed(),
        Text("unix_socket_group", "", o => o.UnixSocketGroup, (o, v) => o with { UnixSocketGroup = v! }).Fixed(),
        Flag("so_reuseport", "0", o => o.SoReuseport, (o, v) => o with { SoReuseport = v }).Fixed(),

        // PgBouncer's upper limit.
        Row("peer_id", "0", new IntegerType(0, 16383), o => o.PeerId, (o, v) => o with { PeerId = v }),
        Text("peers_dns", "", o => o.PeersDns, (o, v) => o with { PeersDns = v! }),

        Row("proxy_protocol_from", "", new NetworkListType(), o => o.ProxyProtocolFrom, (o, v) => o with { ProxyProtocolFrom = v }),

        Flag("tcp_defer_accept", "1", o => o.TcpDeferAccept, (o, v) => o with { TcpDeferAccept = v }),
        Row("tcp_socket_buffer", "0", new ByteCountType(0, int.MaxValue), o => o.TcpSocketBuffer, (o, v) => o with { TcpSocketBuffer = (int)v }),
        Flag("tcp_keepalive", "1", o => o.TcpKeepalive, (o, v) => o with { TcpKeepalive = v }),
        Count("tcp_keepcnt", "0", o => o.TcpKeepcnt, (o, v) => o with { TcpKeepcnt = v }),
        Row("tcp_keepidle", "0", WholeSeconds, o => o.TcpKeepidle, (o, v) => o with { TcpKeepidle = v }),
        Row("tcp_keepintvl", "0", WholeSeconds, o => o.TcpKeepintvl, (o, v) => o with { TcpKeepintvl = v }),
        Row("tcp_user_timeout", "0", Milliseconds, o => o.TcpUserTimeout, (o, v) => o with { TcpUserTimeout = v }),

        Row("max_packet_size", "2147483647", new ByteCountType(8, int.MaxValue), o => o.MaxPacketSize, (o, v) => o with { MaxPacketSize = (int)v }),

        Row("server_max_protocol_version", "3.0", ServerProtocols, o => o.ServerMaxProtocolVersion, (o, v) => o with { ServerMaxProtocolVersion = v }),

        // Both tune PgBouncer's stream buffer; memory here is lent per read and sized by the loop.
        WithoutEffect("pkt_buf", "4096", new ByteCountType(1, int.MaxValue)).Fixed(),
        WithoutEffect("sbuf_loopcnt", "5", new IntegerType(0, int.MaxValue)),

        Seconds("dns_max_ttl", "15", o => o.DnsMaxTtl, (o, v) => o with { DnsMaxTtl = v }),
        Seconds("dns_nxdomain_ttl", "15", o => o.DnsNxdomainTtl, (o, v) => o with { DnsNxdomainTtl = v }),
        Seconds("dns_zone_check_period", "0", o => o.DnsZoneCheckPeriod, (o, v) => o with { DnsZoneCheckPeriod = v }),
        Text("resolv_conf", "", o => o.ResolvConf, (o, v) => o with { ResolvConf = v! }).Fixed(),
    ];
}
