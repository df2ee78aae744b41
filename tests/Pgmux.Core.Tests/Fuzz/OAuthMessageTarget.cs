using System.Text;
using Pgmux.Core.Authentication.OAuth;
using Pgmux.Core.Configuration.OAuth;
using Pgmux.Protocol;
using Pgmux.Testing.Fuzzing;
using Pgmux.Testing.OAuth;
using Pgmux.Testing.Transport;

namespace Pgmux.Core.Tests.Fuzz;

/// <summary>
/// A client's first message in OAUTHBEARER with a token: read or refused without an exception, and no token but the one that the issuer has
/// signed lets anybody in. Nobody has the issuer's key any more.
/// </summary>
internal sealed class OAuthMessageTarget : FuzzTarget
{
    private const string Jwks =
        """
        {"keys":[{"kty":"EC","crv":"P-256","kid":"k","x":"jZhngZww5v0ZoQoscyD_gQfnID6FWEkVG_rqx1PYsCw","y":"b-RtPYwuIAfSOcPeusSI6Zy4l_1-HIBVdcFBMHD5awU"}]}
        """;

    private const string Signed =
        "eyJhbGciOiJFUzI1NiIsImtpZCI6ImsifQ"
        + ".eyJpc3MiOiJpIiwiYXVkIjoiYSIsInN1YiI6ImFsaWNlIiwiZXhwIjo0MTAyNDQ0ODAwfQ";

    private const string Token = Signed
        + ".ajsXaVeDyDPVp3bBJa_IKpl-8AuPF_HNVkeIsB_XK0_hL17Bncf3rpFbcI99OVzOMpCa0L2HB9dEDIretjtLbQ";

    private static readonly OAuthOptions Options = new()
    {
        Issuer = "i",
        Audience = "a",
        Keys = JwksReader.Parse(Encoding.ASCII.GetBytes(Jwks), [], out _)!,
    };

    private readonly JwtValidator _validator = new(new VirtualTimeProvider());

    public override string Name => "OAuthMessage";

    public override TimeSpan Duration => TimeSpan.FromSeconds(10);

    public override int MostBytes => 4 * 1024;

    public override IReadOnlyList<byte[]> Seeds { get; } =
    [
        OAuthMessages.ClientResponse(Token),
        OAuthMessages.ClientResponse("abc"),
        OAuthMessages.ClientResponse(Of("{\"alg\":\"none\"}", "{\"iss\":\"i\",\"aud\":\"a\",\"sub\":\"alice\",\"exp\":4102444800}")),
        OAuthMessages.ClientResponse(Of("{\"alg\":\"HS256\",\"kid\":\"k\"}", "{\"iss\":\"i\"}")),
        OAuthMessages.ClientResponse(Of("{\"alg\":\"ES256\",\"crit\":[\"b64\"],\"b64\":false}", "{}")),
        OAuthMessages.ClientResponse(Of("{\"alg\":5,\"kid\":[]}", "[1,2,3]")),
        OAuthMessages.ClientResponse(Of("{\"alg\":\"ES256\"}", "{\"exp\":1e400,\"nbf\":\"x\",\"aud\":{}}")),
        [.. "y,,\u0001host=x\u0001port=1\u0001auth=\u0001\u0001"u8],
        [.. "n,a=root,\u0001auth=Bearer x\u0001\u0001"u8],
        [.. "p=tls-server-end-point,,\u0001\u0001"u8],
        [0x01],
    ];

    public override IReadOnlyList<byte[]> Dictionary { get; } =
        [[.. "n,,\u0001"u8], [.. "auth=Bearer "u8], [.. "\u0001\u0001"u8], [.. "."u8], [.. "=="u8], [.. "a=b"u8], Encoding.ASCII.GetBytes(Signed), Encoding.ASCII.GetBytes(Token)];

    public override string Run(byte[] input)
    {
        var outcome = OAuthClientResponse.Read(input, out var response, out var detail);
        FuzzFindingException.Require(detail.Length > 0 == (outcome != OAuthMessageOutcome.Read), "what is wrong is said, and only that");
        if (outcome != OAuthMessageOutcome.Read)
        {
            return detail[..Math.Min(detail.Length, 30)];
        }

        FuzzFindingException.Require(
            input.AsSpan().IndexOf([.. "auth="u8, .. response.Authorization, OAuthMechanism.Separator]) > 0, "the value is a piece of the message");
        if (response.Authorization.IsEmpty)
        {
            return "discovery";
        }

        if (!BearerToken.TryRead(response.Authorization, out var bytes, out var problem))
        {
            return problem;
        }

        var token = Encoding.ASCII.GetString(bytes);
        var judging = _validator.ValidateAsync(new TokenQuestion(Options, null, "alice", token));
        FuzzFindingException.Require(judging.IsCompletedSuccessfully, "it neither waits for anybody nor throws");
        var verdict = judging.GetAwaiter().GetResult();
        FuzzFindingException.Require(!verdict.IsRight || token.StartsWith(Signed + '.', StringComparison.Ordinal), "a token that nobody has signed was taken");
        FuzzFindingException.Require(!verdict.Reason.Contains("cannot be checked", StringComparison.Ordinal), $"an exception that nobody expects: {verdict.Reason}");
        return verdict.IsRight ? "right" : verdict.Reason;
    }

    private static string Of(string header, string claims) =>
        $"{TestIssuer.Encode(Encoding.UTF8.GetBytes(header))}.{TestIssuer.Encode(Encoding.UTF8.GetBytes(claims))}.AAAA";
}
