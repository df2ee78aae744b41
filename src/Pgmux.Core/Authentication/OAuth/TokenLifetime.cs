using System.Buffers.Text;
using System.Text.Json;

namespace Pgmux.Core.Authentication.OAuth;

/// <summary>
/// When a token ends that a server has taken, as far as the token itself says so: a token need not be a JWT. Nothing is decided by it but how
/// long the token is kept.
/// </summary>
internal static class TokenLifetime
{
    /// <summary>How long it is good from now on; null when it does not say.</summary>
    public static TimeSpan? RemainingOf(string token, DateTimeOffset now)
    {
        if (token.Split('.') is not [_, var claims, _])
        {
            return null;
        }

        try
        {
            using var read = JsonDocument.Parse(Base64Url.DecodeFromChars(claims));
            return read.RootElement.ValueKind == JsonValueKind.Object && read.RootElement.TryGetProperty("exp", out var end)
                && end.ValueKind == JsonValueKind.Number && end.TryGetDouble(out var seconds)
                ? TimeSpan.FromSeconds(Math.Clamp(seconds - now.ToUnixTimeSeconds(), 0, TimeSpan.MaxValue.TotalSeconds / 2))
                : null;
        }
        catch (Exception e) when (e is FormatException or JsonException)
        {
            // It only looks like one.
            return null;
        }
    }
}
