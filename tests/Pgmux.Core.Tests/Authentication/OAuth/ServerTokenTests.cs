using System.Buffers;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Pgmux.Core.Authentication;
using Pgmux.Core.Configuration;
using Pgmux.Core.Servers;
using Pgmux.Core.Tests.Authentication;
using Pgmux.Protocol;

namespace Pgmux.Core.Tests.Authentication.OAuth;

/// <summary>When a server is shown a token, and what its answers mean.</summary>
[TestFixture, FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class ServerTokenTests
{
    private const string Json = "{ \"status\": \"invalid_token\" }";

    private static readonly ServerCredentials Trial = ServerCredentials.FromTokenOnTrial("hush");

    private readonly ArrayBufferWriter<byte> _output = new();

    [TestCase("OAUTHBEARER")]
    [TestCase("SCRAM-SHA-256", "OAUTHBEARER")]
    public void A_server_that_offers_the_mechanism_gets_the_token(params string[] mechanisms)
    {
        var authenticator = With(Trial);
        Assert.That(Handle(authenticator, output => BackendMessages.WriteAuthenticationSasl(output, mechanisms)), Is.EqualTo(AuthenticationStep.Continue));
        var reader = new PayloadReader(Sent());
        var sent = SaslInitialResponse.Read(ref reader);
        Assert.That(Encoding.ASCII.GetString(sent.Mechanism), Is.EqualTo("OAUTHBEARER"));
        Assert.That(Encoding.ASCII.GetString(sent.Data), Is.EqualTo("n,,\u0001auth=Bearer hush\u0001\u0001"));
        Assert.That(Handle(authenticator, BackendMessages.WriteAuthenticationOk), Is.EqualTo(AuthenticationStep.Succeeded));
    }

    [Test]
    public void A_server_that_does_not_take_it_is_answered_and_then_says_why()
    {
        var authenticator = With(Trial);
        Handle(authenticator, Offer);
        Sent();
        Assert.That(
            Handle(authenticator, output => BackendMessages.WriteAuthenticationSaslContinue(output, Encoding.ASCII.GetBytes(Json))), Is.EqualTo(AuthenticationStep.Continue));
        Assert.That(Sent(), Is.EqualTo(new byte[] { 1 }));
        Assert.That(Encoding.ASCII.GetString(authenticator.TokenError!), Is.EqualTo(Json));
        Assert.That(Handle(authenticator, BackendMessages.WriteAuthenticationOk), Is.EqualTo(AuthenticationStep.Failed), "it cannot take it after all");
    }

    [Test]
    public void A_second_question_is_not_obeyed()
    {
        var authenticator = With(Trial);
        Handle(authenticator, Offer);
        Sent();
        Assert.That(Handle(authenticator, BackendMessages.WriteAuthenticationCleartextPassword), Is.EqualTo(AuthenticationStep.Failed));
        Assert.That(_output.WrittenCount, Is.Zero);
    }

    [Test]
    public void A_token_is_not_shown_where_others_may_read_it()
    {
        var authenticator = With(Trial, isPrivate: false);
        Assert.That(Handle(authenticator, Offer), Is.EqualTo(AuthenticationStep.Failed));
        Assert.That((authenticator.Failure, _output.WrittenCount), Is.EqualTo((ServerAuthenticationFailure.TokenInClear, 0)));
    }

    [Test]
    public void Each_way_in_without_the_token_fails_when_it_is_there_to_be_judged()
    {
        foreach (var request in new Action<IBufferWriter<byte>>[]
        {
            BackendMessages.WriteAuthenticationOk, BackendMessages.WriteAuthenticationCleartextPassword,
            output => BackendMessages.WriteAuthenticationMd5Password(output, [1, 2, 3, 4]), output => BackendMessages.WriteAuthenticationSasl(output, ScramMechanism.Name),
        })
        {
            var authenticator = With(Trial);
            Assert.That(Handle(authenticator, request), Is.EqualTo(AuthenticationStep.Failed));
            Assert.That((authenticator.Failure, _output.WrittenCount), Is.EqualTo((ServerAuthenticationFailure.TokenNotAsked, 0)));
        }
    }

    [Test]
    public void A_token_that_is_held_leaves_the_other_ways_open()
    {
        var held = ServerCredentials.From(UserSecret.FromPassword("secret")).With("hush");
        Assert.That(Handle(With(held), BackendMessages.WriteAuthenticationOk), Is.EqualTo(AuthenticationStep.Succeeded));
        Assert.That(Handle(With(held), BackendMessages.WriteAuthenticationCleartextPassword), Is.EqualTo(AuthenticationStep.Continue));
        Assert.That(Encoding.ASCII.GetString(Sent()), Is.EqualTo("secret\0"));
        Assert.That($"{held}", Is.EqualTo("credentials"));
    }

    [Test]
    public void Without_a_token_the_log_says_what_is_missing()
    {
        var authenticator = With(ServerCredentials.None);
        Assert.That(Handle(authenticator, Offer), Is.EqualTo(AuthenticationStep.Failed));
        Assert.That(authenticator.FailureText, Is.EqualTo("server asks for an OAuth token, and there is none of this user that is still good (method oauth in auth_hba_file)"));
    }

    [Test]
    public void This_machine_is_where_no_network_is() => Assert.That(
        new EndPoint[]
        {
            new UnixDomainSocketEndPoint("/tmp/.s.PGSQL.5432"), new IPEndPoint(IPAddress.Loopback, 1), new IPEndPoint(IPAddress.IPv6Loopback, 1),
            new IPEndPoint(IPAddress.Parse("127.8.0.1"), 1), new IPEndPoint(IPAddress.Parse("10.0.0.1"), 1), new DnsEndPoint("localhost", 1),
        }.Select(ServerTarget.IsThisMachine),
        Is.EqualTo(new[] { true, true, true, true, false, false }));

    private static void Offer(IBufferWriter<byte> output) => BackendMessages.WriteAuthenticationSasl(output, OAuthMechanism.Name);

    private static ServerAuthenticator With(ServerCredentials credentials, bool isPrivate = true) => new("alice", credentials, new ScramSecretCache(), isPrivate: isPrivate);

    private AuthenticationStep Handle(ServerAuthenticator authenticator, Action<IBufferWriter<byte>> write) =>
        authenticator.Handle(WrittenMessages.BodyOf(write), _output);

    private byte[] Sent() => WrittenMessages.Take(_output).Single().Body;
}
