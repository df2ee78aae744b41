using Pgmux.Core.Admin;
using Pgmux.Core.Servers;
using Pgmux.Testing.FakePostgres;
using Pgmux.Testing.Mux;
using Pgmux.Testing.Processes;

namespace Pgmux.Core.Tests.Clients.UserLookup;

/// <summary>What becomes of logins when the query, or the server that is asked, is not as it should be.</summary>
[TestFixture]
internal sealed class AuthQueryFailureTests
{
    private const string Crashed = "E(08006 server conn crashed?) EOF";
    private const string NoServer = "E(08006 server login has been failing, try again later (server_login_retry)) EOF";

    private static IEnumerable<TestCaseData> Broken()
    {
        yield return Case("error", roles => roles.Failure = "42501", "error response from auth_query: the lookup has failed (SQLSTATE 42501)");
        yield return Case("two rows", roles => roles.Rows = name => [[name, "secret-of-carol"], [name, "secret-of-carol"]], "expected one row from auth_query, and there are more");
        yield return Case("endless rows", roles => roles.Rows = name => Enumerable.Repeat<string?[]>([name, "secret-of-carol"], 10_000), "expected one row from auth_query, and there are more");
        yield return Case("other name", roles => roles.Rows = _ => [["alice", "secret-of-carol"]], "auth_query has returned another user than the one it was asked for");
        yield return Case("asker's name", roles => roles.Rows = _ => [[LookupRig.AuthUser, "secret-of-carol"]], "auth_query has returned another user than the one it was asked for");
        yield return Case("three columns", roles => (roles.Columns, roles.Rows) = ([("a", 25), ("b", 25), ("c", 25)], name => [[name, "secret-of-carol", ""]]), "expected 2 columns from auth_query, not 3");
        yield return Case("one column", roles => (roles.Columns, roles.Rows) = ([("a", 25)], name => [[name]]), "expected 2 columns from auth_query, not 1");
        yield return Case("bytea", roles => roles.Columns = [("a", 19), ("b", 17)], "expected text columns from auth_query, and column 2 (\"b\") has the type with OID 17");
    }

    [TestCaseSource(nameof(Broken))]
    [Property("Row", "C11"), Property("Row", "A11")]
    public void An_answer_that_is_not_one_row_of_the_user_lets_nobody_in_and_is_told_to_the_log(Action<FakeRoles> breakIt, string trouble)
    {
        using var mux = LookupRig.Start();
        breakIt(mux.Roles());
        Assert.That(mux.TryLogin(), Is.EqualTo(LookupRig.WrongPassword), "the same as for a wrong password");
        Assert.That(mux.Warnings(), Has.One.EndsWith($"for user \"carol\": {trouble}"));
        Assert.That(mux.Warnings()[0], Does.Match("""^auth_query \(.*/pgmux\.ini:\d+\) in database "db" as auth_user "asker" for user "carol": """));
        CheckServerIsClean(mux);
    }

    [TestCase(false)]
    [TestCase(true)]
    [Property("Row", "C11"), Property("Row", "B49")]
    public void No_row_and_a_row_of_nulls_are_an_unknown_user(bool isNull)
    {
        using var mux = LookupRig.Start();
        mux.Roles().Rows = _ => isNull ? [[null, null]] : [];
        Assert.That(mux.TryLogin(), Is.EqualTo(LookupRig.WrongPassword));
        Assert.That(mux.Log.Events.Select(entry => entry.Text), Has.One.Contains("password authentication failed: no such user"));
        Assert.That(mux.Warnings(), Is.Empty);
        CheckServerIsClean(mux);
    }

    [Test, Property("Row", "A11")]
    public void The_servers_words_are_not_told_to_whoever_has_not_logged_in()
    {
        using var mux = LookupRig.Start();
        mux.Postgres.Refusal = Replies.Fatal("28P01", "password authentication failed for user \"asker\"");
        Assert.That(mux.TryLogin(), Is.EqualTo(NoServer));
        Assert.That(mux.Warnings(), Has.One.EndsWith("no server: password authentication failed for user \"asker\""));
    }

    [Test]
    public void A_server_that_is_down_is_told_as_such_and_the_next_login_after_it_works()
    {
        using var mux = LookupRig.Start(("server_login_retry", "1"));
        mux.Postgres.Refusal = Replies.Fatal("57P01", "going down");
        var waiting = mux.BeginLogin("carol");
        Assert.That(waiting.Take(), Is.Empty, "the pool tries again in a moment");
        Assert.That(mux.TryLogin("dora"), Is.EqualTo(NoServer));
        mux.Postgres.Refusal = null;
        mux.Advance(2);
        Assert.That(waiting.Answer("carol", "secret-of-carol"), Is.Empty);
        Assert.That(mux.TryLogin(), Is.Empty);
    }

    [TestCase("close")]
    [TestCase("reset")]
    [TestCase("terminate")]
    [Property("Row", "A12")]
    public void A_server_that_dies_during_the_query_costs_this_login_and_not_the_next(string death)
    {
        using var mux = LookupRig.Start();
        mux.Roles().Holds = true;
        var client = mux.BeginLogin("carol");
        Assert.That(client.Take(), Is.Empty);
        var server = mux.Postgres.Single;
        switch (death)
        {
            case "close":
                server.Close();
                break;
            case "reset":
                server.Reset();
                break;
            default:
                server.Terminate();
                break;
        }

        Assert.That(client.Take(), Is.EqualTo(Crashed));
        Assert.That(mux.Warnings(), Has.One.EndsWith("for user \"carol\": server conn crashed?"));
        mux.Roles().Holds = false;
        mux.Advance(1);
        Assert.That(mux.TryLogin(), Is.Empty);
    }

    [Test, Property("Row", "A11")]
    public void A_query_that_never_ends_is_given_up_and_cancelled()
    {
        using var mux = LookupRig.Start(("server_connect_timeout", "5"), ("client_login_timeout", "60"));
        mux.Roles().Holds = true;
        var client = mux.BeginLogin("carol");
        mux.Advance(4);
        Assert.That(client.Take(), Is.Empty);
        mux.Advance(2);
        Assert.That(client.Take(), Is.EqualTo("E(57P01 query timeout) EOF"));
        Assert.That(mux.Warnings(), Has.One.EndsWith("no answer within server_connect_timeout"));
        Assert.That(mux.Postgres.Cancels, Has.Count.EqualTo(1));
        mux.Roles().Holds = false;
        Assert.That(mux.TryLogin(), Is.Empty);
    }

    [Test, Property("Row", "A11")]
    public void The_login_timeout_ends_the_wait()
    {
        using var mux = LookupRig.Start(("server_connect_timeout", "30"), ("client_login_timeout", "5"));
        mux.Roles().Holds = true;
        var client = mux.BeginLogin("carol");
        mux.Advance(6);
        Assert.That(client.Take(), Is.EqualTo("E(08P01 client_login_timeout) EOF"));
        mux.Postgres.Single.Release();
        CheckServerIsClean(mux);
    }

    [Test]
    public void Waiting_for_a_server_ends_with_query_wait_timeout()
    {
        using var mux = LookupRig.Start(("query_wait_timeout", "5"), ("server_connect_timeout", "50"));
        mux.Postgres.HoldsLogins = true;
        var client = mux.BeginLogin("carol");
        mux.Advance(6);
        Assert.That(client.Take(), Is.EqualTo("E(53300 query_wait_timeout) EOF"));
        mux.Postgres.FinishLogins();
    }

    [TestCase(ConnectionEnd.Close)]
    [TestCase(ConnectionEnd.Reset)]
    [Property("Row", "B44")]
    public void A_client_that_leaves_during_the_query_leaves_a_clean_server(ConnectionEnd end)
    {
        using var mux = LookupRig.Start(("default_pool_size", "1"));
        mux.Roles().Holds = true;
        var client = mux.BeginLogin("carol");
        Assert.That(mux.Postgres.Single.IsWaiting, Is.True);
        client.Leave(end);
        mux.Network.RunUntilIdle();
        Assert.That(mux.Mux.Clients.ClientCount, Is.Zero);
        mux.Roles().Holds = false;
        mux.Postgres.Single.Release();
        CheckServerIsClean(mux);
        Assert.That(mux.TryLogin(), Is.Empty);
        Assert.That(mux.Postgres.Logins, Is.EqualTo(2), "carol's own server, and the same one for the query");
    }

    [Test, Property("Row", "B44")]
    public void A_client_that_leaves_before_there_is_a_server_takes_its_query_along()
    {
        using var mux = LookupRig.Start(("default_pool_size", "1"));
        mux.Roles().Holds = true;
        var first = mux.BeginLogin("carol");
        var second = mux.BeginLogin("dora");
        Assert.That(mux.Mux.Clients.Users.Cache.Count, Is.EqualTo(2));
        second.Close();
        Assert.That(mux.Mux.Clients.Users.Cache.Count, Is.EqualTo(1));
        mux.Roles().Holds = false;
        mux.Postgres.Single.Release();
        Assert.That(first.Answer("carol", "secret-of-carol"), Is.Empty);
        Assert.That(mux.Roles().Lookups, Is.EqualTo(1));
    }

    [TestCase("D", "00020000000b")]
    [TestCase("T", "0002")]
    [Property("Row", "C01")]
    public void A_reply_that_is_no_message_closes_the_server(string type, string body)
    {
        using var mux = LookupRig.Start();
        mux.Postgres.IsAutomatic = false;
        var client = mux.BeginLogin("carol");
        mux.Postgres.Single.Send(
            Replies.ParseComplete(), Replies.BindComplete(), Replies.DataRow("x"), Replies.CommandComplete("SELECT 1"),
            Replies.ParseComplete(), Replies.BindComplete(),
            type == "T" ? RawMessages.Message('T', Convert.FromHexString(body)) : Replies.RowDescription([("a", 25), ("b", 25)]));
        if (type == "D")
        {
            mux.Postgres.Single.Send(RawMessages.Message('D', Convert.FromHexString(body)));
        }

        mux.Postgres.Single.Send(Replies.CommandComplete("SELECT 1"), Replies.ReadyForQuery());
        Assert.That(mux.Postgres.Open, Is.Empty);
        Assert.That(client.Answer("carol", "secret-of-carol"), Is.EqualTo(LookupRig.WrongPassword));
    }

    [Test]
    public void An_answer_that_is_too_long_closes_the_server_before_it_is_all_there()
    {
        using var mux = LookupRig.Start();
        mux.Roles()["carol"] = new string('x', 10_000_000);
        Assert.That(mux.TryLogin(), Is.EqualTo(LookupRig.WrongPassword));
        Assert.That(mux.Warnings(), Has.One.EndsWith("the answer has more than 131070 bytes"));
        Assert.That(mux.RentedBytes, Is.Zero);
    }

    [Test]
    public void A_query_that_leaves_a_transaction_open_closes_the_server()
    {
        using var mux = LookupRig.Start(("auth_query", "BEGIN -- $1"));
        mux.Postgres.IsAutomatic = false;
        var client = mux.BeginLogin("carol");
        mux.Postgres.Single.Send(
            Replies.ParseComplete(), Replies.BindComplete(), Replies.DataRow("x"), Replies.CommandComplete("SELECT 1"),
            Replies.ParseComplete(), Replies.BindComplete(), Replies.NoData(), Replies.CommandComplete("BEGIN"), Replies.ReadyForQuery('T'));
        Assert.That(mux.Postgres.Open, Is.Empty);
        Assert.That(client.Answer("carol", "x"), Is.EqualTo(LookupRig.WrongPassword));
        Assert.That(mux.Warnings(), Has.One.EndsWith("auth_query leaves a transaction open"));
    }

    [Test]
    [Property("Text", "T59"), Property("Text", "T83")]
    public void A_database_to_ask_in_that_there_is_not_is_a_fault_of_the_configuration()
    {
        using var mux = LookupRig.Start(("auth_dbname", "nowhere"));
        Assert.That(mux.TryLogin(), Is.EqualTo("E(F0000 bouncer config error) EOF"));
        Assert.That(mux.Warnings(), Has.One.Contains("authentication database \"nowhere\" is not configured."));
        Assert.That(mux.TryLogin("alice", "secret-a"), Is.Empty);
    }

    [Test]
    public void A_shutdown_ends_logins_that_wait_for_an_answer()
    {
        using var mux = LookupRig.Start();
        mux.Roles().Holds = true;
        var client = mux.BeginLogin("carol");
        mux.Shutdown(ShutdownMode.Immediate);
        Assert.That(client.Take(), Does.StartWith("E(57P01"));
        mux.Advance(1);
        Assert.That(mux.Postgres.Open, Is.Empty);
    }

    private static void CheckServerIsClean(TestMux mux)
    {
        var server = mux.Mux.Pools.All.Single(pool => pool.Key.User == LookupRig.AuthUser).Servers.Single();
        Assert.That((server.State, server.Lessee, server.Outstanding.IsReady), Is.EqualTo((ServerState.Idle, (IServerLessee?)null, true)));
        Assert.That(mux.Postgres.Open.Single(each => each.User == LookupRig.AuthUser).DirtyState, Is.Null);
    }

    private static TestCaseData Case(string name, Action<FakeRoles> breakIt, string trouble) =>
        new TestCaseData(breakIt, trouble).SetArgDisplayNames(name);
}
