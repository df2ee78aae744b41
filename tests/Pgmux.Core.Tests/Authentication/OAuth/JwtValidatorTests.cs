using System.Text;
using System.Text.Json.Nodes;
using Pgmux.Core.Authentication.OAuth;
using Pgmux.Core.Configuration.Hba;
using Pgmux.Core.Configuration.OAuth;
using Pgmux.Protocol;
using Pgmux.Testing.OAuth;
using Pgmux.Testing.Transport;

namespace Pgmux.Core.Tests.Authentication.OAuth;

/// <summary>Which tokens let a user in, and what the log says of the others.</summary>
[TestFixture]
internal sealed class JwtValidatorTests
{
    private const string WrongWay = "the token is signed in a way that is not taken: RS, PS and ES with 256, 384 and 512 are";
    private const string WrongSignature = "the token's signature is wrong";
    private const string NoToken = "the password or token is no JWT";
    private const string UnknownKey = "the file of keys has none of the name that the token gives (kid); read it again if the issuer has changed its keys";
    private const string NoKey = "the file of keys has none for the token's algorithm";

    private static readonly TestIssuer Issuer = TestIssuer.Known;

    private readonly VirtualTimeProvider _clock = new();

    private DateTimeOffset Now => _clock.GetUtcNow();

    private JsonObject Claims => TestIssuer.ClaimsOf("alice", Now);

    public static IEnumerable<string> Algorithms => TestIssuer.Algorithms;

    [TestCaseSource(nameof(Algorithms))]
    public async Task A_token_of_the_issuer_lets_its_user_in(string algorithm)
    {
        var token = Issuer.Sign(Claims, algorithm);
        Assert.That(await JudgeAsync(token), Is.Null);
        Assert.That(await JudgeAsync(token, user: "bob"), Is.EqualTo("claim sub \"alice\" is not the user's name"));
        Assert.That(await JudgeAsync(TestIssuer.Other.Sign(Claims, algorithm)), Is.EqualTo(WrongSignature), "another key of the same name");
    }

    [TestCaseSource(nameof(Algorithms))]
    public async Task A_token_without_the_name_of_a_key_is_held_against_those_of_its_algorithm(string algorithm)
    {
        var header = TestIssuer.HeaderOf(algorithm, null);
        Assert.That(await JudgeAsync(Issuer.Sign(Claims, header.DeepClone().AsObject(), algorithm)), Is.Null);
        Assert.That(await JudgeAsync(TestIssuer.Other.Sign(Claims, header, algorithm)), Is.EqualTo(WrongSignature));
    }

    [Test]
    public async Task A_key_of_another_name_is_not_tried()
    {
        Assert.That(await JudgeAsync(Issuer.Sign(Claims, TestIssuer.HeaderOf("RS256", "unknown"), "RS256")), Is.EqualTo(UnknownKey));
        Assert.That(await JudgeAsync(Issuer.Sign(Claims, TestIssuer.HeaderOf("RS256", "ES256"), "RS256")), Is.EqualTo(UnknownKey), "a key of another kind");
        Assert.That(
            await JudgeAsync(Issuer.Sign(Claims, TestIssuer.HeaderOf("RS256", null), "RS256"), WithKeys(TestIssuer.JwksOf(Issuer.CurveKey("ES256")))), Is.EqualTo(NoKey));
    }

    [Test]
    public async Task A_key_that_is_for_one_algorithm_serves_no_other()
    {
        var key = Issuer.RsaKey();
        key["alg"] = "RS256";
        var options = WithKeys(TestIssuer.JwksOf(key));
        Assert.That(await JudgeAsync(Issuer.Sign(Claims, "RS256"), options), Is.Null);
        Assert.That(await JudgeAsync(Issuer.Sign(Claims, "PS256"), options), Is.EqualTo(UnknownKey));
    }

    [TestCase("none")]
    [TestCase("None")]
    [TestCase("HS256")]
    [TestCase("HS384")]
    [TestCase("HS512")]
    [TestCase("rs256")]
    [TestCase("ES256K")]
    [TestCase("EdDSA")]
    [TestCase("")]
    public async Task What_anybody_can_sign_is_not_taken(string algorithm)
    {
        foreach (var secret in new[] { Issuer.RsaPem, Issuer.RsaModulus, Encoding.UTF8.GetBytes(Issuer.Jwks), [] })
        {
            Assert.That(await JudgeAsync(TestIssuer.SignWithSecret(Claims, algorithm, secret)), Is.EqualTo(WrongWay));
        }
    }

    [Test]
    public async Task A_token_without_a_signature_is_none()
    {
        var parts = Issuer.Sign(Claims).Split('.');
        Assert.That(await JudgeAsync($"{parts[0]}.{parts[1]}."), Is.EqualTo(WrongSignature).Or.EqualTo(NoToken));
        Assert.That(await JudgeAsync($"{parts[0]}.{parts[1]}"), Is.EqualTo(NoToken));
        Assert.That(await JudgeAsync($"{parts[0]}.{parts[1]}.{parts[2]}.x.y"), Is.EqualTo(NoToken), "the form of an encrypted token");
    }

    [Test]
    public async Task A_signature_is_for_what_it_signs()
    {
        var (own, foreign) = (Issuer.Sign(Claims).Split('.'), Issuer.Sign(TestIssuer.ClaimsOf("root", Now)).Split('.'));
        Assert.That(await JudgeAsync($"{own[0]}.{foreign[1]}.{own[2]}", user: "root"), Is.EqualTo(WrongSignature));
        for (var at = 0; at < own[2].Length - 1; at += 7)
        {
            var changed = own[2].ToCharArray();
            changed[at] = changed[at] == 'A' ? 'B' : 'A';
            Assert.That(await JudgeAsync($"{own[0]}.{own[1]}.{new string(changed)}"), Is.EqualTo(WrongSignature), $"character {at} of the signature");
        }
    }

    [TestCase("iss", "\"https://issuer.example.net/\"", "the token is of another issuer")]
    [TestCase("iss", "\"HTTPS://issuer.example.net\"", "the token is of another issuer")]
    [TestCase("iss", null, "the token is of another issuer")]
    [TestCase("aud", "\"pgmux2\"", "the token is for another audience")]
    [TestCase("aud", "\"PGMUX\"", "the token is for another audience")]
    [TestCase("aud", "\"pgmux/\"", "the token is for another audience")]
    [TestCase("aud", "[\"a\",\"b\"]", "the token is for another audience")]
    [TestCase("aud", "[]", "the token is for another audience")]
    [TestCase("aud", null, "the token is for another audience")]
    [TestCase("aud", "[\"a\",\"pgmux\"]", null)]
    [TestCase("exp", null, "the token says not when it expires (exp)")]
    [TestCase("nbf", null, null)]
    [TestCase("sub", null, "the token has no claim sub that is a name")]
    [TestCase("sub", "5", "the token has no claim sub that is a name")]
    [TestCase("sub", "\"\"", "the token has no claim sub that is a name")]
    [TestCase("sub", "\"Alice\"", "claim sub \"Alice\" is not the user's name")]
    [TestCase("sub", "\"alice \"", "claim sub \"alice \" is not the user's name")]
    public async Task Each_claim_counts(string claim, string? value, string? reason)
    {
        var claims = Claims;
        claims.Remove(claim);
        if (value is not null)
        {
            claims[claim] = JsonNode.Parse(value);
        }

        Assert.That(await JudgeAsync(Issuer.Sign(claims)), Is.EqualTo(reason));
    }

    [TestCase("exp", "\"soon\"")]
    [TestCase("exp", "1e300")]
    [TestCase("exp", "[1]")]
    [TestCase("nbf", "\"x\"")]
    [TestCase("sub", "[\"alice\"]")]
    [TestCase("sub", "{\"alice\": \"alice\"}")]
    [TestCase("iss", "5")]
    [TestCase("aud", "5")]
    [TestCase("aud", "[5]")]
    public async Task A_claim_of_the_wrong_type_lets_nobody_in(string claim, string value)
    {
        var claims = Claims;
        claims[claim] = JsonNode.Parse(value);
        Assert.That(await JudgeAsync(Issuer.Sign(claims)), Is.Not.Null);
    }

    [TestCase("exp", -31, "the token has expired")]
    [TestCase("exp", -30, "the token has expired")]
    [TestCase("exp", -29, null)]
    [TestCase("exp", 1, null)]
    [TestCase("nbf", 29, null)]
    [TestCase("nbf", 30, null)]
    [TestCase("nbf", 31, "the token is not valid yet")]
    public async Task The_day_counts_with_a_little_room(string claim, int seconds, string? reason)
    {
        var claims = Claims;
        claims[claim] = Now.AddSeconds(seconds).ToUnixTimeSeconds();
        Assert.That(await JudgeAsync(Issuer.Sign(claims)), Is.EqualTo(reason));
    }

    [Test]
    public async Task A_token_that_was_good_is_not_for_ever()
    {
        var token = Issuer.TokenOf("alice", Now);
        Assert.That(await JudgeAsync(token), Is.Null);
        _clock.MoveTo(_clock.GetTimestamp() + TimeSpan.FromHours(2).Ticks);
        Assert.That(await JudgeAsync(token), Is.EqualTo("the token has expired"));
    }

    [TestCase("{\"scope\": \"db other\"}", "db", null)]
    [TestCase("{\"scope\": \"db other\"}", "other db", null)]
    [TestCase("{\"scope\": \"db other\"}", "db x", "the token is not good for scope \"db x\"")]
    [TestCase("{\"scope\": \"dbx\"}", "db", "the token is not good for scope \"db\"")]
    [TestCase("{\"scope\": [\"db\", 5]}", "db", null)]
    [TestCase("{\"scp\": \"db\"}", "db", null)]
    [TestCase("{\"scp\": [\"db\"]}", "db", null)]
    [TestCase("{\"scope\": 5}", "db", "the token is not good for scope \"db\"")]
    [TestCase("{}", "db", "the token is not good for scope \"db\"")]
    [TestCase("{}", null, null)]
    public async Task The_scope_has_to_be_in_the_token(string more, string? wanted, string? reason)
    {
        var claims = Claims;
        foreach (var (name, value) in JsonNode.Parse(more)!.AsObject())
        {
            claims[name] = value?.DeepClone();
        }

        Assert.That(await JudgeAsync(Issuer.Sign(claims), Options with { Scope = wanted }), Is.EqualTo(reason));
    }

    [Test]
    public async Task Another_claim_may_name_the_user_and_a_map_may_say_which()
    {
        var claims = Claims;
        claims["email"] = "alice@example.net";
        var token = Issuer.Sign(claims);
        var options = Options with { Claim = "email" };
        var map = new IdentMap("m", [new IdentMapping { SystemPattern = NamePattern.Parse("/^(.*)@example\\.net$", out _), User = "\\1" }]);
        Assert.That(await JudgeAsync(token, options), Is.EqualTo("claim email \"alice@example.net\" is not the user's name"));
        Assert.That(await JudgeAsync(token, options, map: map), Is.Null);
        Assert.That(await JudgeAsync(token, options, "bob", map), Is.EqualTo("claim email \"alice@example.net\" is not mapped to the user by ident map m"));
    }

    [Test]
    public async Task Extensions_that_nobody_knows_are_refused()
    {
        var header = TestIssuer.HeaderOf("RS256", "rsa");
        header["crit"] = new JsonArray("b64");
        header["b64"] = true;
        Assert.That(await JudgeAsync(Issuer.Sign(Claims, header, "RS256")), Is.EqualTo("the token has critical extensions (crit), of which none is known"));
    }

    [Test]
    public async Task Keys_that_the_token_brings_along_are_not_looked_at()
    {
        foreach (var kid in new[] { "rsa", null })
        {
            var header = TestIssuer.HeaderOf("RS256", kid);
            header["jwk"] = TestIssuer.Other.RsaKey();
            header["jku"] = "http://127.0.0.1:1/jwks";
            header["x5u"] = "http://127.0.0.1:1/x5u";
            Assert.That(await JudgeAsync(TestIssuer.Other.Sign(Claims, header, "RS256")), Is.EqualTo(WrongSignature));
        }
    }

    [TestCase("abc")]
    [TestCase("a.b.c")]
    [TestCase("..")]
    [TestCase("e30.e30.")]
    [TestCase("bnVsbA.bnVsbA.AA")]
    [TestCase("W10.W10.AA")]
    public async Task What_is_no_token_is_said_to_be_none(string text) =>
        Assert.That(await JudgeAsync(text), Is.EqualTo(NoToken).Or.EqualTo(WrongWay));

    [Test]
    public async Task What_is_nested_deeply_or_long_is_refused_and_no_more()
    {
        var nested = TestIssuer.Encode(Encoding.ASCII.GetBytes(new string('[', 10_000)));
        Assert.That(await JudgeAsync($"{nested}.{nested}.AA"), Is.EqualTo(NoToken));
        var claims = Claims;
        claims["sub"] = new string('x', BearerToken.MaximumBytes * 2);
        Assert.That(await JudgeAsync(Issuer.Sign(claims)), Is.Not.Null);
        claims["sub"] = new string('x', 1000);
        Assert.That((await JudgeAsync(Issuer.Sign(claims)))!, Has.Length.LessThan(200), "the log is not filled by a token");
    }

    [Test]
    public void A_question_does_not_show_its_token() =>
        Assert.That($"{new TokenQuestion(Options, null, "alice", "hush")}", Does.Contain("alice").And.Not.Contain("hush"));

    private static OAuthOptions Options { get; } = WithKeys(Issuer.Jwks);

    private static OAuthOptions WithKeys(string jwks) => new()
    {
        Issuer = TestIssuer.Name,
        Audience = TestIssuer.Audience,
        Keys = JwksReader.Parse(Encoding.UTF8.GetBytes(jwks), [], out _) ?? throw new AssertionException("no keys"),
    };

    // Why it is refused; null when it is right.
    private async Task<string?> JudgeAsync(string token, OAuthOptions? options = null, string user = "alice", IdentMap? map = null)
    {
        var verdict = await new JwtValidator(_clock).ValidateAsync(new TokenQuestion(options ?? Options, map, user, token));
        return verdict.IsRight ? null : verdict.Reason;
    }
}
