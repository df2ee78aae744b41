using System.Security.Cryptography;

namespace Pgmux.Protocol;

/// <summary>The few operations that both sides of SCRAM-SHA-256 share. Names as in RFC 5802, section 3.</summary>
internal static class ScramCryptography
{
    /// <summary>The proof: the client key hidden by the client's signature. Applied to the proof it gives the key back.</summary>
    public static byte[] HideKey(ReadOnlySpan<byte> keyOrProof, ReadOnlySpan<byte> storedKey, ReadOnlySpan<byte> authMessage)
    {
        var result = HMACSHA256.HashData(storedKey, authMessage);
        for (var index = 0; index < result.Length; index++)
        {
            result[index] ^= keyOrProof[index];
        }

        return result;
    }

    /// <summary>AuthMessage: what both have said, joined by commas.</summary>
    public static byte[] AuthMessage(
        ReadOnlySpan<byte> clientFirstBare, ReadOnlySpan<byte> serverFirst, ReadOnlySpan<byte> clientFinalWithoutProof) =>
        [.. clientFirstBare, (byte)',', .. serverFirst, (byte)',', .. clientFinalWithoutProof];
}
