using Pgmux.Core.Authentication;
using Pgmux.Core.Configuration;
using Pgmux.Protocol;

namespace Pgmux.Core.Tests.Authentication;

[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class ClientAuthenticatorTests
{
    private static readonly AuthType[] Methods = [AuthType.Any, AuthType.Trust, AuthType.Plain, AuthType.Md5, AuthType.ScramSha256];

    private readonly AuthenticationContext _context = new();

    [Test, Property("Row", "C14")]
    public void A_login_succeeds_exactly_when_it_should(
        [ValueSource(nameof(Methods))] object method, [Values] StoredKind stored, [Values] PasswordKind password)
    {
        var client = new ScriptedClient(Secrets.User, Secrets.Sent(password));
        var authenticator = Authenticator((AuthType)method, stored);

        var step = client.LogIn(authenticator);

        var hasPassword = stored is StoredKind.Plain or StoredKind.Md5 or StoredKind.Scram;
        var expected = method switch
        {
            AuthType.Any => true,
            AuthType.Trust => stored != StoredKind.NoSuchUser,
            AuthType.ScramSha256 => stored is StoredKind.Plain or StoredKind.Scram && password == PasswordKind.Right,
            _ => hasPassword && password == PasswordKind.Right,
        };
        Assert.Multiple(() =>
        {
            Assert.That(step, Is.EqualTo(expected ? AuthenticationStep.Succeeded : AuthenticationStep.Failed));
            Assert.That(authenticator.Failure, expected ? Is.Null : Is.Not.Null);
            Assert.That(authenticator.Credentials, expected ? Is.Not.Null : Is.Null);
        });
    }

    [Test, Property("Row", "A01"), Property("Row", "A02"), Property("Row", "B42"), Property("Row", "B50")]
    public void An_unknown_user_is_told_the_same_in_the_same_steps_as_a_wrong_password(
        [Values(nameof(AuthType.Plain), nameof(AuthType.Md5), nameof(AuthType.ScramSha256))] string methodName,
        [Values(StoredKind.Plain, StoredKind.Md5, StoredKind.Scram)] StoredKind stored)
    {
        var method = Enum.Parse<AuthType>(methodName);
        var known = new ScriptedClient(Secrets.User, Secrets.Sent(PasswordKind.Wrong));
        var unknown = new ScriptedClient(Secrets.User, Secrets.Sent(PasswordKind.Wrong));
        var mockKind = Secrets.Stored(stored)!.Kind;
        var knownLogin = Authenticator(method, stored, mockKind);
        var unknownLogin = Authenticator(method, StoredKind.NoSuchUser, mockKind);

        Assert.That(known.LogIn(knownLogin), Is.EqualTo(AuthenticationStep.Failed));
        Assert.That(unknown.LogIn(unknownLogin), Is.EqualTo(AuthenticationStep.Failed));

        Assert.Multiple(() =>
        {
            Assert.That(unknown.Transcript, Is.EqualTo(known.Transcript));
            Assert.That(unknownLogin.Failure!.Error.Fields, Is.EqualTo(knownLogin.Failure!.Error.Fields));
            Assert.That(unknown.Derivations, Is.EqualTo(known.Derivations), "the work differs");
            Assert.That(unknownLogin.Failure.Reason, Is.EqualTo("no such user"));
        });
    }

    [TestCase(nameof(AuthType.Plain), "password authentication failed")]
    [TestCase(nameof(AuthType.Md5), "password authentication failed")]
    [TestCase(nameof(AuthType.ScramSha256), "SASL authentication failed")]
    [Property("Row", "A01")]
    public void A_wrong_password_gets_the_text_of_PgBouncer_and_the_code_of_PostgreSQL(string method, string text)
    {
        var authenticator = Authenticator(Enum.Parse<AuthType>(method), StoredKind.Plain);
        new ScriptedClient(Secrets.User, "wrong").LogIn(authenticator);

        var error = authenticator.Failure!.Error;
        Assert.Multiple(() =>
        {
            Assert.That(error.Message, Is.EqualTo(text));
            Assert.That(error.SqlState, Is.EqualTo(SqlState.InvalidPassword));
            Assert.That(error.IsFatal);
        });
    }

    [Test]
    public void Trust_refuses_an_unknown_user()
    {
        var authenticator = Authenticator(AuthType.Trust, StoredKind.NoSuchUser);
        new ScriptedClient(Secrets.User, "").LogIn(authenticator);
        Assert.That(authenticator.Failure!.Error.Message, Is.EqualTo("\"trust\" authentication failed"));
        Assert.That(authenticator.Failure.Reason, Is.EqualTo("no such user"));
    }

    [TestCase(StoredKind.Scram, "Sasl of 19")]
    [TestCase(StoredKind.Md5, "Md5Password of 8")]
    [TestCase(StoredKind.Plain, "Md5Password of 8")]
    public void Md5_becomes_SCRAM_where_a_SCRAM_secret_is_stored(StoredKind stored, string request)
    {
        var client = new ScriptedClient(Secrets.User, Secrets.Password);
        client.LogIn(Authenticator(AuthType.Md5, stored));
        Assert.That(client.Transcript[0], Is.EqualTo(request));
    }

    [Test]
    public void The_log_says_that_an_md5_secret_cannot_serve_SCRAM()
    {
        var authenticator = Authenticator(AuthType.ScramSha256, StoredKind.Md5);
        new ScriptedClient(Secrets.User, Secrets.Password).LogIn(authenticator);
        Assert.That(authenticator.Failure!.Reason, Is.EqualTo("SCRAM authentication failed: user has MD5 secret"));
        Assert.That(authenticator.Failure.Error.Message, Is.EqualTo("SASL authentication failed"));
    }

    [TestCase(StoredKind.Plain)]
    [TestCase(StoredKind.Scram)]
    public void Pgmux_proves_itself_to_a_SCRAM_client(StoredKind stored)
    {
        var client = new ScriptedClient(Secrets.User, Secrets.Password);
        client.LogIn(Authenticator(AuthType.ScramSha256, stored));
        Assert.That(client.HasVerifiedServer);
    }

    [Test, Property("Row", "B51")]
    public void Keys_of_a_plain_secret_are_derived_once()
    {
        var derivations = Enumerable.Range(0, 5).Select(_ =>
        {
            var client = new ScriptedClient(Secrets.User, Secrets.Password);
            Assert.That(client.LogIn(Authenticator(AuthType.ScramSha256, StoredKind.Plain)), Is.EqualTo(AuthenticationStep.Succeeded));
            return client.Derivations;
        });
        Assert.That(derivations.Sum(), Is.EqualTo(1));
    }

    [Test, Property("Row", "B51")]
    public void A_right_password_in_clear_is_derived_once_and_a_wrong_one_is_not_kept()
    {
        for (var round = 0; round < 3; round++)
        {
            new ScriptedClient(Secrets.User, $"guess {round}").LogIn(Authenticator(AuthType.Plain, StoredKind.Scram));
            Assert.That(_context.Keys.Count, Is.LessThanOrEqualTo(1));
            var client = new ScriptedClient(Secrets.User, Secrets.Password);
            client.LogIn(Authenticator(AuthType.Plain, StoredKind.Scram));
            Assert.That(client.Derivations, Is.EqualTo(round == 0 ? 1 : 0));
        }

        Assert.That(_context.Keys.Count, Is.EqualTo(1));
    }

    [Test, Property("Row", "B42")]
    public void An_unknown_user_sees_the_same_salt_each_time()
    {
        var first = _context.MockSecret("bob", UserSecretKind.Scram, Secrets.Iterations).Scram!;
        var second = _context.MockSecret("bob", UserSecretKind.Scram, Secrets.Iterations).Scram!;
        var other = _context.MockSecret("carol", UserSecretKind.Scram, Secrets.Iterations).Scram!;
        Assert.That(second.Salt.SequenceEqual(first.Salt));
        Assert.That(other.Salt.SequenceEqual(first.Salt), Is.False);
    }

    [Test, Property("Row", "B13")]
    [Property("Text", "T19")]
    public void Passwords_of_any_length_work(
        [Values(nameof(AuthType.Plain), nameof(AuthType.Md5), nameof(AuthType.ScramSha256))] string method,
        [Values(1, 995, 996, 1023, 1024, 1025, 2047, 65535)] int length)
    {
        var password = new string('p', length);
        var login = Login(Enum.Parse<AuthType>(method), UserSecret.FromPassword(password));
        Assert.Multiple(() =>
        {
            Assert.That(
                new ScriptedClient(Secrets.User, password).LogIn(new ClientAuthenticator(login, _context)),
                Is.EqualTo(AuthenticationStep.Succeeded));
            Assert.That(
                new ScriptedClient(Secrets.User, password + "p").LogIn(new ClientAuthenticator(login, _context)),
                Is.EqualTo(AuthenticationStep.Failed));
        });
    }

    [Test]
    public void Credentials_for_servers_are_what_was_stored_or_shown()
    {
        Assert.Multiple(() =>
        {
            Assert.That(LoggedIn(AuthType.ScramSha256, StoredKind.Plain), Has.Property("Password").EqualTo(Secrets.Password));
            Assert.That(LoggedIn(AuthType.Trust, StoredKind.Plain).Password, Is.EqualTo(Secrets.Password));
            Assert.That(LoggedIn(AuthType.Md5, StoredKind.Md5).Md5Secret, Does.StartWith("md5"));
            Assert.That(LoggedIn(AuthType.Plain, StoredKind.Md5).Password, Is.EqualTo(Secrets.Password), "shown by the client");
            Assert.That(LoggedIn(AuthType.Plain, StoredKind.Scram).Password, Is.EqualTo(Secrets.Password), "shown by the client");
            Assert.That(LoggedIn(AuthType.ScramSha256, StoredKind.Plain).ScramKeys, Is.Null, "keys under our own salt fit no server");
            Assert.That(LoggedIn(AuthType.ScramSha256, StoredKind.Scram).ScramKeys!.Match(Secrets.Scram), "recovered from the proof");
            Assert.That(LoggedIn(AuthType.Any, StoredKind.Scram).IsEmpty);
        });
    }

    private ServerCredentials LoggedIn(AuthType method, StoredKind stored)
    {
        var authenticator = Authenticator(method, stored);
        new ScriptedClient(Secrets.User, Secrets.Password).LogIn(authenticator);
        return authenticator.Credentials!;
    }

    private ClientAuthenticator Authenticator(AuthType method, StoredKind stored, UserSecretKind mockKind = UserSecretKind.Scram) =>
        new(Login(method, Secrets.Stored(stored), mockKind), _context);

    private static ClientLogin Login(AuthType method, UserSecret? secret, UserSecretKind mockKind = UserSecretKind.Scram) => new()
    {
        Method = method,
        User = Secrets.User,
        Secret = secret,
        ScramIterations = Secrets.Iterations,
        MockKind = mockKind,
    };
}
