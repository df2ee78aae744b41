using System.Security.Cryptography;

namespace Pgmux.Protocol;

/// <summary>The one way to compare passwords, proofs and cancel keys: by its time an attacker must not learn how close a guess was.</summary>
public static class SecretComparison
{
    /// <summary>Whether both are equal. Both are hashed first, so that not even a difference in length shows.</summary>
    public static bool AreEqual(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right) =>
        CryptographicOperations.FixedTimeEquals(SHA256.HashData(left), SHA256.HashData(right));
}
