using static Pgmux.Core.Configuration.SettingRow;

namespace Pgmux.Core.Configuration;

/// <summary>Settings of TLS. Servers are spoken to in clear as yet.</summary>
internal static class TlsSettings
{
    private static readonly TextType Texts = new();

    private static readonly ChoiceType<TlsMode> Modes = new(
    [
        ("disable", TlsMode.Disable),
        ("allow", TlsMode.Allow),
        ("prefer", TlsMode.Prefer),
        ("require", TlsMode.Require),
        ("verify-ca", TlsMode.VerifyCa),
        ("verify-full", TlsMode.VerifyFull),
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

        // Three modes do without TLS where the server has none; only require and above promise it.
        NotYet("server_tls_sslmode", "prefer", Modes, "disable", "allow"),
        TextNotYet("server_tls_key_file", ""),
        TextNotYet("server_tls_cert_file", ""),
        TextNotYet("server_tls_ca_file", ""),
        NotYet("server_tls_protocols", "secure", Texts, "tlsv1.2,tlsv1.3"),
        TextNotYet("server_tls_ciphers", "default"),
        TextNotYet("server_tls13_ciphers", null),
    ];
}
