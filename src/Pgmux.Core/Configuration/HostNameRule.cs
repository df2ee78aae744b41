using System.Net;
using System.Security.Cryptography.X509Certificates;

namespace Pgmux.Core.Configuration;

/// <summary>
/// Whether a certificate names a host, by libpq's rules (fe-secure-common.c, and pgtls_verify_peer_name_matches_certificate_guts): a name
/// of the extension subjectAltName, or the first common name where that extension has none of the host's kind. An address is compared
/// with addresses by its bytes, and with names by its text.
/// </summary>
internal static class HostNameRule
{
    /// <summary>Object identifier of the attribute commonName.</summary>
    private const string CommonName = "2.5.4.3";

    /// <summary>Shortest name with a wildcard that may match anything: an asterisk, a dot, and a domain.</summary>
    private const int ShortestWildcard = 3;

    /// <summary>Whether the certificate is the host's.</summary>
    /// <param name="certificate">The one that the server has shown.</param>
    /// <param name="host">A name or an address, as configured.</param>
    public static bool Names(X509Certificate2 certificate, string host)
    {
        var address = IPAddress.TryParse(host, out var parsed) ? parsed : null;
        var mayUseCommonName = true;
        foreach (var names in certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>())
        {
            foreach (var name in names.EnumerateDnsNames())
            {
                mayUseCommonName &= address is not null;
                if (Matches(name, host))
                {
                    return true;
                }
            }

            foreach (var other in names.EnumerateIPAddresses())
            {
                mayUseCommonName &= address is null;
                if (other.Equals(address))
                {
                    return true;
                }
            }
        }

        return mayUseCommonName && FirstCommonName(certificate) is { } commonName && Matches(commonName, host);
    }

    /// <summary>A name of the certificate for an error message; empty when it has none.</summary>
    public static string FirstNameOf(X509Certificate2 certificate)
    {
        var alternatives = certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>().FirstOrDefault();
        return alternatives?.EnumerateDnsNames().FirstOrDefault()
            ?? alternatives?.EnumerateIPAddresses().FirstOrDefault()?.ToString()
            ?? FirstCommonName(certificate)
            ?? "";
    }

    /// <summary>Whether a name of a certificate, which may begin with <c>*.</c>, is the host's.</summary>
    public static bool Matches(string pattern, string host)
    {
        // Elsewhere the zero would end the name: what looks like one host here would be another there.
        if (pattern.Contains('\0'))
        {
            return false;
        }

        if (pattern.Equals(host, StringComparison.OrdinalIgnoreCase))
        {
            return true;
        }

        // The asterisk stands for one label, neither for none nor for several.
        return pattern.Length >= ShortestWildcard && pattern.StartsWith("*.", StringComparison.Ordinal)
            && host.Length > pattern.Length - 1
            && host.EndsWith(pattern[1..], StringComparison.OrdinalIgnoreCase)
            && !host[..^(pattern.Length - 1)].Contains('.');
    }

    private static string? FirstCommonName(X509Certificate2 certificate) => certificate.SubjectName.EnumerateRelativeDistinguishedNames(reversed: false)
        .FirstOrDefault(name => !name.HasMultipleElements && name.GetSingleElementType().Value == CommonName)?.GetSingleElementValue();
}
