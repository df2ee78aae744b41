using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using Pgmux.Core.Admin;
using Pgmux.Core.Pooling;
using Pgmux.Testing.FakePostgres;
using Pgmux.Testing.Mux;
using Pgmux.Testing.OAuth;
using Pgmux.Testing.Processes;

namespace Pgmux.Core.Tests.Clients;

/// <summary>The method oauth: a server looks at the client's token, in a login of its own.</summary>
[TestFixture]
internal sealed class OAuthLoginTests
{
    private const string Line = "host all all all oauth issuer=https://own.example scope=own";
    private const string Good = "good-token";
    private const string Wrong = "E(28000 OAuth bearer authentication failed for user \"alice\") EOF";

    [Test]
    public void A_server_lets_the_client_in_and_serves_it()
    {
        using var mux = Start();
        var client = Begin(mux);
        client.Send(RawOAuth.Show(Good));
        Assert.That(client.Take(), Does.EndWith("Z(I)"));
        Assert.That(client.Query("SELECT a"), Is.EqualTo("T D(a) C(SELECT 1) Z(I)"));
        Assert.That(mux.Postgres.ShownTokens, Is.EqualTo(new[] { ("alice", Good) }));
        Assert.That(mux.Log.Events.Select(entry => entry.Text), Has.None.Contains(Good));
    }

    [Test]
    public void Each_client_is_looked_at_by_a_login_of_its_own()
    {
        using var mux = Start();
        LogIn(mux);
        LogIn(mux);
        Assert.That((mux.Postgres.Logins, mux.Counts.Idle), Is.EqualTo((2, 2)));
    }

    [Test]
    public void A_wrong_token_gets_the_servers_words_and_keeps_nobody_else_out()
    {
        using var mux = Start();
        var client = Begin(mux);
        client.Send(RawOAuth.Show("bad-token"));
        Assert.That(RawOAuth.Read(client.TakeReplies().Single()), Is.EqualTo((11, LoginExchange.TokenError)), "where the server says that tokens are to be had");
        Assert.That(client.Ask(RawOAuth.ErrorAnswer), Is.EqualTo(Wrong));
        LogIn(mux);
        Assert.That(mux.Log.Events.Select(entry => entry.Text), Has.None.Contains("bad-token"));
    }

    [Test]
    public void Who_has_no_token_is_answered_without_a_server()
    {
        using var mux = Start();
        var client = Begin(mux);
        client.Send(RawOAuth.Show(""));
        var (_, data) = RawOAuth.Read(client.TakeReplies().Single());
        Assert.That($"{JsonNode.Parse(data)!["openid-configuration"]}", Is.EqualTo("https://own.example/.well-known/openid-configuration"));
        Assert.That(client.Ask(RawOAuth.ErrorAnswer), Is.EqualTo(Wrong));
        Assert.That(mux.Postgres.Logins, Is.Zero);
    }

    [TestCase(LoginMethod.Trust, "the server lets the user in without asking for the client's OAuth token, so nobody has looked at it")]
    [TestCase(LoginMethod.Cleartext, "server asks for a password and not for the client's OAuth token")]
    [TestCase(LoginMethod.Md5, "server asks for a password and not for the client's OAuth token")]
    [TestCase(LoginMethod.ScramSha256, "server asks for a password and not for the client's OAuth token")]
    public void A_server_that_does_not_look_at_the_token_lets_nobody_in(LoginMethod method, string reason)
    {
        using var mux = Start();
        mux.Postgres.LoginMethod = method;
        mux.Postgres.Passwords["alice"] = "secret-a";
        var client = Begin(mux);
        client.Send(RawOAuth.Show(Good));
        Assert.That(client.Take(), Is.EqualTo($"E(28P01 server login failed: {reason}) EOF"));
        Assert.That(mux.Postgres.ShownTokens, Is.Empty);
        Assert.That(mux.Pool.Servers, Is.Empty);
    }

    [Test]
    public void Further_servers_are_logged_in_to_with_the_newest_token()
    {
        using var mux = Start();
        mux.Postgres.Tokens.Add(("alice", "newer-token"));
        var first = LogIn(mux);
        LogIn(mux, "newer-token");
        CloseServers(mux);
        Assert.That(first.Query("SELECT a"), Does.EndWith("Z(I)"));
        Assert.That(mux.Postgres.ShownTokens.Select(shown => shown.Token), Is.EqualTo(new[] { Good, "newer-token", "newer-token" }));
    }

    [Test]
    public void A_token_is_forgotten_when_it_ends()
    {
        using var mux = Start();
        var token = TestIssuer.Known.TokenOf("alice", mux.Network.Time.GetUtcNow().AddMinutes(-50));
        mux.Postgres.Tokens.Add(("alice", token));
        var client = LogIn(mux, token);
        mux.Advance(TimeSpan.FromMinutes(11));
        CloseServers(mux);
        Assert.That(
            client.Query("SELECT a"),
            Is.EqualTo("E(28P01 server login failed: server asks for an OAuth token, and there is none of this user that is still good (method oauth in auth_hba_file)) EOF"));
        LogIn(mux);
    }

    [Test]
    public void A_token_that_does_not_say_when_it_ends_is_kept_for_an_hour()
    {
        using var mux = Start();
        var client = LogIn(mux);
        mux.Advance(HeldToken.LongestHeld - TimeSpan.FromMinutes(1));
        CloseServers(mux);
        Assert.That(client.Query("SELECT a"), Does.EndWith("Z(I)"));
        mux.Advance(TimeSpan.FromMinutes(2));
        CloseServers(mux);
        Assert.That(client.Query("SELECT a"), Does.StartWith("E(28P01"));
    }

    [Test]
    public void A_token_that_was_taken_back_is_shown_once_more_and_never_again()
    {
        using var mux = Start();
        var (client, second) = (LogIn(mux), LogIn(mux));
        mux.Postgres.Tokens.Clear();
        CloseServers(mux);
        Assert.That(client.Query("SELECT a"), Is.EqualTo(Wrong), "what the server says");
        mux.Advance(20);
        Assert.That(second.Query("SELECT a"), Does.Contain("there is none of this user that is still good"));
        Assert.That(mux.Postgres.ShownTokens, Has.Count.EqualTo(3));

        mux.Postgres.Tokens.Add(("alice", "new-token"));
        LogIn(mux, "new-token");
    }

    [Test]
    public void A_full_pool_closes_an_idle_server_for_a_login()
    {
        using var mux = Start(("default_pool_size", "1"));
        var first = LogIn(mux);
        var second = LogIn(mux);
        Assert.That((mux.Postgres.Logins, mux.Pool.Servers.Count), Is.EqualTo((2, 1)));
        Assert.That(mux.Log.Events.Select(entry => entry.Text), Has.Some.Contains("closing because: makes room for a login"));
        Assert.That(first.Query("SELECT a"), Does.EndWith("Z(I)"));
        Assert.That(second.Query("SELECT b"), Does.EndWith("Z(I)"));
    }

    [Test]
    public void A_full_pool_whose_servers_are_in_use_lets_a_login_wait_its_turn()
    {
        using var mux = Start(("default_pool_size", "1"));
        var (busy, waiting) = (LogIn(mux), LogIn(mux));
        busy.Query("BEGIN");
        var next = Begin(mux);
        next.Send(RawOAuth.Show(Good));
        Assert.That(next.Take(), Is.Empty);
        waiting.Send(RawMessages.Query("SELECT b"));
        Assert.That(mux.Postgres.Logins, Is.EqualTo(2));

        Assert.That(busy.Query("COMMIT"), Does.EndWith("Z(I)"));
        Assert.That(next.Take(), Does.EndWith("Z(I)"), "it has waited longest");
        Assert.That(waiting.Take(), Is.EqualTo("T D(b) C(SELECT 1) Z(I)"));
        Assert.That((mux.Postgres.Logins, mux.Pool.Servers.Count), Is.EqualTo((3, 1)));
    }

    [Test]
    public void A_login_waits_no_longer_than_a_query()
    {
        using var mux = Start(("default_pool_size", "1"), ("query_wait_timeout", "5"));
        LogIn(mux).Query("BEGIN");
        var next = Begin(mux);
        next.Send(RawOAuth.Show(Good));
        mux.Advance(6);
        Assert.That(next.Take(), Is.EqualTo("E(53300 query_wait_timeout) EOF"));
    }

    [Test]
    public void Some_logins_are_tried_at_once_and_the_others_in_turn()
    {
        const int Clients = LoginTrials.InFlightLimit + 3;
        using var mux = Start();
        LogIn(mux);
        mux.Postgres.HoldsLogins = true;
        var clients = Enumerable.Range(0, Clients).Select(_ => Begin(mux)).ToArray();
        foreach (var client in clients)
        {
            client.Send(RawOAuth.Show(Good));
        }

        Assert.That(mux.Postgres.Logins, Is.EqualTo(1 + LoginTrials.InFlightLimit));
        mux.Postgres.FinishLogins();
        Assert.That(clients.Select(client => client.Take()), Is.All.EndsWith("Z(I)"));
        Assert.That((mux.Postgres.Logins, mux.Pool.Servers.Count), Is.EqualTo((1 + Clients, 1 + Clients)), "there was room for all of them");
    }

    [Test]
    public void Who_leaves_meanwhile_leaves_a_server_that_is_good_for_others()
    {
        using var mux = Start(("default_pool_size", "1"));
        mux.Postgres.HoldsLogins = true;
        var (tried, waiting) = (Begin(mux), Begin(mux));
        tried.Send(RawOAuth.Show(Good));
        waiting.Send(RawOAuth.Show(Good));
        tried.Close();
        waiting.Close();
        mux.Network.RunUntilIdle();
        mux.Postgres.FinishLogins();
        Assert.That((mux.Postgres.Logins, mux.Counts.Idle), Is.EqualTo((1, 1)));
        LogIn(mux);
    }

    [Test]
    public void A_server_that_cannot_be_reached_is_no_guess()
    {
        using var mux = Start(("auth_max_failures", "1"));
        mux.Postgres.IsStartingUp = true;
        var client = Begin(mux);
        client.Send(RawOAuth.Show(Good));
        Assert.That(client.Take(), Does.StartWith("E(08006 server login has been failing, cached error: the database system is starting up").And.EndWith("EOF"));
        mux.Postgres.IsStartingUp = false;
        mux.Advance(20);
        LogIn(mux);
    }

    [Test]
    public void A_wrong_token_is_a_guess()
    {
        using var mux = Start(("auth_max_failures", "1"));
        var client = Begin(mux);
        client.Send(RawOAuth.Show("bad-token"));
        client.TakeReplies();
        Assert.That(client.Ask(RawOAuth.ErrorAnswer), Is.EqualTo(Wrong));
        Assert.That(mux.BeginLogin().Take(), Is.EqualTo(Wrong));
        Assert.That(mux.Postgres.Logins, Is.EqualTo(1));
    }

    [TestCase("pgbouncer", "oauth lets nobody in to the console: there is no server that could look at the token")]
    [TestCase("forced", "oauth cannot let clients in to a database with a user of its own: the server would look at the token for that user")]
    [TestCase("nowhere", "there is no such database")]
    public void Where_no_server_can_judge_nobody_is_let_in(string database, string reason)
    {
        using var mux = Start();
        var client = mux.BeginLogin("alice", database);
        client.TakeReplies();
        client.Send(RawOAuth.Show(Good));
        client.TakeReplies();
        Assert.That(client.Ask(RawOAuth.ErrorAnswer), Is.EqualTo(Wrong));
        Assert.That(mux.Log.Events.Select(entry => entry.Text), Has.Some.EndsWith(reason));
        Assert.That(mux.Postgres.Logins, Is.Zero);
    }

    [Test]
    public void The_token_may_come_as_a_password_and_goes_on_as_a_token()
    {
        using var mux = Start(Settings($"{Line} via=password"));
        var client = mux.BeginLogin();
        Assert.That(RawOAuth.Read(client.TakeReplies().Single()).Code, Is.EqualTo(3));
        Assert.That(client.Ask(RawMessages.Password(Good)), Does.EndWith("Z(I)"));

        var wrong = mux.BeginLogin();
        wrong.TakeReplies();
        Assert.That(wrong.Ask(RawMessages.Password("bad-token")), Is.EqualTo(Wrong));
    }

    [Test]
    public void A_shutdown_ends_the_wait()
    {
        using var mux = Start(("default_pool_size", "1"));
        LogIn(mux).Query("BEGIN");
        var next = Begin(mux);
        next.Send(RawOAuth.Show(Good));
        mux.Shutdown(ShutdownMode.WaitForServers);
        Assert.That(next.Take(), Does.StartWith("E(57P01 server shutting down) EOF"));
    }

    [Test]
    public void A_reload_to_another_server_does_not_show_it_the_token()
    {
        var settings = Settings(Line);
        using var mux = Start(settings);
        var client = LogIn(mux);
        Assert.That(mux.Reload(settings with { Databases = new Dictionary<string, string> { ["db"] = $"{TestMux.DatabaseLine} dbname=other" } }));
        Assert.That(client.Query("SELECT a"), Does.Contain("there is none of this user that is still good"));
        Assert.That(mux.Postgres.ShownTokens, Has.Count.EqualTo(1));
    }

    [Test]
    public void Nothing_is_logged_as_an_error()
    {
        using var mux = Start();
        LogIn(mux);
        Assert.That(mux.Log.Events.Where(entry => entry.Level >= LogLevel.Warning), Is.Empty);
    }

    private static TestMux Start(params (string Key, string Value)[] settings) => Start(Settings(Line, settings));

    private static TestMux Start(PgmuxSettings settings)
    {
        var mux = TestMux.Start(settings);
        mux.Postgres.LoginMethod = LoginMethod.OAuth;
        mux.Postgres.Tokens.Add(("alice", Good));
        return mux;
    }

    // No user has a secret: what the server wants is the token.
    private static PgmuxSettings Settings(string hba, params (string Key, string Value)[] settings) => TestMux.SettingsOf(settings) with
    {
        Hba = hba + "\n",
        Secrets = new Dictionary<string, string>(),
        Databases = new Dictionary<string, string> { ["db"] = TestMux.DatabaseLine, ["forced"] = $"{TestMux.DatabaseLine} user=bob" },
    };

    private static FakeClient Begin(TestMux mux)
    {
        var client = mux.BeginLogin();
        Assert.That(RawOAuth.Read(client.TakeReplies().Single()), Is.EqualTo((10, "OAUTHBEARER\0\0")));
        return client;
    }

    private static FakeClient LogIn(TestMux mux, string token = Good)
    {
        var client = Begin(mux);
        client.Send(RawOAuth.Show(token));
        Assert.That(client.Take(), Does.EndWith("Z(I)"));
        return client;
    }

    // As if they had been idle for too long.
    private static void CloseServers(TestMux mux)
    {
        foreach (var server in mux.Postgres.Open)
        {
            server.Close();
        }

        mux.Advance(1);
        Assert.That(mux.Pool.Servers, Is.Empty);
    }
}
