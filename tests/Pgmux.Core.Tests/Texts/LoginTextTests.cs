using Microsoft.Extensions.Logging;
using Pgmux.Core.Tests.Clients.UserLookup;
using Pgmux.Protocol;
using Pgmux.Testing.FakePostgres;
using Pgmux.Testing.Mux;
using Pgmux.Testing.Processes;

namespace Pgmux.Core.Tests.Texts;

/// <summary>What client and log are told of connections to servers, and of logins that fail before a server is asked.</summary>
[TestFixture]
internal sealed class LoginTextTests
{
    [Test, Property("Text", "T31")]
    public void A_new_connection_to_a_server_is_logged_with_both_addresses()
    {
        using var mux = TestMux.Start();
        mux.Login();
        Assert.That(
            mux.Log.Events.Where(entry => entry.Level == LogLevel.Information).Select(entry => entry.Text),
            Has.One.Match(@"^S-[0-9a-f]+: db/alice@127\.0\.0\.1:5432 new connection to server \(from [^ ]+:[0-9]+\)$"));
    }

    [Test, Property("Text", "T58"), Property("Text", "T84")]
    public void A_refused_login_is_told_in_the_servers_words_and_logged_with_its_severity()
    {
        using var mux = TestMux.Start();
        mux.Postgres.Refusal = Replies.Fatal("42501", "permission denied for you");
        Assert.That(mux.BeginLogin().Take(), Is.EqualTo("E(42501 permission denied for you) EOF"));
        Assert.That(mux.Log.Events.Where(entry => entry.Level == LogLevel.Warning).Select(entry => entry.Text), Has.Some.EndsWith("server login failed: FATAL permission denied for you"));
        Assert.That(mux.ReasonsOfServers(), Is.EqualTo(new[] { "login failed" }));
    }

    [TestCase(LoginMethod.ScramSha256, "cannot do SCRAM authentication: wrong password type")]
    [TestCase(LoginMethod.Cleartext, "cannot send a cleartext password: wrong password type")]
    [Property("Text", "T62"), Property("Text", "T79")]
    public void A_secret_that_no_answer_can_be_made_of_is_told_in_short_and_logged_as_an_error(LoginMethod method, string logged)
    {
        var settings = TestMux.SettingsOf();
        using var mux = TestMux.Start(settings with
        {
            Secrets = new Dictionary<string, string>(settings.Secrets) { ["alice"] = Md5Password.HashSecret("alice", "secret-a") },
        });
        mux.Postgres.LoginMethod = method;
        mux.Postgres.Passwords["alice"] = "secret-a";
        Assert.That(mux.BeginLogin().Take(), Is.EqualTo("E(28P01 server login failed: wrong password type) EOF"));
        Assert.That(mux.Log.Events.Where(entry => entry.Level == LogLevel.Error).Select(entry => entry.Text), Has.One.Match($"^S-[0-9a-f]+: .* {logged}$"));
    }

    [Test, Property("Text", "T82")]
    public void A_disabled_database_to_ask_for_users_in_is_named_to_the_client()
    {
        using var mux = LookupRig.Start(LookupRig.Settings(("auth_dbname", "users")) with
        {
            Databases = new Dictionary<string, string> { ["db"] = TestMux.DatabaseLine, ["users"] = TestMux.DatabaseLine },
        });
        Assert.That(mux.TryLogin(), Is.Empty);
        var console = mux.BeginLogin("admin", "pgbouncer");
        Assert.That(console.Answer("admin", "secret-c"), Is.Empty);
        Assert.That(console.Query("DISABLE users"), Is.EqualTo("C(DISABLE) Z(I)"));
        Assert.That(mux.TryLogin("dora"), Is.EqualTo("E(55000 authentication database \"users\" is disabled) EOF"));
        Assert.That(mux.Warnings(), Has.One.Contains(" authentication database \"users\" is disabled"));
    }

    [Test, Property("Text", "T69"), Property("Text", "T70"), Property("Text", "T71"), Property("Text", "T72")]
    public void Limits_of_clients_are_named_and_keep_no_admin_from_the_console(
        [Values("max_client_conn", "max_db_client_connections", "max_user_client_connections")] string setting)
    {
        using var mux = TestMux.Start((setting, "1"));
        mux.Login("admin");
        var told = setting == "max_client_conn" ? "no more connections allowed" : "client connections exceeded";
        Assert.That(mux.BeginLogin("admin").Take(), Is.EqualTo($"E(53300 {told} ({setting})) EOF"));
        Assert.That(mux.BeginLogin("admin", "pgbouncer").Take(), Does.EndWith("Z(I)"));
    }

    [TestCase("host=db.example port=5432", "server DNS lookup failed")]
    [TestCase("host=127.0.0.1 port=5433", "connect failed")]
    [Property("Text", "T89"), Property("Text", "T90")]
    public void Who_comes_while_the_server_cannot_be_reached_is_told_why(string line, string reason)
    {
        using var mux = TestMux.Start(TestMux.SettingsOf() with { Databases = new Dictionary<string, string> { ["db"] = line } });
        mux.BeginLogin();
        Assert.That(
            mux.BeginLogin().Take(), Is.EqualTo($"E(08006 server login has been failing, cached error: {reason} (server_login_retry)) EOF"));
    }
}
