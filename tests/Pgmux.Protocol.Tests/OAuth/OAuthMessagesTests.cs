using System.Text;

namespace Pgmux.Protocol.Tests.OAuth;

[TestFixture]
internal sealed class OAuthMessagesTests
{
    [TestCase("https://x.example", "openid", "{ \"status\": \"invalid_token\", \"openid-configuration\": \"https://x.example/.well-known/openid-configuration\", \"scope\": \"openid\" }")]
    [TestCase("https://x.example/", null, "{ \"status\": \"invalid_token\", \"openid-configuration\": \"https://x.example//.well-known/openid-configuration\" }")]
    [TestCase("https://x/.well-known/oauth-authorization-server", "a b", "{ \"status\": \"invalid_token\", \"openid-configuration\": \"https://x/.well-known/oauth-authorization-server\", \"scope\": \"a b\" }")]
    [TestCase("https://x?a=1&b=2", "ä\"\\\n", "{ \"status\": \"invalid_token\", \"openid-configuration\": \"https://x?a=1&b=2/.well-known/openid-configuration\", \"scope\": \"ä\\\"\\\\\\n\" }")]
    public void An_error_says_where_tokens_are_to_be_had_as_PostgreSQL_does(string issuer, string? scope, string expected) =>
        Assert.That(Encoding.UTF8.GetString(OAuthMessages.ServerError(issuer, scope)), Is.EqualTo(expected));

    [Test]
    public void A_token_is_shown_as_libpq_shows_it()
    {
        var message = OAuthMessages.ClientResponse("abc");
        Assert.That(Encoding.ASCII.GetString(message), Is.EqualTo("n,,\u0001auth=Bearer abc\u0001\u0001"));
        Assert.That(OAuthClientResponse.Read(message, out var read, out _), Is.EqualTo(OAuthMessageOutcome.Read));
        Assert.That(Encoding.ASCII.GetString(read.Authorization), Is.EqualTo("Bearer abc"));
    }
}
