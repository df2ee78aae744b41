using static Pgmux.Core.Configuration.SettingRow;

namespace Pgmux.Core.Configuration;

/// <summary>Settings of TLS. Those of servers may stand in lines of [databases], too: <see cref="ServerTlsKeys"/>.</summary>
internal static class TlsSettings
{
    private static readonly TextType Texts = new();

    /// <summary>libpq's modes.</summary>
    public static readonly ChoiceType<TlsMode> Modes = new(
    [
        ("disable", TlsMode.Disable),
        ("allow", TlsMode.Allow),
        ("prefer", TlsMode.Prefer),
        ("require", TlsMode.Require),
        ("verify-ca", TlsMode.VerifyCa),
        ("verify-full", TlsMode.VerifyFull),
    ]);

    /// <summary>libpq's words for sslnegotiation.</summary>
    public static readonly ChoiceType<TlsNegotiation> Negotiations = new(
    [
        ("postgres", TlsNegotiation.Postgres),
        ("direct", TlsNegotiation.Direct),
    ]);

    /// <summary>The rows.</summary>
    public static readonly Setting[] All =
    [
        Row("client_tls_sslmode", "disable", Modes, o => o.ClientTlsSslmode, (o, v) => o with { ClientTlsSslmode = v }),
        Text("client_tls_key_file", "", o => o.ClientTlsKeyFile, (o, v) => o with { ClientTlsKeyFile = v }),
        Text("client_tls_cert_file", "", o => o.ClientTlsCertFile, (o, v) => o with { ClientTlsCertFile = v }),
        Text("client_tls_ca_file", "", o => o.ClientTlsCaFile, (o, v) => o with { ClientTlsCaFile = v }),
        Row("client_tls_protocols", "secure", new TlsProtocolsType(), o => o.ClientTlsProtocols, (o, v) => o with { ClientTlsProtocols = v }),
        NotYet("client_tls_ciphers", "default", Texts, "secure", "normal"),
        TextNotYet("client_tls13_ciphers", null),
        TextNotYet("client_tls_ecdhcurve", "auto"),
        TextNotYet("client_tls_dheparams", "auto"),

        Row("server_tls_sslmode", "prefer", Modes, o => o.ServerTlsSslmode, (o, v) => o with { ServerTlsSslmode = v }),
        Row("server_tls_negotiation", "postgres", Negotiations, o => o.ServerTlsNegotiation, (o, v) => o with { ServerTlsNegotiation = v }),
        Text("server_tls_key_file", "", o => o.ServerTlsKeyFile, (o, v) => o with { ServerTlsKeyFile = v }),
        Text("server_tls_cert_file", "", o => o.ServerTlsCertFile, (o, v) => o with { ServerTlsCertFile = v }),
        Text("server_tls_ca_file", "", o => o.ServerTlsCaFile, (o, v) => o with { ServerTlsCaFile = v }),
        Row("server_tls_protocols", "secure", new TlsProtocolsType(), o => o.ServerTlsProtocols, (o, v) => o with { ServerTlsProtocols = v }),
        TextNotYet("server_tls_ciphers", "default"),
        TextNotYet("server_tls13_ciphers", null),
    ];
}
