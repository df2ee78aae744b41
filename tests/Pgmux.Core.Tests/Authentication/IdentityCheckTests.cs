using System.Buffers;
using System.Net;
using Pgmux.Core.Authentication;
using Pgmux.Core.Configuration;
using Pgmux.Core.Configuration.Hba;
using Pgmux.Protocol;
using Pgmux.Transport;

namespace Pgmux.Core.Tests.Authentication;

/// <summary>Logins by who is at the other end, and those that are refused whoever it is.</summary>
[TestFixture]
internal sealed class IdentityCheckTests
{
    private static readonly ClientOrigin Unix = new() { Peer = new PeerCredentials(1, 1000, 1000) };
    private static readonly ClientOrigin Tcp = new() { Address = IPAddress.Loopback };

    private static readonly IdentMap Map = new("m", [new IdentMapping { SystemUser = "root", User = Secrets.User }]);

    [TestCase(Secrets.User, false, true, null)]
    [TestCase("root", false, true, "system user \"root\" is not the user's name")]
    [TestCase(null, false, true, "user id 1000 has no name")]
    [TestCase(Secrets.User, false, false, "no such user")]
    [TestCase("root", false, false, "system user \"root\" is not the user's name")]
    [TestCase("root", true, true, null)]
    [TestCase(Secrets.User, true, true, "system user \"alice\" is not mapped to the user by ident map m")]
    [Property("Row", "A18")]
    public void A_peer_is_who_the_system_says(string? systemUser, bool isMapped, bool isKnown, string? reason) =>
        Check(Login(AuthType.Peer, Unix, isMapped, isKnown) with { SystemUser = systemUser }, "unix socket login rejected", reason);

    [Test, Property("Row", "A18")]
    public void Nobody_is_a_peer_over_TCP() =>
        Check(Login(AuthType.Peer, Tcp), "unix socket login rejected", "the client has not come over the Unix socket");

    [TestCase("alice", false, true, null)]
    [TestCase("root", false, true, "TLS certificate name mismatch: \"root\" is not the user's name")]
    [TestCase("Alice", false, true, "TLS certificate name mismatch: \"Alice\" is not the user's name")]
    [TestCase("", false, true, "TLS certificate name mismatch: it has no common name that can be one")]
    [TestCase("", true, true, "TLS certificate name mismatch: it has no common name that can be one")]
    [TestCase("alice", false, false, "no such user")]
    [TestCase("root", true, true, null)]
    [TestCase("alice", true, true, "TLS certificate name mismatch: \"alice\" is not mapped to the user by ident map m")]
    [Property("Row", "A17")]
    public void A_certificate_must_name_the_user(string name, bool isMapped, bool isKnown, string? reason) => Check(
        Login(AuthType.Cert, Tcp with { IsEncrypted = true, CertificateName = name }, isMapped, isKnown), "certificate authentication failed", reason);

    [TestCase(true, "TLS client certificate required")]
    [TestCase(false, "TLS connection required")]
    [Property("Row", "B24")]
    public void Without_a_certificate_nobody_is_let_in(bool isEncrypted, string reason) =>
        Check(Login(AuthType.Cert, Tcp with { IsEncrypted = isEncrypted }), "certificate authentication failed", reason);

    [TestCase("NotAsked", null, null, null)]
    [TestCase("VerifyCa", null, "connection requires a valid client certificate", "TLS client certificate required")]
    [TestCase("VerifyCa", "root", null, null)]
    [TestCase("VerifyFull", null, "connection requires a valid client certificate", "TLS client certificate required")]
    [TestCase("VerifyFull", "root", "certificate authentication failed", "TLS certificate name mismatch: \"root\" is not the user's name")]
    [TestCase("VerifyFull", "", "certificate authentication failed", "TLS certificate name mismatch: it has no common name that can be one")]
    [TestCase("VerifyFull", "alice", null, null)]
    [Property("Row", "A17")]
    public void A_line_may_want_a_certificate_beside_the_login(string wanted, string? name, string? text, string? reason)
    {
        var login = Login(AuthType.Trust, Tcp with { IsEncrypted = true, CertificateName = name });
        Check(login with { Rule = Rule(AuthType.Trust, Map, Enum.Parse<HbaClientCertificate>(wanted)) }, text ?? "", reason);
    }

    [Test]
    public void A_line_that_rejects_is_named_in_the_log_only() => Check(
        Login(AuthType.Reject, Tcp) with { Rule = Rule(AuthType.Reject, null) }, "login rejected", "by hba.conf:7");

    [TestCase(true)]
    [TestCase(false)]
    [Property("Row", "B42")]
    public void Without_a_line_the_answer_is_the_same_for_all_users(bool isKnown) =>
        Check(Login(AuthType.Hba, Tcp, isKnown: isKnown), "no authentication method is found", "no line of auth_hba_file is about this database, user and address");

    private static ClientLogin Login(AuthType method, ClientOrigin origin, bool isMapped = false, bool isKnown = true) => new()
    {
        Method = method,
        Rule = isMapped ? Rule(method, Map) : null,
        Origin = origin,
        User = Secrets.User,
        Secret = isKnown ? Secrets.Stored(StoredKind.Plain) : null,
    };

    private static HbaRule Rule(AuthType method, IdentMap? map, HbaClientCertificate certificate = HbaClientCertificate.NotAsked)
    {
        var all = new HbaNames([], []) { IsAll = true };
        return new HbaRule
        {
            Location = new("hba.conf", 7),
            Type = HbaConnectionType.Host,
            Databases = all,
            Users = all,
            Method = method,
            ClientCertificate = certificate,
            Map = map,
        };
    }

    // With a reason it must fail with the text; without one it must succeed with what is stored, and in either case nothing is sent before.
    private static void Check(ClientLogin login, string text, string? reason)
    {
        var output = new ArrayBufferWriter<byte>();
        var authenticator = new ClientAuthenticator(login, new AuthenticationContext());
        var step = authenticator.Start(output);
        Assert.Multiple(() =>
        {
            Assert.That(step, Is.EqualTo(reason is null ? AuthenticationStep.Succeeded : AuthenticationStep.Failed));
            Assert.That(authenticator.Failure?.Reason, Is.EqualTo(reason));
            Assert.That(authenticator.Credentials?.Password, reason is null ? Is.EqualTo(Secrets.Password) : Is.Null);
            Assert.That(output.WrittenCount, Is.Zero);
            if (authenticator.Failure is { } failure)
            {
                Assert.That((failure.Error.IsFatal, failure.Error.SqlState, failure.Error.Message), Is.EqualTo((true, SqlState.InvalidAuthorizationSpecification, text)));
            }
        });
    }
}
