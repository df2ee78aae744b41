using Pgmux.Core.Tests.Servers;
using Pgmux.Testing.FakePostgres;
using Pgmux.Testing.Mux;
using Pgmux.Testing.Processes;

namespace Pgmux.Core.Tests.Pooling;

/// <summary>Clients that compete for servers of one pool, and pools beside it.</summary>
[TestFixture]
internal sealed class StarvationTests
{
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(10);

    [TestCase(1)]
    [TestCase(2)]
    [Property("Row", "P09")]
    public void A_pool_whose_servers_never_come_back_leaves_the_others_alone(int loops)
    {
        const int Waiting = 300;
        using var mux = TestMux.Start(loops, ("default_pool_size", "2"), ("query_wait_timeout", "30"));
        var stuck = Enumerable.Range(0, 2 + Waiting).Select(_ => mux.Login()).ToArray();
        foreach (var client in stuck)
        {
            client.Send(RawMessages.Query("WAIT"));
        }

        var canary = mux.Login("bob");
        var began = mux.Network.Time.GetTimestamp();
        for (var i = 0; i < 100; i++)
        {
            Assert.That(canary.Query($"SELECT b{i}"), Is.EqualTo($"T D(b{i}) C(SELECT 1) Z(I)"));
        }

        Assert.That(mux.Network.Time.GetTimestamp(), Is.EqualTo(began), "without any wait");
        var pool = mux.Mux.Pools.All.Single(pool => pool.Key.User == "alice");
        Assert.That((pool.Count().Waiting, pool.Count().Active), Is.EqualTo((Waiting, 2)));

        mux.Advance(31);
        Assert.That(stuck.Count(client => client.Take() == "E(53300 query_wait_timeout) EOF"), Is.EqualTo(Waiting));
        Assert.That(canary.Query("SELECT b"), Is.EqualTo("T D(b) C(SELECT 1) Z(I)"));
        mux.ReleaseWaiting();
    }

    [TestCase(1)]
    [TestCase(2)]
    [Property("Row", "P10")]
    public void Thousands_of_clients_share_few_servers_in_turn(int loops)
    {
        const int Clients = 2000;
        const int Servers = 20;
        const int Rounds = 5;
        using var mux = TestMux.Start(loops, ("default_pool_size", $"{Servers}"), ("max_client_conn", $"{Clients}"), ("query_wait_timeout", "0"));
        var waits = new List<double>();
        var served = new int[Clients];
        var askedAt = new long[Clients];
        var clients = Enumerable.Range(0, Clients).Select(_ => mux.Login()).ToArray();
        for (var i = 0; i < Clients; i++)
        {
            clients[i].Take();
            Ask(i);
        }

        // One transaction in a hundred takes fifty times as long as the others.
        var longTurn = 0;
        var held = new Dictionary<FakeServer, int>();
        for (var turn = 0; turn < Clients / Servers * Rounds; turn++)
        {
            mux.Network.Advance(Tick);
            foreach (var server in mux.Postgres.Open.Where(server => server.IsWaiting).ToArray())
            {
                held.TryAdd(server, longTurn++ % 100 == 0 ? 50 : 1);
                if (--held[server] == 0)
                {
                    held.Remove(server);
                    server.Release();
                }
            }

            for (var i = 0; i < Clients; i++)
            {
                if (clients[i].Replies.Count > 0)
                {
                    Assert.That(clients[i].Take(), Is.EqualTo("T D(waited) C(SELECT 1) Z(I)"));
                    waits.Add(mux.Network.Time.GetElapsedTime(askedAt[i]).TotalMilliseconds);
                    served[i]++;
                    Ask(i);
                }
            }
        }

        mux.ReleaseWaiting();
        waits.Sort();
        var jain = Math.Pow(served.Sum(), 2) / (Clients * served.Sum(count => (double)count * count));
        TestContext.Out.WriteLine($"Jain's index {jain:F4}, wait p50 {waits[waits.Count / 2]} ms, p99 {waits[waits.Count * 99 / 100]} ms, most {waits[^1]} ms");
        Assert.That(served.Max() - served.Min(), Is.LessThanOrEqualTo(1), "first come, first served");
        Assert.That(jain, Is.GreaterThan(0.9));
        Assert.That(waits[waits.Count * 99 / 100], Is.LessThanOrEqualTo(2 * waits[waits.Count / 2]), "p99 stays within twice p50");

        void Ask(int i)
        {
            askedAt[i] = mux.Network.Time.GetTimestamp();
            clients[i].Send(RawMessages.Query("WAIT"));
        }
    }

    [TestCase(1)]
    [TestCase(2)]
    [Property("Row", "P10")]
    public void Waiting_clients_are_served_in_the_order_of_their_coming(int loops)
    {
        const int Waiting = 1000;
        using var mux = TestMux.Start(loops, ("default_pool_size", "1"), ("max_client_conn", $"{Waiting + 1}"));
        var holder = mux.Login();
        holder.Query("BEGIN");
        var waiting = Enumerable.Range(0, Waiting).Select(_ => mux.Login()).ToArray();
        foreach (var client in waiting)
        {
            client.Take();

            // Longer than a waiter of a server's own loop may overtake another.
            mux.Network.Advance(TimeSpan.FromMilliseconds(2));
            client.Send(RawMessages.Query($"SELECT c{Array.IndexOf(waiting, client)}"));
        }

        holder.Query("COMMIT");
        Assert.That(mux.Postgres.Single.Executed.Skip(2), Is.EqualTo(Enumerable.Range(0, Waiting).Select(i => $"SELECT c{i}")));
        Assert.That(waiting.Select(client => client.Take()), Is.EqualTo(Enumerable.Range(0, Waiting).Select(i => $"T D(c{i}) C(SELECT 1) Z(I)")));
    }
}
