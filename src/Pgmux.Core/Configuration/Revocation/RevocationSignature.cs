using System.Formats.Asn1;
using System.Security.Cryptography;

namespace Pgmux.Core.Configuration.Revocation;

/// <summary>How a list is signed.</summary>
/// <param name="Hash">The hash.</param>
/// <param name="Padding">RSA with this padding; null is ECDSA.</param>
internal sealed record RevocationSignature(HashAlgorithmName Hash, RSASignaturePadding? Padding)
{
    private const string RsaPss = "1.2.840.113549.1.1.10";

    private static readonly Dictionary<string, RevocationSignature> Known = new()
    {
        ["1.2.840.113549.1.1.11"] = new(HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1),
        ["1.2.840.113549.1.1.12"] = new(HashAlgorithmName.SHA384, RSASignaturePadding.Pkcs1),
        ["1.2.840.113549.1.1.13"] = new(HashAlgorithmName.SHA512, RSASignaturePadding.Pkcs1),
        ["1.2.840.10045.4.3.2"] = new(HashAlgorithmName.SHA256, null),
        ["1.2.840.10045.4.3.3"] = new(HashAlgorithmName.SHA384, null),
        ["1.2.840.10045.4.3.4"] = new(HashAlgorithmName.SHA512, null),
    };

    private static readonly Dictionary<string, HashAlgorithmName> PssHashes = new()
    {
        ["2.16.840.1.101.3.4.2.1"] = HashAlgorithmName.SHA256,
        ["2.16.840.1.101.3.4.2.2"] = HashAlgorithmName.SHA384,
        ["2.16.840.1.101.3.4.2.3"] = HashAlgorithmName.SHA512,
    };

    /// <summary>Reads an AlgorithmIdentifier. Null for what is too weak (SHA-1), or not known to .NET.</summary>
    /// <param name="algorithm">The contents of it.</param>
    /// <param name="identifier">Its object identifier.</param>
    public static RevocationSignature? Read(AsnReader algorithm, out string identifier)
    {
        identifier = algorithm.ReadObjectIdentifier();
        return identifier == RsaPss ? ReadPss(algorithm) : Known.GetValueOrDefault(identifier);
    }

    // RSASSA-PSS-params of RFC 4055: the hash is the first of them, and SHA-1 where it is left out.
    private static RevocationSignature? ReadPss(AsnReader algorithm)
    {
        var tag = new Asn1Tag(TagClass.ContextSpecific, 0, isConstructed: true);
        return algorithm.HasData && algorithm.ReadSequence() is { HasData: true } parameters && parameters.PeekTag().HasSameClassAndValue(tag)
            && PssHashes.TryGetValue(parameters.ReadSequence(tag).ReadSequence().ReadObjectIdentifier(), out var hash)
            ? new RevocationSignature(hash, RSASignaturePadding.Pss)
            : null;
    }
}
