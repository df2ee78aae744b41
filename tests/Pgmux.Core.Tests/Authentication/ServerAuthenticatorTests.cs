using System.Buffers;
using System.Text;
using Pgmux.Core.Authentication;
using Pgmux.Core.Configuration;
using Pgmux.Protocol;

namespace Pgmux.Core.Tests.Authentication;

[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class ServerAuthenticatorTests
{
    private static readonly string[][] MechanismLists =
    [
        ["SCRAM-SHA-256"],
        ["SCRAM-SHA-256-PLUS", "SCRAM-SHA-256"],
        ["SCRAM-SHA-256", "SCRAM-SHA-256-PLUS"],
        ["OAUTHBEARER", "X", "SCRAM-SHA-256"],
    ];

    private static readonly string[][] ForeignMechanismLists =
    [
        [],
        ["SCRAM-SHA-256-PLUS"],
        ["GS2-KRB5", "SCRAM-SHA-1"],
    ];

    private readonly ArrayBufferWriter<byte> _output = new();
    private readonly ScramSecretCache _keys = new();

    [Test]
    public void A_server_that_trusts_needs_no_credentials() =>
        Assert.That(Handle(new ServerAuthenticator("bob", ServerCredentials.None, _keys), Ok()), Is.EqualTo(AuthenticationStep.Succeeded));

    [Test]
    public void A_cleartext_request_gets_the_password()
    {
        var authenticator = With(UserSecret.Parse(Secrets.Password));
        Assert.That(Handle(authenticator, BackendMessages.WriteAuthenticationCleartextPassword), Is.EqualTo(AuthenticationStep.Continue));
        Assert.That(Sent(), Is.EqualTo(Secrets.Password + "\0"));
        Assert.That(Handle(authenticator, Ok()), Is.EqualTo(AuthenticationStep.Succeeded));
    }

    [TestCase(StoredKind.Plain), TestCase(StoredKind.Md5)]
    public void An_md5_request_is_answered_from_the_password_or_its_hash(StoredKind stored)
    {
        var authenticator = With(Secrets.Stored(stored)!);
        var step = Handle(authenticator, output => BackendMessages.WriteAuthenticationMd5Password(output, [1, 2, 3, 4]));
        Assert.That(step, Is.EqualTo(AuthenticationStep.Continue));

        var expected = Md5Password.Respond(Md5Password.HashSecret(Secrets.User, Secrets.Password), [1, 2, 3, 4]);
        Assert.That(Sent(), Is.EqualTo(expected + "\0"));
        Assert.That(Handle(authenticator, Ok()), Is.EqualTo(AuthenticationStep.Succeeded));
    }

    [TestCaseSource(nameof(MechanismLists)), Property("Row", "B25")]
    public void SCRAM_is_found_in_the_list_wherever_it_stands(params string[] mechanisms)
    {
        var authenticator = With(UserSecret.Parse(Secrets.Password));
        Assert.That(RunScram(authenticator, Secrets.Scram, mechanisms), Is.EqualTo(AuthenticationStep.Succeeded));
    }

    [TestCase(true, "SCRAM-SHA-256-PLUS", "p=tls-server-end-point,,", "SCRAM-SHA-256-PLUS", "SCRAM-SHA-256")]
    [TestCase(true, "SCRAM-SHA-256-PLUS", "p=tls-server-end-point,,", "SCRAM-SHA-256", "SCRAM-SHA-256-PLUS")]
    [TestCase(true, "SCRAM-SHA-256", "y,,", "SCRAM-SHA-256")]
    [TestCase(false, "SCRAM-SHA-256", "n,,", "SCRAM-SHA-256")]
    [TestCase(false, "SCRAM-SHA-256", "n,,", "SCRAM-SHA-256-PLUS", "SCRAM-SHA-256")]
    public void An_encrypted_login_is_bound_where_the_server_can_and_says_so_where_it_cannot(
        bool isEncrypted, string mechanism, string header, params string[] offered)
    {
        byte[] certificate = isEncrypted ? [.. Enumerable.Range(0, 32).Select(n => (byte)n)] : [];
        var authenticator = new ServerAuthenticator(Secrets.User, ServerCredentials.From(UserSecret.Parse(Secrets.Password)), _keys, certificate);
        Assert.That(authenticator.IsAsked, Is.False);
        Handle(authenticator, output => BackendMessages.WriteAuthenticationSasl(output, offered));
        var reader = new PayloadReader(WrittenMessages.Take(_output)[0].Body);
        var first = SaslInitialResponse.Read(ref reader);
        Assert.That(Encoding.ASCII.GetString(first.Mechanism), Is.EqualTo(mechanism));
        Assert.That(Encoding.ASCII.GetString(first.Data), Does.StartWith(header));
        Assert.That(authenticator.IsAsked, Is.True);

        // A server that is bound to another certificate does not take the proof.
        var binds = mechanism == ScramMechanism.PlusName;
        var server = new ScramServer(Secrets.Scram, binding: ScramBinding.Offered(binds ? certificate : [], binds));
        Assert.That(server.HandleClientFirst(first.Data, out var serverFirst), Is.EqualTo(ScramOutcome.Continue));
        Handle(authenticator, output => BackendMessages.WriteAuthenticationSaslContinue(output, serverFirst));
        Assert.That(server.HandleClientFinal(WrittenMessages.Take(_output)[0].Body, out _), Is.EqualTo(ScramOutcome.Succeeded));
    }

    [TestCaseSource(nameof(ForeignMechanismLists)), Property("Row", "A13"), Property("Row", "B25")]
    public void Without_SCRAM_in_the_list_the_login_fails_with_the_list_in_the_log(params string[] mechanisms)
    {
        var authenticator = With(UserSecret.Parse(Secrets.Password));
        var step = Handle(authenticator, output => BackendMessages.WriteAuthenticationSasl(output, mechanisms));
        Assert.That(step, Is.EqualTo(AuthenticationStep.Failed));
        Assert.That(authenticator.Failure, Is.EqualTo(ServerAuthenticationFailure.UnsupportedMechanism));
        Assert.That(authenticator.FailureText, Does.EndWith(string.Join(", ", mechanisms)));
        Assert.That(Sent(), Is.Empty);
    }

    [Test, Property("Row", "B41")]
    public void Keys_shown_by_a_client_log_in_to_a_server_with_the_same_secret()
    {
        var client = new ClientAuthenticator(
            new ClientLogin { Method = AuthType.ScramSha256, User = Secrets.User, Secret = Secrets.Stored(StoredKind.Scram) },
            new AuthenticationContext());
        Assert.That(new ScriptedClient(Secrets.User, Secrets.Password).LogIn(client), Is.EqualTo(AuthenticationStep.Succeeded));

        for (var login = 0; login < 3; login++)
        {
            var authenticator = new ServerAuthenticator(Secrets.User, client.Credentials!, _keys);
            Assert.That(RunScram(authenticator, Secrets.Scram, ScramMechanism.Name), Is.EqualTo(AuthenticationStep.Succeeded));
            Assert.That(authenticator.Derivation, Is.Null, "keys need no derivation");
        }
    }

    [Test]
    public void Keys_of_a_password_are_derived_once_for_each_salt()
    {
        for (var login = 0; login < 3; login++)
        {
            var authenticator = With(UserSecret.Parse(Secrets.Password));
            RunScram(authenticator, Secrets.Scram, ScramMechanism.Name);
            Assert.That(_keys.Count, Is.EqualTo(1));
        }
    }

    [TestCase(StoredKind.NoPassword, AuthenticationRequestKind.CleartextPassword, "there is none")]
    [TestCase(StoredKind.NoPassword, AuthenticationRequestKind.Md5Password, "there is none")]
    [TestCase(StoredKind.NoPassword, AuthenticationRequestKind.Sasl, "there is none")]
    [TestCase(StoredKind.Md5, AuthenticationRequestKind.CleartextPassword, "wrong password type")]
    [TestCase(StoredKind.Md5, AuthenticationRequestKind.Sasl, "cannot do SCRAM authentication: wrong password type")]
    [TestCase(StoredKind.Scram, AuthenticationRequestKind.CleartextPassword, "wrong password type")]
    [TestCase(StoredKind.Scram, AuthenticationRequestKind.Md5Password, "wrong password type")]
    [TestCase(StoredKind.Scram, AuthenticationRequestKind.Sasl, "client authentication did not provide SCRAM keys")]
    [Property("Text", "T62")]
    public void A_secret_of_the_wrong_kind_cannot_answer(StoredKind stored, AuthenticationRequestKind request, string text)
    {
        var authenticator = With(Secrets.Stored(stored)!);
        var expected = stored == StoredKind.NoPassword
            ? ServerAuthenticationFailure.NoPassword
            : ServerAuthenticationFailure.WrongPasswordType;

        Assert.That(Handle(authenticator, Request(request)), Is.EqualTo(AuthenticationStep.Failed));
        Assert.That(authenticator.Failure, Is.EqualTo(expected));
        Assert.That(authenticator.FailureText, Does.Contain(text));
        Assert.That(Sent(), Is.Empty);
    }

    [TestCase(AuthenticationRequestKind.KerberosV5), TestCase(AuthenticationRequestKind.CryptPassword)]
    [TestCase(AuthenticationRequestKind.ScmCredential), TestCase(AuthenticationRequestKind.Gss)]
    [TestCase(AuthenticationRequestKind.GssContinue), TestCase(AuthenticationRequestKind.Sspi)]
    [TestCase((AuthenticationRequestKind)13), TestCase((AuthenticationRequestKind)(-1))]
    [Property("Row", "A13")]
    public void A_method_that_pgmux_cannot_do_fails_with_its_number(AuthenticationRequestKind kind)
    {
        var authenticator = With(UserSecret.Parse(Secrets.Password));
        Assert.That(Handle(authenticator, Request(kind)), Is.EqualTo(AuthenticationStep.Failed));
        Assert.That(authenticator.Failure, Is.EqualTo(ServerAuthenticationFailure.UnsupportedMethod));
        Assert.That(authenticator.FailureText, Does.EndWith($" {(int)kind}"));
    }

    [Test, Property("Row", "A14")]
    public void A_wrong_server_signature_fails()
    {
        var authenticator = With(UserSecret.Parse(Secrets.Password));
        StartScram(authenticator, $"s={Convert.ToBase64String(Secrets.Salt)},i=16");
        var forged = Encoding.ASCII.GetBytes($"v={Convert.ToBase64String(new byte[32])}");

        var step = Handle(authenticator, output => BackendMessages.WriteAuthenticationSaslFinal(output, forged));

        Assert.That(step, Is.EqualTo(AuthenticationStep.Failed));
        Assert.That(authenticator.Failure, Is.EqualTo(ServerAuthenticationFailure.WrongServerSignature));
    }

    [Test, Property("Row", "A14")]
    public void A_server_that_skips_its_signature_fails([Values] bool isProofSent)
    {
        var authenticator = With(UserSecret.Parse(Secrets.Password));
        if (isProofSent)
        {
            StartScram(authenticator, $"s={Convert.ToBase64String(Secrets.Salt)},i=16");
        }
        else
        {
            Handle(authenticator, Request(AuthenticationRequestKind.Sasl));
        }

        Assert.That(Handle(authenticator, Ok()), Is.EqualTo(AuthenticationStep.Failed));
        Assert.That(authenticator.Failure, Is.EqualTo(ServerAuthenticationFailure.Malformed));
    }

    [TestCase(AuthenticationRequestKind.CleartextPassword)]
    [TestCase(AuthenticationRequestKind.Md5Password)]
    [TestCase(AuthenticationRequestKind.Sasl)]
    public void A_second_method_is_not_obeyed(AuthenticationRequestKind second)
    {
        var authenticator = With(UserSecret.Parse(Secrets.Password));
        Handle(authenticator, Request(AuthenticationRequestKind.Sasl));
        Sent();

        Assert.That(Handle(authenticator, Request(second)), Is.EqualTo(AuthenticationStep.Failed));
        Assert.That(Sent(), Is.Empty, "the password must not follow in clear");
    }

    [TestCase("1000001"), TestCase("2147483647"), TestCase("2147483648"), TestCase("99999999999999999999")]
    [Property("Row", "C18"), Property("Row", "A15")]
    public void Too_many_iterations_are_refused(string iterations)
    {
        var authenticator = With(UserSecret.Parse(Secrets.Password));
        var step = StartScram(authenticator, $"s={Convert.ToBase64String(Secrets.Salt)},i={iterations}");
        Assert.That(step, Is.EqualTo(AuthenticationStep.Failed));
        Assert.That(authenticator.Failure, Is.EqualTo(ServerAuthenticationFailure.TooManyIterations));
        Assert.That(authenticator.Derivation, Is.Null);
    }

    [Test, Property("Row", "C02"), Property("Row", "A15")]
    public void A_long_nonce_or_salt_is_refused([Values(1024, 64 * 1024, 16 * 1024 * 1024)] int length, [Values] bool isSalt)
    {
        var authenticator = With(UserSecret.Parse(Secrets.Password));
        var filler = new string('A', length);
        var step = StartScram(authenticator, isSalt ? $"s={filler},i=16" : $"{filler},s=AAAA,i=16", isSalt ? "," : "");
        Assert.That(step, Is.EqualTo(AuthenticationStep.Failed));
        Assert.That(authenticator.Failure, Is.EqualTo(ServerAuthenticationFailure.Malformed));
        Assert.That(_keys.Count, Is.Zero);
    }

    [Test]
    public void A_foreign_nonce_is_refused()
    {
        var authenticator = With(UserSecret.Parse(Secrets.Password));
        Handle(authenticator, Request(AuthenticationRequestKind.Sasl));
        var step = Handle(
            authenticator, output => BackendMessages.WriteAuthenticationSaslContinue(output, "r=somebodyelses,s=AAAA,i=16"u8));
        Assert.That(step, Is.EqualTo(AuthenticationStep.Failed));
        Assert.That(authenticator.FailureText, Does.Contain("nonce"));
    }

    private ServerAuthenticator With(UserSecret secret) => new(Secrets.User, ServerCredentials.From(secret), _keys);

    private AuthenticationStep Handle(ServerAuthenticator authenticator, Action<IBufferWriter<byte>> write)
    {
        var step = authenticator.Handle(WrittenMessages.BodyOf(write), _output);
        if (step != AuthenticationStep.NeedsDerivation)
        {
            return step;
        }

        authenticator.Derivation!.Run();
        return authenticator.Resume(_output);
    }

    private static Action<IBufferWriter<byte>> Ok() => BackendMessages.WriteAuthenticationOk;

    private static Action<IBufferWriter<byte>> Request(AuthenticationRequestKind kind) => kind switch
    {
        AuthenticationRequestKind.Md5Password => output => BackendMessages.WriteAuthenticationMd5Password(output, [1, 2, 3, 4]),
        AuthenticationRequestKind.Sasl => output => BackendMessages.WriteAuthenticationSasl(output, ScramMechanism.Name),
        _ => output => BackendMessages.WriteAuthentication(output, kind, []),
    };

    /// <summary>Body of what was sent to the server, as text; empty when nothing was.</summary>
    private string Sent() => string.Concat(WrittenMessages.Take(_output).Select(message => Encoding.UTF8.GetString(message.Body)));

    /// <summary>Asks for SCRAM and answers the first message with its nonce and the rest.</summary>
    private AuthenticationStep StartScram(ServerAuthenticator authenticator, string rest, string separator = ",")
    {
        Handle(authenticator, Request(AuthenticationRequestKind.Sasl));
        var clientFirst = Sent();
        var nonce = clientFirst[(clientFirst.IndexOf("r=", StringComparison.Ordinal) + 2)..];
        return Handle(
            authenticator,
            output => BackendMessages.WriteAuthenticationSaslContinue(output, Encoding.ASCII.GetBytes($"r={nonce}xyz{separator}{rest}")));
    }

    private AuthenticationStep RunScram(ServerAuthenticator authenticator, ScramSecret secret, params string[] mechanisms)
    {
        Handle(authenticator, output => BackendMessages.WriteAuthenticationSasl(output, mechanisms));
        var server = new ScramServer(secret);
        var initial = new PayloadReader(WrittenMessages.Take(_output)[0].Body);
        Assert.That(
            server.HandleClientFirst(SaslInitialResponse.Read(ref initial).Data, out var serverFirst), Is.EqualTo(ScramOutcome.Continue));
        Handle(authenticator, output => BackendMessages.WriteAuthenticationSaslContinue(output, serverFirst));
        Assert.That(
            server.HandleClientFinal(WrittenMessages.Take(_output)[0].Body, out var serverFinal), Is.EqualTo(ScramOutcome.Succeeded));
        Assert.That(
            Handle(authenticator, output => BackendMessages.WriteAuthenticationSaslFinal(output, serverFinal)),
            Is.EqualTo(AuthenticationStep.Continue));
        return Handle(authenticator, Ok());
    }
}
