namespace Pgmux.Protocol;

/// <summary>The half of a nonce that one side contributes to an exchange.</summary>
internal static class ScramNonce
{
    /// <summary>As PostgreSQL makes it: <see cref="ScramLimits.NonceBytes"/> random bytes in Base64.</summary>
    public static string Create()
    {
        Span<byte> random = stackalloc byte[ScramLimits.NonceBytes];
        SecretRandom.Fill(random);
        return Convert.ToBase64String(random);
    }
}
