using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Pgmux.Core.Configuration.Revocation;

/// <summary>Which certificates an authority has taken back: a CRL of RFC 5280.</summary>
internal sealed class RevocationList
{
    private byte[]? _proved;

    /// <summary>Name of the authority, as its certificate has it.</summary>
    public required byte[] Issuer { get; init; }

    /// <summary>From when on it holds.</summary>
    public required DateTimeOffset ThisUpdate { get; init; }

    /// <summary>When there is to be a newer one; null where the list does not say.</summary>
    public DateTimeOffset? NextUpdate { get; init; }

    /// <summary>Serial numbers of what has been taken back, as <see cref="NumberOf"/> writes them.</summary>
    public required IReadOnlySet<string> Serials { get; init; }

    /// <summary>What is signed.</summary>
    public required ReadOnlyMemory<byte> Signed { get; init; }

    /// <summary>The signature.</summary>
    public required ReadOnlyMemory<byte> Signature { get; init; }

    /// <summary>How it is signed.</summary>
    public required RevocationSignature Algorithm { get; init; }

    /// <summary>A serial number in hexadecimal digits, without the zero bytes that an encoding may put in front.</summary>
    public static string NumberOf(ReadOnlySpan<byte> serial) => Convert.ToHexString(serial.TrimStart((byte)0));

    /// <summary>
    /// Whether this authority, whose name is the issuer's, has signed the list. Asked in every handshake, by any loop: what has been proved
    /// once is remembered.
    /// </summary>
    public bool IsSignedBy(X509Certificate2 authority)
    {
        var key = authority.GetPublicKey();
        if (_proved is { } proved && proved.AsSpan().SequenceEqual(key))
        {
            return true;
        }

        if (!Verify(authority))
        {
            return false;
        }

        _proved = key;
        return true;
    }

    private bool Verify(X509Certificate2 authority)
    {
        if (Algorithm.Padding is { } padding)
        {
            using var rsa = authority.GetRSAPublicKey();
            return rsa is not null && rsa.VerifyData(Signed.Span, Signature.Span, Algorithm.Hash, padding);
        }

        using var curve = authority.GetECDsaPublicKey();
        return curve is not null && curve.VerifyData(Signed.Span, Signature.Span, Algorithm.Hash, DSASignatureFormat.Rfc3279DerSequence);
    }
}
