using Pgmux.Core.Configuration.Ciphers;

namespace Pgmux.Core.Configuration;

/// <summary>The keys server_tls_* of one line of [databases]. Null is the value of [pgbouncer].</summary>
internal sealed record ServerTlsOverrides
{
    /// <summary>A line without any.</summary>
    public static readonly ServerTlsOverrides None = new();

    /// <summary>Overrides server_tls_sslmode.</summary>
    public TlsMode? Mode { get; init; }

    /// <summary>Overrides server_tls_negotiation.</summary>
    public TlsNegotiation? Negotiation { get; init; }

    /// <summary>Overrides server_tls_protocols.</summary>
    public TlsProtocols? Protocols { get; init; }

    /// <summary>Overrides server_tls_ciphers.</summary>
    public TlsCiphers? Ciphers { get; init; }

    /// <summary>Overrides server_tls13_ciphers.</summary>
    public TlsCiphers? Tls13Ciphers { get; init; }

    /// <summary>Overrides server_tls_cert_file.</summary>
    public string? CertificateFile { get; init; }

    /// <summary>Overrides server_tls_key_file.</summary>
    public string? KeyFile { get; init; }

    /// <summary>Overrides server_tls_ca_file.</summary>
    public string? AuthorityFile { get; init; }

    /// <summary>Overrides server_tls_crl_file.</summary>
    public string? RevocationFile { get; init; }

    /// <summary>Whether the line has the key of this name.</summary>
    public bool Has(string setting) => setting switch
    {
        "server_tls_sslmode" => Mode is not null,
        "server_tls_negotiation" => Negotiation is not null,
        "server_tls_protocols" => Protocols is not null,
        "server_tls_ciphers" => Ciphers is not null,
        "server_tls13_ciphers" => Tls13Ciphers is not null,
        "server_tls_cert_file" => CertificateFile is not null,
        "server_tls_key_file" => KeyFile is not null,
        "server_tls_crl_file" => RevocationFile is not null,
        "server_tls_ca_file" => AuthorityFile is not null,
        _ => false,
    };
}
