using System.Buffers;

namespace Pgmux.Protocol;

/// <summary>The token inside of <c>Bearer TOKEN</c>. Source: RFC 6750, 2.1; PostgreSQL 18's rules and texts (auth-oauth.c).</summary>
public static class BearerToken
{
    /// <summary>
    /// Longest token that is looked at. Tokens are made for the headers of HTTP, which Kestrel takes up to this size; PostgreSQL has no limit
    /// but that of the message, of twice the size (PG_MAX_AUTH_TOKEN_LENGTH).
    /// </summary>
    public const int MaximumBytes = 32 * 1024;

    private static readonly SearchValues<byte> TokenBytes =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~+/"u8);

    private static ReadOnlySpan<byte> Scheme => "Bearer "u8;

    /// <summary>Takes the token out of a value that is not empty.</summary>
    /// <param name="authorization">The value, as in the header Authorization.</param>
    /// <param name="token">The token.</param>
    /// <param name="problem">Why there is none; shows nothing of it.</param>
    public static bool TryRead(ReadOnlySpan<byte> authorization, out ReadOnlySpan<byte> token, out string problem)
    {
        token = default;
        if (authorization.Length < Scheme.Length || !System.Text.Ascii.EqualsIgnoreCase(authorization[..Scheme.Length], Scheme))
        {
            problem = "Client response indicated a non-Bearer authentication scheme.";
            return false;
        }

        token = authorization[Scheme.Length..].TrimStart((byte)' ');
        return Check(token, out problem);
    }

    /// <summary>Whether it is a token by its form and length; shows nothing of it.</summary>
    public static bool Check(ReadOnlySpan<byte> token, out string problem)
    {
        problem = token.IsEmpty ? "Bearer token is empty."
            : token.Length > MaximumBytes ? $"Bearer token is longer than {MaximumBytes} bytes."
            : token.TrimEnd((byte)'=').ContainsAnyExcept(TokenBytes) ? "Bearer token is not in the correct format."
            : "";
        return problem.Length == 0;
    }
}
