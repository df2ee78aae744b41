using System.Security.Authentication;

namespace Pgmux.Core.Configuration;

/// <summary>
/// Versions of TLS with commas between them, <c>!</c> taking one away, or one of the words of PgBouncer's library (libtls): secure and default
/// are 1.2 and 1.3, all and legacy everything. 1.0 and 1.1 are never offered: RFC 8996 forbids them, and OpenSSL refuses them by default.
/// </summary>
internal sealed class TlsProtocolsType : SettingType<TlsProtocols>
{
    private const SslProtocols Offered = SslProtocols.Tls12 | SslProtocols.Tls13;
    private const string Known = "must be secure, or a list of tlsv1.2 and tlsv1.3";

    private static readonly Dictionary<string, SslProtocols> Words = new(StringComparer.OrdinalIgnoreCase)
    {
        ["secure"] = Offered,
        ["default"] = Offered,
        ["all"] = Offered,
        ["legacy"] = Offered,
        ["tlsv1"] = Offered,
        ["tlsv1.0"] = SslProtocols.None,
        ["tlsv1.1"] = SslProtocols.None,
        ["tlsv1.2"] = SslProtocols.Tls12,
        ["tlsv1.3"] = SslProtocols.Tls13,
    };

    /// <inheritdoc/>
    public override bool TryParse(string text, out TlsProtocols value, out string problem)
    {
        value = TlsProtocols.Secure;
        var versions = SslProtocols.None;
        foreach (var item in text.Split([',', ':'], StringSplitOptions.TrimEntries))
        {
            var isTakenAway = item.StartsWith('!');
            if (!Words.TryGetValue(isTakenAway ? item[1..].TrimStart() : item, out var named))
            {
                problem = $"{Known}; \"{item}\" is none";
                return false;
            }

            versions = isTakenAway ? (versions == SslProtocols.None ? Offered : versions) & ~named : versions | named;
        }

        if (versions == SslProtocols.None)
        {
            problem = $"{Known}: pgmux offers no TLS older than 1.2";
            return false;
        }

        value = new TlsProtocols(text, versions);
        problem = "";
        return true;
    }

    /// <inheritdoc/>
    public override string Print(TlsProtocols value) => value.Text;
}
