using Pgmux.Testing.Mux;
using Pgmux.Testing.Processes;

namespace Pgmux.Core.Tests.Pooling;

[TestFixture]
internal sealed class LeaseTests
{
    [TestCase("transaction", 0)]
    [TestCase("statement", 0)]
    [TestCase("session", 1)]
    public void The_server_stays_after_a_query_in_session_mode_only(string mode, int active)
    {
        using var mux = TestMux.Start(("pool_mode", mode), ("server_reset_query", ""));
        var client = mux.Login();
        Assert.That(client.Query("SELECT a"), Is.EqualTo("T D(a) C(SELECT 1) Z(I)"));
        Assert.That(mux.Counts.Active, Is.EqualTo(active));
    }

    [Test]
    public void A_transaction_block_in_statement_mode_ends_the_client_and_its_server()
    {
        using var mux = TestMux.Start(("pool_mode", "statement"));
        var client = mux.Login();
        Assert.That(client.Query("BEGIN"), Does.EndWith("E(0A000 transaction blocks not allowed in statement pooling mode) EOF"));
        Assert.That(mux.Postgres.Open, Is.Empty);
    }

    [Test, Property("Row", "B146")]
    public void A_failed_transaction_keeps_its_server_until_it_is_rolled_back()
    {
        using var mux = TestMux.Start(("default_pool_size", "1"));
        var (client, other) = (mux.Login(), mux.Login());
        client.Query("BEGIN");
        Assert.That(client.Query("FAIL"), Is.EqualTo("E(22012 division by zero) Z(E)"));
        other.Send(RawMessages.Query("SELECT b"));
        Assert.That(other.Take(), Is.Empty);
        Assert.That(client.Query("ROLLBACK"), Is.EqualTo("C(ROLLBACK) Z(I)"));
        Assert.That(other.Take(), Is.EqualTo("T D(b) C(SELECT 1) Z(I)"));
    }

    [TestCase(1)]
    [TestCase(2)]
    [Property("Row", "P01")]
    public void Waiting_clients_are_served_in_their_order(int loops)
    {
        using var mux = TestMux.Start(loops, ("default_pool_size", "1"));
        var holder = mux.Login();
        holder.Query("BEGIN");
        var waiters = Enumerable.Range(0, 6).Select(_ => mux.Login()).ToArray();
        foreach (var waiter in waiters)
        {
            waiter.Send(RawMessages.Query("BEGIN"));
            // More than the millisecond by which a waiter of the server's own loop may overtake.
            mux.Advance(0.01);
        }

        var current = holder;
        foreach (var waiter in waiters)
        {
            Assert.That(waiter.Take(), Is.Empty);
            current.Query("COMMIT");
            Assert.That(waiter.Take(), Is.EqualTo("C(BEGIN) Z(T)"));
            current = waiter;
        }

        Assert.That(mux.Postgres.Logins, Is.EqualTo(1), "one server served all");
    }

    [TestCase(1)]
    [TestCase(2)]
    public void Many_clients_share_few_servers_and_each_gets_its_own_answer(int loops)
    {
        using var mux = TestMux.Start(loops, ("default_pool_size", "3"), ("max_client_conn", "200"));
        var clients = Enumerable.Range(0, 60).Select(_ => mux.Login()).ToArray();
        for (var round = 0; round < 5; round++)
        {
            for (var i = 0; i < clients.Length; i++)
            {
                clients[i].Write(RawMessages.Query($"SELECT {i}x{round}"));
            }

            mux.Network.RunUntilIdle();
            Assert.That(
                clients.Select(client => client.Take()),
                Is.EqualTo(clients.Select((_, i) => $"T D({i}x{round}) C(SELECT 1) Z(I)")));
        }

        Assert.That(mux.Postgres.Logins, Is.LessThanOrEqualTo(3));
    }

    [Test, Property("Row", "P01")]
    public void A_client_that_waits_too_long_is_told_and_closed()
    {
        using var mux = TestMux.Start(("default_pool_size", "1"), ("query_wait_timeout", "5"));
        var (holder, waiter) = (mux.Login(), mux.Login());
        holder.Query("BEGIN");
        waiter.Send(RawMessages.Query("SELECT late"));
        mux.Advance(4.5);
        Assert.That(waiter.Take(), Is.Empty);
        mux.Advance(1);
        Assert.That(waiter.Take(), Is.EqualTo("E(53300 query_wait_timeout) EOF"));
        Assert.That(holder.Query("COMMIT"), Is.EqualTo("C(COMMIT) Z(I)"));
        Assert.That(mux.Postgres.Single.Executed, Does.Not.Contain("SELECT late"));
    }

    [TestCase("close")]
    [TestCase("reset")]
    [TestCase("terminate")]
    [Property("Row", "P02"), Property("Row", "B185")]
    public void A_client_that_leaves_the_queue_leaves_nothing_behind(string how)
    {
        using var mux = TestMux.Start(("default_pool_size", "1"));
        var holder = mux.Login();
        holder.Query("BEGIN");
        var leaving = mux.Login();
        leaving.Send(RawMessages.Query("SELECT gone"));
        var staying = mux.Login();
        staying.Send(RawMessages.Query("SELECT here"));
        Leave(leaving, how);
        holder.Query("COMMIT");
        Assert.That(staying.Take(), Is.EqualTo("T D(here) C(SELECT 1) Z(I)"));
        Assert.That(mux.Counts.Waiting, Is.Zero);
        if (how != "terminate")
        {
            // A Terminate stands behind the query, which PostgreSQL runs before it reads on.
            Assert.That(mux.Postgres.Single.Executed, Does.Not.Contain("SELECT gone"));
        }
    }

    [TestCase(1)]
    [TestCase(2)]
    public void The_reset_query_runs_between_two_sessions(int loops)
    {
        using var mux = TestMux.Start(loops, ("pool_mode", "session"), ("default_pool_size", "1"));
        var first = mux.Login();
        first.Query("SELECT a");
        var second = mux.BeginLogin();
        second.Send(RawMessages.Query("SELECT b"));
        Assert.That(second.Take(), Is.Empty);
        first.Send(RawMessages.Terminate());
        Assert.That(second.Take(), Does.EndWith("Z(I) T D(b) C(SELECT 1) Z(I)"));
        Assert.That(mux.Postgres.Single.Executed, Is.EqualTo(new[] { "SELECT a", "DISCARD ALL", "SELECT b" }));
        Assert.That(mux.Postgres.Logins, Is.EqualTo(1), "the reset server was used again");
    }

    [Test]
    public void The_reset_query_runs_in_transaction_mode_only_when_it_always_does()
    {
        using var mux = TestMux.Start(("server_reset_query_always", "1"));
        mux.Login().Query("SELECT a");
        Assert.That(mux.Postgres.Single.Executed, Is.EqualTo(new[] { "SELECT a", "DISCARD ALL" }));
    }

    [Test, Property("Row", "P12")]
    public void A_server_whose_reset_fails_is_closed_and_the_next_client_gets_another()
    {
        using var mux = TestMux.Start(("pool_mode", "session"), ("default_pool_size", "1"), ("server_reset_query", "FAIL"));
        var first = mux.Login();
        first.Query("SELECT a");
        var second = mux.BeginLogin();
        second.Send(RawMessages.Query("SELECT b"));
        first.Send(RawMessages.Terminate());
        mux.Advance(1);
        Assert.That(second.Take(), Does.EndWith("Z(I) T D(b) C(SELECT 1) Z(I)"));
        Assert.That(mux.Postgres.Logins, Is.EqualTo(2));
    }

    [Test, Property("Row", "P12")]
    public void A_server_whose_reset_hangs_is_closed()
    {
        using var mux = TestMux.Start(("pool_mode", "session"), ("server_reset_query", "WAIT"), ("server_connect_timeout", "3"));
        var client = mux.Login();
        client.Query("SELECT a");
        client.Send(RawMessages.Terminate());
        Assert.That(mux.Counts.Tested, Is.EqualTo(1));
        mux.Advance(4);
        Assert.That(mux.Counts.Servers, Is.Zero);
        mux.Postgres.Single.Release();
        Assert.That(mux.Postgres.Open, Is.Empty);
    }

    [Test]
    public void A_server_that_was_idle_for_long_is_checked_before_it_is_lent()
    {
        using var mux = TestMux.Start(("server_check_query", "SELECT ok"), ("server_check_delay", "10"));
        var client = mux.Login();
        client.Query("SELECT a");
        client.Query("SELECT b");
        mux.Advance(11);
        Assert.That(client.Query("SELECT c"), Is.EqualTo("T D(c) C(SELECT 1) Z(I)"));
        Assert.That(mux.Postgres.Single.Executed, Is.EqualTo(new[] { "SELECT a", "SELECT b", "SELECT ok", "SELECT c" }));
    }

    [Test]
    public void A_check_delay_of_zero_checks_every_time()
    {
        using var mux = TestMux.Start(("server_check_query", "SELECT ok"), ("server_check_delay", "0"));
        var client = mux.Login();
        client.Query("SELECT a");
        client.Query("SELECT b");
        Assert.That(mux.Postgres.Single.Executed, Is.EqualTo(new[] { "SELECT ok", "SELECT a", "SELECT ok", "SELECT b" }));
    }

    [TestCase("FAIL")]
    [TestCase("FATAL")]
    [TestCase("BEGIN")]
    public void A_server_that_fails_its_check_is_replaced_and_the_client_hears_nothing(string check)
    {
        using var mux = TestMux.Start(("server_check_query", check), ("server_check_delay", "10"));
        var client = mux.Login();
        client.Query("SELECT a");
        mux.Advance(11);
        client.Send(RawMessages.Query("SELECT b"));
        mux.Advance(1);
        Assert.That(client.Take(), Is.EqualTo("T D(b) C(SELECT 1) Z(I)"));
        Assert.That(mux.Postgres.Logins, Is.EqualTo(2));
    }

    [TestCase(1)]
    [TestCase(2)]
    public void Nobody_waits_while_a_server_is_idle_although_another_is_being_checked(int loops)
    {
        using var mux = TestMux.Start(loops, ("default_pool_size", "2"), ("server_check_delay", "10"));
        var (first, second) = (mux.Login(), mux.Login());
        first.Query("BEGIN");
        second.Query("BEGIN");
        first.Query("COMMIT");
        second.Query("COMMIT");
        mux.Advance(11);
        first.Write(RawMessages.Query("BEGIN"));
        second.Write(RawMessages.Query("BEGIN"));
        mux.Network.RunUntilIdle();
        Assert.That(first.Take(), Is.EqualTo("C(BEGIN) Z(T)"));
        Assert.That(second.Take(), Is.EqualTo("C(BEGIN) Z(T)"));
    }

    [Test]
    public void A_server_that_dies_while_it_is_lent_is_replaced_from_the_idle_ones()
    {
        using var mux = TestMux.Start(loops: 2, ("default_pool_size", "2"));
        var (first, second) = (mux.Login(), mux.Login());
        first.Query("BEGIN");
        second.Query("BEGIN");
        first.Query("COMMIT");
        second.Query("COMMIT");
        mux.Postgres.Refusal = Testing.FakePostgres.Replies.Fatal("57P03", "starting up");
        foreach (var server in mux.Postgres.Open.Skip(1).ToArray())
        {
            server.Reset();
        }

        Assert.That(first.Query("BEGIN"), Is.EqualTo("C(BEGIN) Z(T)"));
        mux.Postgres.Refusal = null;
        mux.Advance(1);
        Assert.That(second.Query("BEGIN"), Is.EqualTo("C(BEGIN) Z(T)"));
    }

    [Test]
    public void Idle_servers_expire_down_to_the_minimum_of_the_pool()
    {
        using var mux = TestMux.Start(("min_pool_size", "2"), ("server_idle_timeout", "60"), ("default_pool_size", "5"));
        var clients = Enumerable.Range(0, 5).Select(_ => mux.Login()).ToArray();
        foreach (var client in clients)
        {
            client.Query("BEGIN");
        }

        foreach (var client in clients)
        {
            client.Query("COMMIT");
        }

        Assert.That(mux.Counts.Idle, Is.EqualTo(5));
        mux.Advance(70);
        Assert.That(mux.Counts.Idle, Is.EqualTo(2));
        Assert.That(mux.Postgres.Logins, Is.EqualTo(5), "nothing was closed to be opened again");
    }

    [Test]
    public void A_pool_that_has_had_a_client_keeps_its_minimum_open()
    {
        using var mux = TestMux.Start(("min_pool_size", "3"));
        mux.Login().Query("SELECT a");
        mux.Advance(5);
        Assert.That(mux.Counts.Idle, Is.EqualTo(3));
        mux.Postgres.Open[0].Reset();
        mux.Advance(5);
        Assert.That(mux.Counts.Idle, Is.EqualTo(3));
    }

    [Test, Property("Row", "P06")]
    public void A_server_that_is_too_old_is_closed_after_its_transaction_and_not_in_it()
    {
        using var mux = TestMux.Start(("server_lifetime", "60"), ("default_pool_size", "1"));
        var client = mux.Login();
        client.Query("BEGIN");
        mux.Advance(100);
        Assert.That(client.Query("SELECT a"), Is.EqualTo("T D(a) C(SELECT 1) Z(T)"));
        Assert.That(client.Query("COMMIT"), Is.EqualTo("C(COMMIT) Z(I)"));
        Assert.That(mux.Postgres.Open, Is.Empty);
        Assert.That(client.Query("SELECT b"), Is.EqualTo("T D(b) C(SELECT 1) Z(I)"));
    }

    [Test, Property("Row", "P06")]
    public void Servers_of_one_age_do_not_expire_all_at_once()
    {
        using var mux = TestMux.Start(("server_lifetime", "100"), ("server_idle_timeout", "0"), ("default_pool_size", "4"));
        var clients = Enumerable.Range(0, 4).Select(_ => mux.Login()).ToArray();
        foreach (var client in clients)
        {
            client.Query("BEGIN");
        }

        foreach (var client in clients)
        {
            client.Query("COMMIT");
        }

        mux.Advance(101);
        Assert.That(mux.Counts.Idle, Is.EqualTo(3));
        mux.Advance(26);
        Assert.That(mux.Counts.Idle, Is.EqualTo(2));
    }

    [Test]
    public void A_lifetime_of_zero_uses_each_server_once()
    {
        using var mux = TestMux.Start(("server_lifetime", "0"));
        var client = mux.Login();
        client.Query("SELECT a");
        client.Query("SELECT b");
        Assert.That(mux.Postgres.Servers.Select(server => server.Executed.Single()), Is.EqualTo(new[] { "SELECT a", "SELECT b" }));
    }

    [TestCase("max_db_connections")]
    [TestCase("max_user_connections")]
    [Property("Row", "P08")]
    public void A_limit_over_pools_is_never_exceeded(string limit)
    {
        var settings = TestMux.SettingsOf((limit, "2"), ("server_idle_timeout", "5")) with
        {
            Databases = new Dictionary<string, string>
            {
                ["db"] = "host=127.0.0.1 port=5432",
                ["other"] = "host=127.0.0.1 port=5432",
            },
        };
        using var mux = TestMux.Start(settings);
        var isForUser = limit == "max_user_connections";
        var clients = Enumerable.Range(0, 4)
            .Select(i => mux.BeginLogin(isForUser || i % 2 == 0 ? "alice" : "bob", isForUser && i % 2 == 1 ? "other" : "db"))
            .ToArray();
        foreach (var client in clients)
        {
            client.Send(RawMessages.Query("BEGIN"));
        }

        mux.Advance(1);
        Assert.That(mux.Postgres.Open, Has.Count.EqualTo(2));
        var served = clients.Where(client => client.Take().EndsWith("C(BEGIN) Z(T)", StringComparison.Ordinal)).ToArray();
        Assert.That(served, Has.Length.EqualTo(2));
        foreach (var client in served)
        {
            client.Query("COMMIT");
        }

        // Idle servers of the one pool make room for the other.
        mux.Advance(10);
        Assert.That(clients.Except(served).Select(client => client.Take()), Is.All.EndsWith("C(BEGIN) Z(T)"));
        Assert.That(mux.Postgres.Open, Has.Count.EqualTo(2));
    }

    [Test]
    public void An_idle_server_moves_to_the_loop_of_the_client_that_needs_it()
    {
        using var mux = TestMux.Start(loops: 2, ("default_pool_size", "1"));
        var (here, there) = (mux.Login(), mux.Login());
        for (var round = 0; round < 3; round++)
        {
            Assert.That(here.Query($"SELECT a{round}"), Is.EqualTo($"T D(a{round}) C(SELECT 1) Z(I)"));
            Assert.That(there.Query($"SELECT b{round}"), Is.EqualTo($"T D(b{round}) C(SELECT 1) Z(I)"));
        }

        Assert.That(mux.Postgres.Logins, Is.EqualTo(1));
    }

    private static void Leave(FakeClient client, string how)
    {
        switch (how)
        {
            case "close":
                client.Close();
                break;
            case "reset":
                client.Reset();
                break;
            default:
                client.Send(RawMessages.Terminate());
                client.Close();
                break;
        }
    }
}
