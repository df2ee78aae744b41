using Pgmux.Core.Cancellation;
using Pgmux.Core.Pooling;
using Pgmux.Core.Tests.Servers;
using Pgmux.Testing.FakePostgres;
using Pgmux.Testing.Mux;
using Pgmux.Testing.Processes;

namespace Pgmux.Core.Tests.Pooling;

/// <summary>What servers see of pgmux when many clients, or one server, go at once.</summary>
[TestFixture]
internal sealed class ReconnectStormTests
{
    private const int Clients = 500;
    private const int Servers = 100;

    [TestCase(1)]
    [TestCase(2)]
    [Property("Row", "B194")]
    public void Clients_that_time_out_together_cause_a_bounded_number_of_logins_at_once(int loops)
    {
        using var mux = TestMux.Start(
            loops, ("default_pool_size", $"{Servers}"), ("max_client_conn", $"{Clients}"), ("query_timeout", "10"), ("query_wait_timeout", "9"));
        LetAllTimeOut(mux);
        var before = mux.Postgres.Logins;

        // They come back at once, and logins take their time.
        mux.IsLeftBroken = true;
        mux.Postgres.HoldsLogins = true;
        var back = Enumerable.Range(0, Clients).Select(_ => mux.BeginLogin()).ToArray();
        foreach (var client in back)
        {
            client.Send(RawMessages.Query("BEGIN"));
        }

        var most = 0;
        for (var finished = before; finished < before + Servers; finished++)
        {
            most = Math.Max(most, mux.Postgres.Logins - finished);
            mux.Postgres.Servers[finished].Greet();
        }

        Assert.That(most, Is.EqualTo(LoginThrottle.InFlightLimit));
        Assert.That(mux.Postgres.Logins - before, Is.EqualTo(Servers));
        Assert.That((mux.Counts.Active, mux.Counts.Waiting), Is.EqualTo((Servers, Clients - Servers)));
    }

    [Test, Property("Row", "B194")]
    public void The_pause_after_failures_survives_the_storm()
    {
        using var mux = TestMux.Start(
            ("default_pool_size", $"{Servers}"), ("max_client_conn", $"{Clients}"), ("query_timeout", "10"), ("server_login_retry", "15"), ("query_wait_timeout", "9"));
        LetAllTimeOut(mux);
        var before = mux.Postgres.Logins;
        mux.Postgres.Refusal = Replies.Fatal("53300", "sorry, too many clients already");
        for (var second = 0; second < 30; second++)
        {
            var back = Enumerable.Range(0, Servers).Select(_ => mux.BeginLogin()).ToArray();
            Array.ForEach(back, client => client.Send(RawMessages.Query("SELECT a")));
            mux.Advance(1);
            Array.ForEach(back, client => client.Close());
        }

        // 0.1, 0.3, 0.7, 1.5, 3.1, 6.3, 12.7 and 25.5 s after the first, and not one per client.
        Assert.That(mux.Postgres.Logins - before, Is.InRange(7, 10));
    }

    [TestCase("idle")]
    [TestCase("in use")]
    [Property("Row", "B195")]
    public void One_terminated_server_changes_nothing_for_its_pool(string what)
    {
        using var mux = TestMux.Start(("default_pool_size", "5"));
        var clients = Enumerable.Range(0, 5).Select(_ => mux.Login()).ToArray();
        foreach (var client in clients)
        {
            client.Query("BEGIN");
        }

        foreach (var client in clients.Skip(what == "idle" ? 0 : 1))
        {
            client.Query("COMMIT");
        }

        Assert.That(mux.Counts.Idle, Is.EqualTo(what == "idle" ? 5 : 4));
        var victim = mux.Postgres.Open.First(server => what == "idle" || server.Executed.Count == 1);
        victim.Terminate();
        Assert.That(mux.Counts.Servers, Is.EqualTo(4), "the others stay");
        if (what == "in use")
        {
            Assert.That(clients[0].Take(), Is.EqualTo("E(57P01 terminating connection due to administrator command) EOF"));
        }

        // No pause, no refusal: five at once again, the new one without delay.
        var next = Enumerable.Range(0, 5).Select(_ => mux.Login()).ToArray();
        Assert.That(next.Select(client => client.Query("BEGIN")), Is.All.EqualTo("C(BEGIN) Z(T)"));
        Assert.That(mux.Postgres.Logins, Is.EqualTo(6));
        Assert.That(clients.Skip(1).Append(next[0]).Select(client => client.IsClosed), Is.All.False);
    }

    private static void LetAllTimeOut(TestMux mux)
    {
        var clients = Enumerable.Range(0, Clients).Select(_ => mux.Login()).ToArray();
        foreach (var client in clients)
        {
            client.Send(RawMessages.Query("WAIT"));
        }

        mux.Advance(0.5);
        Assert.That(mux.Counts.Active, Is.EqualTo(Servers));
        mux.Advance(11);
        Assert.That(clients.Select(client => client.Take()), Is.All.EndsWith("query timeout) EOF").Or.EndsWith("query_timeout) EOF").Or.EndsWith("query_wait_timeout) EOF"));
        Assert.That(mux.Counts.Servers, Is.Zero);

        // Cancel requests are bounded as well: what is above the bound runs on at the server, unheard, to its end.
        var running = mux.Postgres.Open;
        Assert.That(running, Has.Count.EqualTo(Servers - CancelForwarder.InFlightLimit));
        mux.ReleaseWaiting();
    }
}
