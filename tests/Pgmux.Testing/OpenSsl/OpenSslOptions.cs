namespace Pgmux.Testing.OpenSsl;

/// <summary>What an <see cref="OpenSslClient"/> offers.</summary>
internal sealed record OpenSslOptions
{
    /// <summary>The numbers of versions on the wire.</summary>
    public const int Tls10 = 0x0301;
    public const int Tls11 = 0x0302;
    public const int Tls12 = 0x0303;
    public const int Tls13 = 0x0304;

    /// <summary>Oldest version.</summary>
    public int MinimumVersion { get; init; } = Tls12;

    /// <summary>Newest version.</summary>
    public int MaximumVersion { get; init; } = Tls13;

    /// <summary>Suites up to TLS 1.2, in OpenSSL's language.</summary>
    public string Ciphers { get; init; } = "DEFAULT";

    /// <summary>Suites of TLS 1.3; empty is OpenSSL's default.</summary>
    public string Tls13Ciphers { get; init; } = "";

    /// <summary>The host that is named (SNI).</summary>
    public string HostName { get; init; } = "localhost";

    /// <summary>File with a certificate to show; empty is none.</summary>
    public string CertificateFile { get; init; } = "";

    /// <summary>File with its key.</summary>
    public string KeyFile { get; init; } = "";

    /// <summary>The session of another client to go on with; null is a handshake from the beginning.</summary>
    public OpenSslSession? Session { get; init; }
}
