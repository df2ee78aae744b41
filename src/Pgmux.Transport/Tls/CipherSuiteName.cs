using System.Net.Security;

namespace Pgmux.Transport.Tls;

/// <summary>OpenSSL's names of cipher suites: what PgBouncer logs, and what lists of ciphers are written in.</summary>
public static class CipherSuiteName
{
    /// <summary>
    /// The name. TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384 is ECDHE-RSA-AES256-SHA384, TLS_RSA_WITH_AES_128_CCM_8 is AES128-CCM8; suites of TLS 1.3
    /// have IANA's names in OpenSSL, too.
    /// </summary>
    public static string Of(TlsCipherSuite suite)
    {
        var standardName = $"{suite}";
        if (!standardName.Contains("_WITH_", StringComparison.Ordinal))
        {
            return standardName;
        }

        var name = standardName["TLS_".Length..].Replace("_WITH_", "_", StringComparison.Ordinal)
            .Replace("_CBC", "", StringComparison.Ordinal)
            .Replace("AES_", "AES", StringComparison.Ordinal)
            .Replace("CAMELLIA_", "CAMELLIA", StringComparison.Ordinal)
            .Replace("CCM_8", "CCM8", StringComparison.Ordinal)
            .Replace("POLY1305_SHA256", "POLY1305", StringComparison.Ordinal);
        return (name.StartsWith("RSA_", StringComparison.Ordinal) ? name["RSA_".Length..] : name).Replace('_', '-');
    }
}
