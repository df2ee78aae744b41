using Pgmux.Core.Configuration.Ciphers;

namespace Pgmux.Core.Configuration;

/// <summary>What the operator wrote about TLS with the servers of one database, both places taken together.</summary>
internal sealed record ServerTlsOptions
{
    /// <summary>server_tls_sslmode.</summary>
    public TlsMode Mode { get; init; }

    /// <summary>server_tls_negotiation.</summary>
    public TlsNegotiation Negotiation { get; init; }

    /// <summary>server_tls_protocols.</summary>
    public TlsProtocols Protocols { get; init; } = TlsProtocols.Secure;

    /// <summary>server_tls_ciphers.</summary>
    public TlsCiphers Ciphers { get; init; } = TlsCiphers.Default;

    /// <summary>server_tls13_ciphers.</summary>
    public TlsCiphers? Tls13Ciphers { get; init; }

    /// <summary>server_tls_cert_file; empty is none.</summary>
    public string CertificateFile { get; init; } = "";

    /// <summary>server_tls_key_file; empty is none.</summary>
    public string KeyFile { get; init; } = "";

    /// <summary>server_tls_ca_file; empty are the system's authorities.</summary>
    public string AuthorityFile { get; init; } = "";

    /// <summary>server_tls_crl_file; empty is none.</summary>
    public string RevocationFile { get; init; } = "";

    /// <summary>The settings of [pgbouncer] alone.</summary>
    public static ServerTlsOptions Of(PgmuxOptions options) => Of(options, ServerTlsOverrides.None);

    /// <summary>The settings of a database: the keys of its line, and those of [pgbouncer] where it has none.</summary>
    public static ServerTlsOptions Of(PgmuxOptions options, DatabaseOptions database) => Of(options, database.ServerTls);

    private static ServerTlsOptions Of(PgmuxOptions options, ServerTlsOverrides overrides) => new()
    {
        Mode = overrides.Mode ?? options.ServerTlsSslmode,
        Negotiation = overrides.Negotiation ?? options.ServerTlsNegotiation,
        Protocols = overrides.Protocols ?? options.ServerTlsProtocols,
        Ciphers = overrides.Ciphers ?? options.ServerTlsCiphers,
        Tls13Ciphers = overrides.Tls13Ciphers ?? options.ServerTls13Ciphers,
        CertificateFile = overrides.CertificateFile ?? options.ServerTlsCertFile ?? "",
        KeyFile = overrides.KeyFile ?? options.ServerTlsKeyFile ?? "",
        AuthorityFile = overrides.AuthorityFile ?? options.ServerTlsCaFile ?? "",
        RevocationFile = overrides.RevocationFile ?? options.ServerTlsCrlFile ?? "",
    };
}
