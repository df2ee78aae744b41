using Pgmux.Testing.Mux;
using Pgmux.Testing.Processes;

namespace Pgmux.Core.Tests.Pooling;

/// <summary>Who gets which server, for how long, and in which order.</summary>
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
