namespace Pgmux.Core.Configuration;

/// <summary>The settings server_tls_* as keys of an entry of [databases]. PgBouncer has them in [pgbouncer] only.</summary>
internal static class ServerTlsKeys
{
    /// <summary>All of them.</summary>
    public static readonly EntryKey<DatabaseOptions>[] All =
    [
        Of("server_tls_sslmode", TlsSettings.Modes, (tls, v) => tls with { Mode = v }),
        Of("server_tls_negotiation", TlsSettings.Negotiations, (tls, v) => tls with { Negotiation = v }),
        Of("server_tls_protocols", new TlsProtocolsType(), (tls, v) => tls with { Protocols = v }),
        Of("server_tls_cert_file", new TextType(), (tls, v) => tls with { CertificateFile = v }),
        Of("server_tls_key_file", new TextType(), (tls, v) => tls with { KeyFile = v }),
        Of("server_tls_ca_file", new TextType(), (tls, v) => tls with { AuthorityFile = v }),
        Of("server_tls_crl_file", new TextType(), (tls, v) => tls with { RevocationFile = v }),
        Of("server_tls_ciphers", TlsSettings.ServerCiphers, (tls, v) => tls with { Ciphers = v }),
        Of("server_tls13_ciphers", TlsSettings.Tls13Ciphers, (tls, v) => tls with { Tls13Ciphers = v }),
    ];

    private static EntryKey<DatabaseOptions> Of<T>(string name, SettingType<T> type, Func<ServerTlsOverrides, T, ServerTlsOverrides> with) =>
        EntryKey<DatabaseOptions>.Of(name, type, (database, value) => database with { ServerTls = with(database.ServerTls, value) });
}
