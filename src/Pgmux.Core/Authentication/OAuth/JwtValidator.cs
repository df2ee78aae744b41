using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using Pgmux.Core.Configuration.OAuth;
using Pgmux.Protocol;

namespace Pgmux.Core.Authentication.OAuth;

/// <summary>
/// Says whether tokens are what a line of the HBA file wants: signed by a key of the issuer, for pgmux, valid now, and the user's. Asks nobody:
/// the keys are those of the file. Runs off the loops; a signature takes a tenth of a millisecond or more.
/// </summary>
/// <param name="clock">Knows the day, which tokens end on.</param>
internal sealed class JwtValidator(TimeProvider clock)
{
    /// <summary>
    /// By how much the issuer's clock may differ from this one. RFC 7519 (4.1.4) allows a few minutes; machines with NTP need a second.
    /// </summary>
    public static readonly TimeSpan ClockSkew = TimeSpan.FromSeconds(30);

    private const string NoToken = "the password or token is no JWT";

    private readonly JsonWebTokenHandler _handler = new() { MapInboundClaims = false, MaximumTokenSizeInBytes = BearerToken.MaximumBytes };

    // What it would keep are keys that a reload has taken away.
    private readonly CryptoProviderFactory _providers = new() { CacheSignatureProviders = false };

    /// <summary>Says whether the token is right; never throws.</summary>
    public async Task<TokenVerdict> ValidateAsync(TokenQuestion question)
    {
        try
        {
            return await RefuseAsync(question) is { } reason ? TokenVerdict.No(reason) : TokenVerdict.Right;
        }
        catch (Exception e)
        {
            // What nobody has thought of must not end in the log with a piece of a token in its message.
            return TokenVerdict.No($"the token cannot be checked: {e.GetType().Name}");
        }
    }

    private async Task<string?> RefuseAsync(TokenQuestion question)
    {
        if (Read(question.Token) is not { } token)
        {
            return NoToken;
        }

        // Before any key is touched.
        if (!JwtAlgorithms.Contains(token.Alg))
        {
            return "the token is signed in a way that is not taken: RS, PS and ES with 256, 384 and 512 are";
        }

        if (token.TryGetHeaderValue<object>("crit", out _))
        {
            return "the token has critical extensions (crit), of which none is known";
        }

        var keys = question.Options.Keys.For(token.Alg, token.Kid);
        if (keys.Count == 0)
        {
            return string.IsNullOrEmpty(token.Kid)
                ? "the file of keys has none for the token's algorithm"
                : "the file of keys has none of the name that the token gives (kid); read it again if the issuer has changed its keys";
        }

        return await CheckAsync(token, keys, question.Options) is { } reason ? reason : JwtClaims.Refuse(ClaimsOf(token), question);
    }

    private static JsonWebToken? Read(string token)
    {
        try
        {
            return token.Count(c => c == '.') == 2 ? new JsonWebToken(token) : null;
        }
        catch (Exception e) when (e is ArgumentException or SecurityTokenException or JsonException)
        {
            return null;
        }
    }

    private async Task<string?> CheckAsync(JsonWebToken token, IReadOnlyList<JwtKey> keys, OAuthOptions options)
    {
        var opened = new List<AsymmetricAlgorithm>();
        try
        {
            opened.AddRange(keys.Select(key => key.Open()));
            string? lifetime = null;
            var result = await _handler.ValidateTokenAsync(token, new TokenValidationParameters
            {
                CryptoProviderFactory = _providers,
                IssuerSigningKeyResolver = (_, _, _, _) => opened.Select(KeyOf),
                TryAllIssuerSigningKeys = false,
                ValidAlgorithms = [token.Alg],
                ValidIssuer = options.Issuer,
                ValidAudience = options.Audience,
                IgnoreTrailingSlashWhenValidatingAudience = false,
                LifetimeValidator = (notBefore, expires, _, _) => (lifetime = RefuseTime(notBefore, expires)) is null,
            });
            return result.IsValid ? null : lifetime ?? Describe(result.Exception);
        }
        finally
        {
            opened.ForEach(key => key.Dispose());
        }
    }

    private string? RefuseTime(DateTime? notBefore, DateTime? expires)
    {
        var now = clock.GetUtcNow().UtcDateTime;
        return expires is not { } end ? "the token says not when it expires (exp)"
            : end <= now - ClockSkew ? "the token has expired"
            : notBefore is { } begin && begin > now + ClockSkew ? "the token is not valid yet"
            : null;
    }

    private static SecurityKey KeyOf(AsymmetricAlgorithm key) => key is RSA rsa ? new RsaSecurityKey(rsa) : new ECDsaSecurityKey((ECDsa)key);

    private static JsonElement ClaimsOf(JsonWebToken token)
    {
        using var claims = JsonDocument.Parse(Base64UrlEncoder.DecodeBytes(token.EncodedPayload));
        return claims.RootElement.Clone();
    }

    // The library's own words quote what the client has sent.
    private static string Describe(Exception? failure) => failure switch
    {
        SecurityTokenInvalidIssuerException => "the token is of another issuer",
        SecurityTokenInvalidAudienceException => "the token is for another audience",
        SecurityTokenInvalidSignatureException or SecurityTokenSignatureKeyNotFoundException => "the token's signature is wrong",
        SecurityTokenInvalidAlgorithmException => "the token is signed in a way that is not taken",
        _ => $"the token is not valid: {failure?.GetType().Name}",
    };
}
