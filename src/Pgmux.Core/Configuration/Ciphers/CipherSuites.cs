using System.Net.Security;

namespace Pgmux.Core.Configuration.Ciphers;

/// <summary>
/// The cipher suites that OpenSSL 3 and .NET both have, and that need a certificate and encrypt: those without the one or the other are
/// never offered, whatever a list asks for.
/// </summary>
internal static class CipherSuites
{
    /// <summary>Those of TLS 1.3, in OpenSSL's order; the first three are its default.</summary>
    public static readonly TlsCipherSuite[] Tls13 =
    [
        TlsCipherSuite.TLS_AES_256_GCM_SHA384,
        TlsCipherSuite.TLS_CHACHA20_POLY1305_SHA256,
        TlsCipherSuite.TLS_AES_128_GCM_SHA256,
        TlsCipherSuite.TLS_AES_128_CCM_SHA256,
        TlsCipherSuite.TLS_AES_128_CCM_8_SHA256,
    ];

    /// <summary>Those of TLS 1.3 that are used unless client_tls13_ciphers or server_tls13_ciphers says otherwise.</summary>
    public static readonly TlsCipherSuite[] DefaultTls13 = Tls13[..3];

    /// <summary>Those of TLS 1.2, in the order in which OpenSSL 3 prefers them.</summary>
    public static readonly CipherSuite[] Tls12 =
    [
        new(TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384),
        new(TlsCipherSuite.TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384),
        new(TlsCipherSuite.TLS_DHE_RSA_WITH_AES_256_GCM_SHA384),
        new(TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256),
        new(TlsCipherSuite.TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256),
        new(TlsCipherSuite.TLS_DHE_RSA_WITH_CHACHA20_POLY1305_SHA256),
        new(TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_AES_256_CCM_8),
        new(TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_AES_256_CCM),
        new(TlsCipherSuite.TLS_DHE_RSA_WITH_AES_256_CCM_8),
        new(TlsCipherSuite.TLS_DHE_RSA_WITH_AES_256_CCM),
        new(TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256),
        new(TlsCipherSuite.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256),
        new(TlsCipherSuite.TLS_DHE_RSA_WITH_AES_128_GCM_SHA256),
        new(TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_AES_128_CCM_8),
        new(TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_AES_128_CCM),
        new(TlsCipherSuite.TLS_DHE_RSA_WITH_AES_128_CCM_8),
        new(TlsCipherSuite.TLS_DHE_RSA_WITH_AES_128_CCM),
        new(TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA384),
        new(TlsCipherSuite.TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384),
        new(TlsCipherSuite.TLS_DHE_RSA_WITH_AES_256_CBC_SHA256),
        new(TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_CAMELLIA_256_CBC_SHA384),
        new(TlsCipherSuite.TLS_ECDHE_RSA_WITH_CAMELLIA_256_CBC_SHA384),
        new(TlsCipherSuite.TLS_DHE_RSA_WITH_CAMELLIA_256_CBC_SHA256),
        new(TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256),
        new(TlsCipherSuite.TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256),
        new(TlsCipherSuite.TLS_DHE_RSA_WITH_AES_128_CBC_SHA256),
        new(TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_CAMELLIA_128_CBC_SHA256),
        new(TlsCipherSuite.TLS_ECDHE_RSA_WITH_CAMELLIA_128_CBC_SHA256),
        new(TlsCipherSuite.TLS_DHE_RSA_WITH_CAMELLIA_128_CBC_SHA256),
        new(TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA),
        new(TlsCipherSuite.TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA),
        new(TlsCipherSuite.TLS_DHE_RSA_WITH_AES_256_CBC_SHA),
        new(TlsCipherSuite.TLS_DHE_RSA_WITH_CAMELLIA_256_CBC_SHA),
        new(TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA),
        new(TlsCipherSuite.TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA),
        new(TlsCipherSuite.TLS_DHE_RSA_WITH_AES_128_CBC_SHA),
        new(TlsCipherSuite.TLS_DHE_RSA_WITH_CAMELLIA_128_CBC_SHA),
        new(TlsCipherSuite.TLS_RSA_WITH_AES_256_GCM_SHA384),
        new(TlsCipherSuite.TLS_RSA_WITH_AES_256_CCM_8),
        new(TlsCipherSuite.TLS_RSA_WITH_AES_256_CCM),
        new(TlsCipherSuite.TLS_RSA_WITH_AES_128_GCM_SHA256),
        new(TlsCipherSuite.TLS_RSA_WITH_AES_128_CCM_8),
        new(TlsCipherSuite.TLS_RSA_WITH_AES_128_CCM),
        new(TlsCipherSuite.TLS_RSA_WITH_AES_256_CBC_SHA256),
        new(TlsCipherSuite.TLS_RSA_WITH_CAMELLIA_256_CBC_SHA256),
        new(TlsCipherSuite.TLS_RSA_WITH_AES_128_CBC_SHA256),
        new(TlsCipherSuite.TLS_RSA_WITH_CAMELLIA_128_CBC_SHA256),
        new(TlsCipherSuite.TLS_RSA_WITH_AES_256_CBC_SHA),
        new(TlsCipherSuite.TLS_RSA_WITH_CAMELLIA_256_CBC_SHA),
        new(TlsCipherSuite.TLS_RSA_WITH_AES_128_CBC_SHA),
        new(TlsCipherSuite.TLS_RSA_WITH_CAMELLIA_128_CBC_SHA),
    ];

    /// <summary>Those of TLS 1.2 that OpenSSL means by DEFAULT.</summary>
    public static TlsCipherSuite[] DefaultTls12 => [.. Tls12.Where(suite => suite.Is("DEFAULT")).Select(suite => suite.Suite)];

    /// <summary>Whether OpenSSL 3 counts a suite of this name among its default.</summary>
    public static bool IsDefault(string standardName) =>
        !standardName.Contains("CAMELLIA", StringComparison.Ordinal) && !standardName.Contains("_CCM", StringComparison.Ordinal);
}
