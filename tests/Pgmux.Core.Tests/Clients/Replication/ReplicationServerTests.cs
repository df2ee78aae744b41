using System.Net;
using Pgmux.Core.Admin;
using Pgmux.Core.Tests.Hosting;
using Pgmux.Testing.FakePostgres;
using Pgmux.Testing.Mux;
using Pgmux.Testing.Processes;

namespace Pgmux.Core.Tests.Clients.Replication;

/// <summary>The server that a replication client has for itself: how it is opened, what it counts for, and how it ends.</summary>
[TestFixture]
internal sealed class ReplicationServerTests
{
    private const string Answer = "T D(a) C(SELECT 1) Z(I)";

    [Test, Property("Row", "H16")]
    public void It_is_opened_with_the_clients_parameters()
    {
        var settings = TestMux.SettingsOf(("ignore_startup_parameters", "extra_float_digits")) with
        {
            Databases = new Dictionary<string, string> { ["db"] = $"{TestMux.DatabaseLine} dbname=real timezone=UTC client_encoding=LATIN1" },
        };
        using var mux = TestMux.Start(settings);
        var client = mux.Login(parameters:
        [
            ("replication", "database"), ("application_name", "walreceiver"), ("options", "-c DateStyle=ISO --geqo=off"), ("client_encoding", "UTF8"),
            ("extra_float_digits", "3"), ("geqo", "on"),
        ]);
        Assert.That(mux.Postgres.Single.Startup, Is.EquivalentTo(new[]
        {
            ("user", "alice"), ("database", "real"), ("timezone", "UTC"), ("replication", "database"), ("application_name", "walreceiver"),
            ("client_encoding", "UTF8"), ("options", "-c DateStyle=ISO --geqo=off"), ("geqo", "on"),
        }));
        Assert.That(client.Parameters["application_name"], Is.EqualTo("walreceiver"), "the client is told what its own server said");
        Assert.That(client.CancelKey.ProcessId, Is.EqualTo(mux.Postgres.Single.ProcessId));
    }

    [TestCase("true", "yes"), TestCase("database", "database")]
    [Property("Row", "H16")]
    public void The_server_is_told_the_kind(string value, string told)
    {
        using var mux = TestMux.Start();
        var (_, server) = mux.Replicate(value);
        Assert.That(server.Startup, Does.Contain(("replication", told)));
    }

    [Test, Property("Row", "H16")]
    public void A_boolean_that_is_false_is_an_ordinary_client()
    {
        using var mux = TestMux.Start();
        var client = mux.Login(parameters: ("replication", "off"));
        client.Take();
        Assert.That(client.Query("SELECT a"), Is.EqualTo(Answer));
        Assert.That(mux.Postgres.Single.Startup.Select(pair => pair.Name), Does.Not.Contain("replication"));
        Assert.That(mux.Counts.Idle, Is.EqualTo(1));
    }

    [Test, Property("Row", "H16")]
    public void Nothing_is_asked_of_it_that_the_client_does_not_ask([Values("session", "transaction", "statement")] string mode)
    {
        var settings = TestMux.SettingsOf(
            ("pool_mode", mode), ("server_reset_query", "DISCARD ALL"), ("server_reset_query_always", "1"), ("server_check_query", "SELECT 1"),
            ("server_check_delay", "0")) with
        {
            Databases = new Dictionary<string, string> { ["db"] = $"{TestMux.DatabaseLine} connect_query='SELECT c'" },
        };
        using var mux = TestMux.Start(settings);
        var (client, server) = mux.Replicate("database");
        server.IsAutomatic = true;
        Assert.That(client.Query("SELECT a"), Is.EqualTo(Answer));
        Assert.That(client.Query("SET TimeZone TO 'Europe/Berlin'"), Does.EndWith("Z(I)"));
        Assert.That(client.Query("BEGIN"), Is.EqualTo("C(BEGIN) Z(T)"));
        Assert.That(client.Query("COMMIT"), Is.EqualTo("C(COMMIT) Z(I)"));
        client.Send(RawMessages.Terminate());
        Assert.That(server.TakeTypes(), Is.EqualTo("QQQQX"));
        Assert.That(server.Executed, Does.Not.Contain("SELECT c").And.Not.Contain("DISCARD ALL"));
        Assert.That(mux.Counts.Servers, Is.Zero);
    }

    [Test, Property("Row", "H16"), Property("Row", "K12")]
    public void A_client_beside_it_has_servers_of_the_pool()
    {
        using var mux = TestMux.Start();
        var (client, walsender) = mux.Stream();
        var other = mux.Login();
        other.Take();
        Assert.That(other.Query("SELECT a"), Is.EqualTo(Answer));
        walsender.Send(Replies.CopyData("wal"));
        Assert.That((client.Take(), walsender.TakeTypes()), Is.EqualTo(("d", "")));
        Assert.That(mux.Counts.Idle, Is.EqualTo(1));
        client.Close();
        Assert.That(other.Query("SELECT a"), Is.EqualTo(Answer));
        Assert.That(mux.Postgres.Logins, Is.EqualTo(2));
    }

    [Test]
    public void It_counts_for_the_pool_and_an_idle_server_makes_room_for_it()
    {
        using var mux = TestMux.Start(("default_pool_size", "1"));
        var other = mux.Login();
        Assert.That(other.Query("SELECT a"), Does.EndWith("Z(I)"));
        var (client, _) = mux.Replicate();
        Assert.That(mux.Counts.Servers, Is.EqualTo(1));
        other.Send(RawMessages.Query("SELECT a"));
        var second = mux.BeginLogin(parameters: ("replication", "true"));
        Assert.That((other.Take(), second.Take()), Is.EqualTo(("", "")), "the pool is full");
        client.Close();
        Assert.That(other.Take(), Is.EqualTo(Answer), "it has waited for longer");
        Assert.That(second.Take(), Does.EndWith("Z(I)"));
        second.Close();
        Assert.That(mux.Counts.Waiting, Is.Zero);
    }

    [TestCase("max_db_connections"), TestCase("max_user_connections")]
    public void It_counts_for_the_limits_of_connections(string setting)
    {
        using var mux = TestMux.Start((setting, "1"));
        var (client, _) = mux.Replicate();
        var other = mux.BeginLogin();
        Assert.That(other.Take(), Is.Empty);
        client.Close();
        Assert.That(other.Take(), Does.EndWith("Z(I)"));
    }

    [Test]
    public void Who_waits_for_room_waits_as_long_as_for_any_server()
    {
        using var mux = TestMux.Start(("default_pool_size", "1"), ("query_wait_timeout", "10"), ("client_login_timeout", "5"));
        mux.Replicate();
        var second = mux.BeginLogin(parameters: ("replication", "true"));
        mux.Advance(9);
        Assert.That(second.Take(), Is.Empty);
        mux.Advance(2);
        Assert.That(second.Take(), Is.EqualTo("E(53300 query_wait_timeout) EOF"));
    }

    [Test]
    [Property("Text", "T85")]
    public void What_the_server_has_against_it_is_told_in_PgBouncers_and_its_own_words_and_harms_nobody([Values("28000", "42501", "53300")] string code)
    {
        using var mux = TestMux.Start();
        mux.Postgres.Refusal = Replies.Fatal(code, "no WAL sender for you");
        var refused = mux.BeginLogin(parameters: ("replication", "true"));
        Assert.That(refused.Replies.Single().Field('D'), Is.EqualTo("no WAL sender for you"));
        Assert.That(refused.Take(), Is.EqualTo($"E({code} login failed) EOF"));
        Assert.That(mux.Log.Events.Count(entry => entry.Text.Contains("closing because: login failed (age=0s)")), Is.EqualTo(2), "client and server");
        Assert.That(mux.Log.Events.Select(entry => entry.Text), Has.One.EndsWith("server login failed: FATAL no WAL sender for you"));
        mux.Postgres.Refusal = null;
        Assert.That(mux.Login().Query("SELECT a"), Does.EndWith(Answer), "no login has failed for others");
    }

    [Test]
    public void A_client_that_leaves_while_its_server_is_opened_ends_that()
    {
        using var mux = TestMux.Start();
        mux.Postgres.HoldsLogins = true;
        var client = mux.BeginLogin(parameters: ("replication", "true"));
        Assert.That(mux.Counts.Connecting, Is.EqualTo(1));
        client.Close();
        Assert.That(mux.Counts.Servers, Is.Zero);
        mux.Postgres.FinishLogins();
        Assert.That(mux.Login().Query("SELECT a"), Does.EndWith(Answer));
    }

    [Test]
    public void No_time_limit_of_idleness_or_age_cuts_a_stream()
    {
        using var mux = TestMux.Start(("client_idle_timeout", "5"), ("idle_transaction_timeout", "5"), ("server_lifetime", "5"), ("server_idle_timeout", "5"));
        var (client, server) = mux.Stream();
        mux.Advance(600);
        server.Send(Replies.CopyData("wal"));
        Assert.That(client.Take(), Is.EqualTo("d"));
        Assert.That(server.IsOpen, Is.True);
    }

    // PgBouncer's rule; who receives a stream confirms what has come.
    [Test]
    public void Query_timeout_counts_from_the_clients_last_message_in_a_stream()
    {
        using var mux = TestMux.Start(("query_timeout", "5"));
        var (client, server) = mux.Stream();
        for (var round = 0; round < 20; round++)
        {
            mux.Advance(4);
            server.Send(Replies.CopyData("wal"));
            Assert.That(client.Take(), Is.EqualTo("d"), $"round {round}");
            client.Send(RawMessages.CopyData("confirmed"));
        }

        mux.Advance(4);
        server.Send(Replies.CopyData("wal"));
        mux.Advance(2);
        Assert.That(client.Take(), Is.EqualTo("d E(57014 query timeout) EOF"), "what the server says does not count");
        Assert.That(server.IsOpen, Is.False);
    }

    [Test]
    public void A_replication_user_may_have_a_query_timeout_of_its_own()
    {
        var settings = TestMux.SettingsOf(("query_timeout", "5")) with { Users = new Dictionary<string, string> { ["alice"] = "query_timeout=3600" } };
        using var mux = TestMux.Start(settings);
        var (client, server) = mux.Stream();
        mux.Advance(600);
        server.Send(Replies.CopyData("wal"));
        Assert.That(client.Take(), Is.EqualTo("d"));
    }

    [Test]
    public void Transaction_timeout_ends_a_stream_as_in_PgBouncer()
    {
        using var mux = TestMux.Start(("transaction_timeout", "5"));
        var (client, server) = mux.Stream();
        mux.Advance(4);
        client.Send(RawMessages.CopyData("confirmed"));
        mux.Advance(2);
        Assert.That(client.Take(), Is.EqualTo("E(25P04 transaction timeout) EOF"));
        Assert.That(server.IsOpen, Is.False);
    }

    [Test, Property("Row", "S19")]
    public void A_stream_from_an_address_that_has_vanished_ends_as_in_PgBouncer()
    {
        using var mux = TestMux.Start(TestMux.SettingsOf() with
        {
            Databases = new Dictionary<string, string> { ["db"] = "host=db.example port=5432" },
        });
        mux.Names.Set("db.example", IPAddress.Loopback);
        var (client, server) = mux.Stream();
        mux.Names.Set("db.example", IPAddress.Parse("127.0.0.2"));
        mux.Advance(16);
        Assert.That(client.Take(), Is.EqualTo("E(57P01 obsolete connection) EOF"));
        Assert.That(server.IsOpen, Is.False);
    }

    [Test]
    public void A_cancel_request_reaches_it()
    {
        using var mux = TestMux.Start();
        var (client, server) = mux.Stream();
        mux.Cancel(client);
        Assert.That(mux.Postgres.Cancels.Single().Target, Is.SameAs(server));
        server.Send(Replies.Error("57014", "canceling statement due to user request"), Replies.ReadyForQuery());
        Assert.That(client.Take(), Does.EndWith("Z(I)"));
    }

    [TestCase("true", "physical"), TestCase("database", "logical"), TestCase("off", "none")]
    public void SHOW_tells_the_kind(string value, string shown)
    {
        using var mux = TestMux.Start(("stats_users", ConsoleRows.User));
        var client = mux.Login(parameters: ("replication", value));
        Assert.That(mux.Show("CLIENTS").Single(row => row["database"] == "db")["replication"], Is.EqualTo(shown));
        Assert.That(mux.Show("SERVERS").Single()["replication"], Is.EqualTo(shown));
        Assert.That(mux.Show("SERVERS").Single()["state"], Is.EqualTo(shown == "none" ? "idle" : "active"));
        client.Close();
    }

    [Test]
    public void PAUSE_waits_for_it_as_for_a_session()
    {
        using var mux = TestMux.Start();
        var (client, server) = mux.Stream();
        var console = Console(mux);
        Assert.That(console.Query("PAUSE"), Is.Empty);
        mux.Advance(10);
        server.Send(Replies.CopyData("wal"));
        Assert.That((client.Take(), console.Take()), Is.EqualTo(("d", "")));
        var late = mux.BeginLogin(parameters: ("replication", "true"));
        client.Close();
        mux.Advance(1);
        Assert.That((console.Take(), late.Take()), Is.EqualTo(("C(PAUSE) Z(I)", "")));
        Assert.That(console.Query("RESUME"), Is.EqualTo("C(RESUME) Z(I)"));
        Assert.That(late.Take(), Does.EndWith("Z(I)"));
    }

    [TestCase("RECONNECT", "E(57P01 database configuration changed) EOF")]
    [TestCase("KILL db", "EOF")]
    public void These_commands_end_a_stream(string command, string end)
    {
        using var mux = TestMux.Start();
        var (client, server) = mux.Stream();
        Console(mux).Send(RawMessages.Query(command));
        mux.Advance(2);
        Assert.That(client.Take(), Does.EndWith(end));
        Assert.That(server.IsOpen, Is.False);
    }

    [Test]
    public void A_reload_that_changes_its_server_ends_the_stream_and_another_does_not()
    {
        using var mux = TestMux.Start(("max_prepared_statements", "0"));
        var (client, server) = mux.Stream();
        mux.Reload(TestMux.SettingsOf(("max_prepared_statements", "100"), ("query_timeout", "7")));
        mux.Advance(1);
        Assert.That((client.Take(), server.IsOpen), Is.EqualTo(("", true)));
        mux.Reload(TestMux.SettingsOf() with
        {
            Databases = new Dictionary<string, string> { ["db"] = $"{TestMux.DatabaseLine} dbname=other" },
        });
        mux.Advance(1);
        Assert.That(client.Take(), Is.EqualTo("E(57P01 database configuration changed) EOF"));
        Assert.That(server.IsOpen, Is.False);
    }

    [Test]
    public void A_shutdown_that_waits_for_clients_waits_for_it()
    {
        using var mux = TestMux.Start();
        var (client, server) = mux.Stream();
        mux.Shutdown(ShutdownMode.WaitForClients);
        mux.Advance(60);
        server.Send(Replies.CopyData("wal"));
        Assert.That((client.Take(), mux.Mux.Stopped.IsCompleted), Is.EqualTo(("d", false)));
        client.Close();
        mux.Advance(1);
        Assert.That(mux.Mux.Stopped.IsCompleted, Is.True);
    }

    private static FakeClient Console(TestMux mux)
    {
        var console = mux.Login("admin", "pgbouncer");
        console.Take();
        return console;
    }
}
