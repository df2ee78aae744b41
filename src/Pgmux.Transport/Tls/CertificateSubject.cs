using System.Formats.Asn1;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Pgmux.Transport.Tls;

/// <summary>Whom a certificate names.</summary>
public static class CertificateSubject
{
    /// <summary>Object identifier of the attribute commonName.</summary>
    private const string CommonName = "2.5.4.3";

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>
    /// The first common name of the subject, as PostgreSQL and PgBouncer take it; empty where there is none, or one that others might read
    /// as another name: with a zero byte in it, or of characters that are not told in UTF-8 or one of its parts (RFC 5280 wants UTF-8).
    /// </summary>
    public static string CommonNameOf(X509Certificate2 certificate)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        try
        {
            return FirstCommonName(certificate.SubjectName.RawData) ?? "";
        }
        catch (Exception e) when (e is AsnContentException or DecoderFallbackException)
        {
            // Whoever signed it may have signed anything.
            return "";
        }
    }

    private static string? FirstCommonName(byte[] subject)
    {
        var names = new AsnReader(subject, AsnEncodingRules.DER).ReadSequence();
        while (names.HasData)
        {
            for (var parts = names.ReadSetOf(skipSortOrderValidation: true); parts.HasData;)
            {
                var attribute = parts.ReadSequence();
                if (attribute.ReadObjectIdentifier() == CommonName)
                {
                    return Read(attribute);
                }
            }
        }

        return null;
    }

    private static string? Read(AsnReader attribute)
    {
        var tag = attribute.PeekTag();
        if (tag.TagClass != TagClass.Universal)
        {
            return null;
        }

        var kind = (UniversalTagNumber)tag.TagValue;
        if (kind is not (UniversalTagNumber.UTF8String or UniversalTagNumber.PrintableString or UniversalTagNumber.IA5String))
        {
            return null;
        }

        var name = Strict.GetString(attribute.PeekContentBytes().Span);
        return name.Contains('\0') ? null : name;
    }
}
