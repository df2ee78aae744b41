using System.Formats.Asn1;

namespace Pgmux.Core.Configuration.Revocation;

/// <summary>Reads a CertificateList of RFC 5280, chapter 5. What would change its meaning and is not understood makes it unusable.</summary>
internal static class RevocationListReader
{
    private const string DeltaIndicator = "2.5.29.27";
    private const string DistributionPoint = "2.5.29.28";

    private static readonly Asn1Tag Extensions = new(TagClass.ContextSpecific, 0, isConstructed: true);

    /// <summary>The list; null when it cannot be used, and <paramref name="problem"/> says why.</summary>
    public static RevocationList? Read(byte[] encoded, out string problem)
    {
        try
        {
            return ReadList(encoded, out problem);
        }
        catch (AsnContentException)
        {
            problem = "has a CRL that is broken";
            return null;
        }
    }

    private static RevocationList? ReadList(byte[] encoded, out string problem)
    {
        var list = new AsnReader(encoded, AsnEncodingRules.DER).ReadSequence();
        var signed = list.PeekEncodedValue();
        var body = list.ReadSequence();
        var outerAlgorithm = list.PeekEncodedValue();
        var algorithm = RevocationSignature.Read(list.ReadSequence(), out var identifier);
        var signature = list.ReadBitString(out _);
        if (body.PeekTag().HasSameClassAndValue(Asn1Tag.Integer))
        {
            body.ReadInteger();
        }

        // The algorithm stands in what is signed, too, so that nobody can exchange it.
        if (algorithm is null || !body.ReadEncodedValue().Span.SequenceEqual(outerAlgorithm.Span))
        {
            problem = $"has a CRL that is signed in a way that is not understood ({identifier}); RSA and ECDSA with SHA-256, 384 or 512 are";
            return null;
        }

        var issuer = body.ReadEncodedValue().ToArray();
        var thisUpdate = ReadTime(body);
        DateTimeOffset? nextUpdate = body.HasData && IsTime(body.PeekTag()) ? ReadTime(body) : null;
        var serials = new HashSet<string>();
        var unknown = body.HasData && body.PeekTag().HasSameClassAndValue(Asn1Tag.Sequence) ? ReadEntries(body.ReadSequence(), serials) : null;
        if (body.HasData)
        {
            unknown ??= FindUnknownExtension(body.ReadSequence(Extensions).ReadSequence());
        }

        problem = unknown is null ? "" : $"has a CRL with an extension that is not understood ({unknown}): it must be whole, and of the authority itself";
        return unknown is not null ? null : new RevocationList
        {
            Issuer = issuer,
            ThisUpdate = thisUpdate,
            NextUpdate = nextUpdate,
            Serials = serials,
            Signed = signed,
            Signature = signature,
            Algorithm = algorithm,
        };
    }

    // The first extension of an entry that must be understood: none is, as the one that there is names another issuer.
    private static string? ReadEntries(AsnReader entries, HashSet<string> serials)
    {
        string? unknown = null;
        while (entries.HasData)
        {
            var entry = entries.ReadSequence();
            serials.Add(RevocationList.NumberOf(entry.ReadIntegerBytes().Span));
            ReadTime(entry);
            if (entry.HasData)
            {
                unknown ??= FindUnknownExtension(entry.ReadSequence());
            }
        }

        return unknown;
    }

    private static string? FindUnknownExtension(AsnReader extensions)
    {
        while (extensions.HasData)
        {
            var extension = extensions.ReadSequence();
            var identifier = extension.ReadObjectIdentifier();
            var isCritical = extension.PeekTag().HasSameClassAndValue(Asn1Tag.Boolean) && extension.ReadBoolean();
            if (isCritical || identifier is DeltaIndicator or DistributionPoint)
            {
                return identifier;
            }
        }

        return null;
    }

    private static bool IsTime(Asn1Tag tag) =>
        tag.HasSameClassAndValue(Asn1Tag.UtcTime) || tag.HasSameClassAndValue(Asn1Tag.GeneralizedTime);

    private static DateTimeOffset ReadTime(AsnReader reader) =>
        reader.PeekTag().HasSameClassAndValue(Asn1Tag.UtcTime) ? reader.ReadUtcTime() : reader.ReadGeneralizedTime();
}
