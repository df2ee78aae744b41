using Pgmux.Testing.Mux;
using Pgmux.Testing.OAuth;
using Pgmux.Testing.Processes;

namespace Pgmux.Core.Tests.Clients;

/// <summary>The method jwt from the startup packet to the answer.</summary>
[TestFixture]
internal sealed class JwtLoginTests
{
    private const string Options = "issuer=" + TestIssuer.Name + " audience=" + TestIssuer.Audience + " jwks=keys.json";
    private const string Failed = "E(28000 OAuth bearer authentication failed for user \"alice\") EOF";
    private const string Discovery =
        "{ \"status\": \"invalid_token\", \"openid-configuration\": \"https://issuer.example.net/.well-known/openid-configuration\", \"scope\": \"db\" }";

    [Test]
    public void A_right_token_lets_in_a_user_of_whom_nothing_is_stored()
    {
        using var mux = Start(Options);
        var client = Begin(mux, "carol");
        client.Send(RawOAuth.Show(Token(mux, "carol")));
        Assert.That(client.Take(), Does.EndWith("Z(I)"));
        Assert.That(client.Query("SELECT a"), Is.EqualTo("T D(a) C(SELECT 1) Z(I)"));
    }

    [Test]
    public void A_client_may_wait_for_an_empty_challenge()
    {
        using var mux = Start(Options);
        var client = Begin(mux);
        client.Send(RawOAuth.BeginWithoutData());
        Assert.That(RawOAuth.Read(client.TakeReplies().Single()), Is.EqualTo((11, "")));
        client.Send(RawOAuth.Continue($"n,,\u0001auth=Bearer {Token(mux)}\u0001\u0001"));
        Assert.That(client.Take(), Does.EndWith("Z(I)"));
    }

    [Test]
    public void A_wrong_token_is_told_nothing_more_and_the_log_has_the_reason()
    {
        using var mux = Start(Options);
        var client = Begin(mux);
        var token = Token(mux, "bob");
        client.Send(RawOAuth.Show(token));
        Assert.That(RawOAuth.Read(client.TakeReplies().Single()), Is.EqualTo((11, Discovery.Replace(", \"scope\": \"db\"", "", StringComparison.Ordinal))));
        Assert.That(client.Ask(RawOAuth.ErrorAnswer), Is.EqualTo(Failed));
        var log = mux.Log.Events.Select(entry => entry.Text).ToArray();
        Assert.That(log, Has.Some.EndsWith("OAuth bearer authentication failed for user \"alice\": claim sub \"bob\" is not the user's name"));
        Assert.That(log, Has.None.Contains(token).And.None.Contains(token.Split('.')[1]));
        Assert.That(mux.Postgres.Logins, Is.Zero, "no server hears of it");
    }

    [Test]
    public void Who_has_no_token_is_told_where_to_get_one_and_is_not_held_to_have_guessed()
    {
        using var mux = Start($"{Options} scope=db", ("auth_max_failures", "1"), ("auth_failure_delay", "5"));
        for (var time = 0; time < 3; time++)
        {
            var client = Begin(mux);
            client.Send(RawOAuth.Show(""));
            Assert.That(RawOAuth.Read(client.TakeReplies().Single()), Is.EqualTo((11, Discovery)));
            Assert.That(client.Ask(RawOAuth.ErrorAnswer), Is.EqualTo(Failed));
        }

        Assert.That(mux.Log.Events.Where(entry => entry.Level >= Microsoft.Extensions.Logging.LogLevel.Warning), Is.Empty);
        Assert.That(mux.Log.Events.Select(entry => entry.Text), Has.Exactly(3).EndsWith("OAuth issuer discovery requested"));
    }

    [Test]
    public void Failures_are_counted_and_their_answer_is_kept_back()
    {
        using var mux = Start(Options, ("auth_max_failures", "1"), ("auth_failure_delay", "2"));
        var client = Begin(mux);
        client.Send(RawOAuth.Show("nonsense"));
        client.TakeReplies();
        Assert.That(client.Ask(RawOAuth.ErrorAnswer), Is.Empty, "auth_failure_delay");
        mux.Advance(3);
        Assert.That(client.Take(), Is.EqualTo(Failed));

        var next = mux.BeginLogin();
        mux.Advance(3);
        Assert.That(next.Take(), Is.EqualTo(Failed), "auth_max_failures: no token is asked for");
    }

    [TestCase("n,,|auth=Bearer a", "E(08P01 malformed OAUTHBEARER message) EOF", "Message contains an unterminated key/value pair.")]
    [TestCase("n,a=bob,|auth=Bearer a||", "E(0A000 client uses authorization identity, but it is not supported) EOF", null)]
    [TestCase("", "E(08P01 malformed OAUTHBEARER message) EOF", "The message is empty.")]
    public void What_breaks_the_mechanism_ends_the_login_at_once(string data, string expected, string? detail)
    {
        using var mux = Start(Options);
        var client = Begin(mux);
        // Names of tests cannot hold the separator.
        client.Send(RawOAuth.Begin(data.Replace('|', '\u0001')));
        if (detail is not null)
        {
            Assert.That(client.Replies.Single().Text, Does.Contain(detail));
        }

        Assert.That(client.Take(), Is.EqualTo(expected));
    }

    [Test]
    public void Another_mechanism_is_refused()
    {
        using var mux = Start(Options);
        var client = Begin(mux);
        Assert.That(client.Ask(RawOAuth.Begin("n,,n=,r=x", "SCRAM-SHA-256")), Is.EqualTo("E(08P01 client selected an invalid SASL authentication mechanism) EOF"));
    }

    [Test]
    public void An_error_has_one_right_answer()
    {
        using var mux = Start(Options);
        var client = Begin(mux);
        client.Send(RawOAuth.Show("nonsense"));
        client.TakeReplies();
        client.Send(RawOAuth.Continue($"n,,\u0001auth=Bearer {Token(mux)}\u0001\u0001"));
        Assert.That(client.Replies.Single().Text, Does.Contain("Client did not send a kvsep response."));
        Assert.That(client.Take(), Is.EqualTo("E(08P01 malformed OAUTHBEARER message) EOF"));
    }

    [Test]
    public void A_line_may_ask_for_the_token_as_a_password()
    {
        using var mux = Start($"{Options} via=password");
        Assert.That(LogInByPassword(mux, Token(mux)), Does.EndWith("Z(I)"));
        Assert.That(LogInByPassword(mux, Token(mux, "bob")), Is.EqualTo(Failed));
        Assert.That(LogInByPassword(mux, "secret-a"), Is.EqualTo(Failed), "the password of auth_file is none here");
        Assert.That(LogInByPassword(mux, "no token"), Is.EqualTo(Failed));
        Assert.That(LogInByPassword(mux, ""), Is.EqualTo("E(28P01 empty password returned by client) EOF"));
        Assert.That(LogInByPassword(mux, new string('a', 40_000)), Is.EqualTo(Failed));
        Assert.That(mux.Log.Events.Select(entry => entry.Text), Has.Some.EndsWith("Bearer token is longer than 32768 bytes."));
    }

    [Test]
    public void A_message_longer_than_PostgreSQL_takes_is_refused_before_it_has_come()
    {
        using var mux = Start(Options);
        var client = Begin(mux);
        client.Send(RawMessages.MessageOfLength('p', 65_536));
        Assert.That(client.Take(), Does.StartWith("E(08P01 invalid message length"));
    }

    [Test]
    public void A_reload_takes_new_keys_and_leaves_the_old_ones_when_the_new_are_bad()
    {
        var settings = Settings(Options);
        using var mux = TestMux.Start(settings);
        Assert.That(LogIn(mux, Token(mux)), Does.EndWith("Z(I)"));
        Assert.That(LogIn(mux, TestIssuer.Other.TokenOf("alice", Now(mux))), Is.EqualTo(Failed));

        Assert.That(mux.Reload(settings with { MoreFiles = Keys("{\"keys\": []}") }), Is.False);
        Assert.That(LogIn(mux, Token(mux)), Does.EndWith("Z(I)"));

        Assert.That(mux.Reload(settings with { MoreFiles = Keys(TestIssuer.Other.Jwks) }));
        Assert.That(LogIn(mux, Token(mux)), Is.EqualTo(Failed));
        Assert.That(LogIn(mux, TestIssuer.Other.TokenOf("alice", Now(mux))), Does.EndWith("Z(I)"));
    }

    [Test]
    public void The_day_is_the_one_of_the_clock()
    {
        using var mux = Start(Options);
        var token = Token(mux);
        Assert.That(LogIn(mux, token), Does.EndWith("Z(I)"));
        mux.Advance(TimeSpan.FromHours(2));
        Assert.That(LogIn(mux, token), Is.EqualTo(Failed));
        Assert.That(mux.Log.Events.Select(entry => entry.Text), Has.Some.EndsWith("the token has expired"));
    }

    [Test]
    public void A_stored_secret_serves_at_the_server()
    {
        using var mux = Start(Options);
        mux.Postgres.LoginMethod = Testing.FakePostgres.LoginMethod.Cleartext;
        mux.Postgres.Passwords["alice"] = "secret-a";
        Assert.That(LogIn(mux, Token(mux)), Does.EndWith("Z(I)"));
    }

    private static DateTimeOffset Now(TestMux mux) => mux.Network.Time.GetUtcNow();

    private static string Token(TestMux mux, string user = "alice") => TestIssuer.Known.TokenOf(user, Now(mux));

    private static TestMux Start(string options, params (string Key, string Value)[] settings) => TestMux.Start(Settings(options, settings));

    private static PgmuxSettings Settings(string options, params (string Key, string Value)[] settings) =>
        TestMux.SettingsOf(settings) with { Hba = $"host all all all jwt {options}\n", MoreFiles = Keys(TestIssuer.Known.Jwks) };

    private static Dictionary<string, string> Keys(string jwks) => new() { ["keys.json"] = jwks };

    // A client that was offered the mechanism.
    private static FakeClient Begin(TestMux mux, string user = "alice")
    {
        var client = mux.BeginLogin(user);
        Assert.That(RawOAuth.Read(client.TakeReplies().Single()), Is.EqualTo((10, "OAUTHBEARER\0\0")));
        return client;
    }

    private static string LogIn(TestMux mux, string token)
    {
        var client = Begin(mux);
        client.Send(RawOAuth.Show(token));
        if (client.Replies is [{ Type: 'R' } reply] && RawOAuth.Read(reply).Code == 11)
        {
            client.TakeReplies();
            client.Send(RawOAuth.ErrorAnswer);
        }

        return client.Take();
    }

    private static string LogInByPassword(TestMux mux, string password)
    {
        var client = mux.BeginLogin();
        Assert.That(RawOAuth.Read(client.TakeReplies().Single()), Is.EqualTo((3, "")));
        return client.Ask(RawMessages.Password(password));
    }
}
