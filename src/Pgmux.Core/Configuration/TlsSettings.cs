using Pgmux.Core.Configuration.Ciphers;
using static Pgmux.Core.Configuration.SettingRow;

namespace Pgmux.Core.Configuration;

/// <summary>Settings of TLS. Those of servers may stand in lines of [databases], too: <see cref="ServerTlsKeys"/>.</summary>
internal static class TlsSettings
{
    /// <summary>Suites of TLS 1.2 with servers.</summary>
    public static readonly TlsCiphersType ServerCiphers = new(ofClients: false);

    /// <summary>Suites of TLS 1.3.</summary>
    public static readonly Tls13CiphersType Tls13Ciphers = new();

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

    /// <summary>Whether a setting is one of these. PgBouncer tells them by their names, too.</summary>
    public static bool Has(Setting setting) => setting.Name.Contains("_tls", StringComparison.Ordinal);

    /// <summary>The rows.</summary>
    public static readonly Setting[] All =
    [
        Row("client_tls_sslmode", "disable", Modes, o => o.ClientTlsSslmode, (o, v) => o with { ClientTlsSslmode = v }),
        Text("client_tls_key_file", "", o => o.ClientTlsKeyFile, (o, v) => o with { ClientTlsKeyFile = v }),
        Text("client_tls_cert_file", "", o => o.ClientTlsCertFile, (o, v) => o with { ClientTlsCertFile = v }),
        Text("client_tls_ca_file", "", o => o.ClientTlsCaFile, (o, v) => o with { ClientTlsCaFile = v }),
        Text("client_tls_crl_file", "", o => o.ClientTlsCrlFile, (o, v) => o with { ClientTlsCrlFile = v }),
        Text("client_tls_sni_dir", "", o => o.ClientTlsSniDir, (o, v) => o with { ClientTlsSniDir = v }),
        Row("client_tls_protocols", "secure", new TlsProtocolsType(), o => o.ClientTlsProtocols, (o, v) => o with { ClientTlsProtocols = v }),
        Row("client_tls_ciphers", "default", new TlsCiphersType(ofClients: true), o => o.ClientTlsCiphers, (o, v) => o with { ClientTlsCiphers = v }),
        Row("client_tls13_ciphers", null, Tls13Ciphers, o => o.ClientTls13Ciphers, (o, v) => o with { ClientTls13Ciphers = v }),
        TextWithoutEffect("client_tls_ecdhcurve", "auto"),
        TextWithoutEffect("client_tls_dheparams", "auto"),

        Row("server_tls_sslmode", "prefer", Modes, o => o.ServerTlsSslmode, (o, v) => o with { ServerTlsSslmode = v }),
        Row("server_tls_negotiation", "postgres", Negotiations, o => o.ServerTlsNegotiation, (o, v) => o with { ServerTlsNegotiation = v }),
        Text("server_tls_key_file", "", o => o.ServerTlsKeyFile, (o, v) => o with { ServerTlsKeyFile = v }),
        Text("server_tls_cert_file", "", o => o.ServerTlsCertFile, (o, v) => o with { ServerTlsCertFile = v }),
        Text("server_tls_ca_file", "", o => o.ServerTlsCaFile, (o, v) => o with { ServerTlsCaFile = v }),
        Text("server_tls_crl_file", "", o => o.ServerTlsCrlFile, (o, v) => o with { ServerTlsCrlFile = v }),
        Row("server_tls_protocols", "secure", new TlsProtocolsType(), o => o.ServerTlsProtocols, (o, v) => o with { ServerTlsProtocols = v }),
        Row("server_tls_ciphers", "default", ServerCiphers, o => o.ServerTlsCiphers, (o, v) => o with { ServerTlsCiphers = v }),
        Row("server_tls13_ciphers", null, Tls13Ciphers, o => o.ServerTls13Ciphers, (o, v) => o with { ServerTls13Ciphers = v }),
    ];
}
