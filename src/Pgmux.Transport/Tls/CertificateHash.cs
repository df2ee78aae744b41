using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Pgmux.Transport.Tls;

/// <summary>The hash of a certificate by the hash that it is signed with: tls-server-end-point of RFC 5929.</summary>
internal static class CertificateHash
{
    private const string RsaPss = "1.2.840.113549.1.1.10";

    private static readonly Dictionary<string, HashAlgorithmName> HashesOfSignatures = new()
    {
        ["1.2.840.113549.1.1.4"] = HashAlgorithmName.MD5,
        ["1.2.840.113549.1.1.5"] = HashAlgorithmName.SHA1,
        ["1.2.840.113549.1.1.11"] = HashAlgorithmName.SHA256,
        ["1.2.840.113549.1.1.12"] = HashAlgorithmName.SHA384,
        ["1.2.840.113549.1.1.13"] = HashAlgorithmName.SHA512,
        ["1.2.840.10045.4.1"] = HashAlgorithmName.SHA1,
        ["1.2.840.10045.4.3.2"] = HashAlgorithmName.SHA256,
        ["1.2.840.10045.4.3.3"] = HashAlgorithmName.SHA384,
        ["1.2.840.10045.4.3.4"] = HashAlgorithmName.SHA512,
    };

    private static readonly Dictionary<string, HashAlgorithmName> Hashes = new()
    {
        ["1.3.14.3.2.26"] = HashAlgorithmName.SHA1,
        ["2.16.840.1.101.3.4.2.1"] = HashAlgorithmName.SHA256,
        ["2.16.840.1.101.3.4.2.2"] = HashAlgorithmName.SHA384,
        ["2.16.840.1.101.3.4.2.3"] = HashAlgorithmName.SHA512,
    };

    /// <summary>
    /// The hash: SHA-256 in place of MD5 and SHA-1. Empty for signatures without a hash of their own (Ed25519), for which RFC 5929 has no
    /// rule and PostgreSQL no channel binding.
    /// </summary>
    public static byte[] Of(X509Certificate2 certificate)
    {
        var bytes = certificate.RawDataMemory;
        var hash = SignatureHashOf(bytes);
        return hash == HashAlgorithmName.SHA384 ? SHA384.HashData(bytes.Span)
            : hash == HashAlgorithmName.SHA512 ? SHA512.HashData(bytes.Span)
            : hash is null ? []
            : SHA256.HashData(bytes.Span);
    }

    private static HashAlgorithmName? SignatureHashOf(ReadOnlyMemory<byte> certificate)
    {
        var parts = new AsnReader(certificate, AsnEncodingRules.DER).ReadSequence();
        parts.ReadEncodedValue();
        var algorithm = parts.ReadSequence();
        var identifier = algorithm.ReadObjectIdentifier();
        return identifier == RsaPss ? PssHashOf(algorithm)
            : HashesOfSignatures.TryGetValue(identifier, out var hash) ? hash
            : null;
    }

    // RSASSA-PSS-params of RFC 4055: the hash is the first of them, and SHA-1 where it is left out.
    private static HashAlgorithmName? PssHashOf(AsnReader algorithm)
    {
        var tag = new Asn1Tag(TagClass.ContextSpecific, 0, isConstructed: true);
        if (!algorithm.HasData || algorithm.ReadSequence() is not { HasData: true } parameters || !parameters.PeekTag().HasSameClassAndValue(tag))
        {
            return HashAlgorithmName.SHA1;
        }

        return Hashes.TryGetValue(parameters.ReadSequence(tag).ReadSequence().ReadObjectIdentifier(), out var hash) ? hash : null;
    }
}
