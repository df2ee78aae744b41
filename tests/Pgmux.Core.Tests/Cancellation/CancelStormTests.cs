using Pgmux.Testing.Mux;
using Pgmux.Testing.Processes;

namespace Pgmux.Core.Tests.Cancellation;

/// <summary>Many clients that cancel all the time.</summary>
[TestFixture]
internal sealed class CancelStormTests
{
    private const string Cancelled = "E(57014 canceling statement due to user request) Z(I)";

    // Each answer carries what its client has asked for last, whoever is cancelled meanwhile and whenever the request arrives.
    [Test, Property("Row", "B74")]
    public void No_answer_is_that_of_an_earlier_query_while_others_are_cancelled([Range(1, 5)] int seed)
    {
        const int Clients = 8;
        using var mux = TestMux.StartSliced(seed, ("default_pool_size", "2"));
        var random = new Random(seed);
        var clients = Enumerable.Range(0, Clients).Select(_ => mux.Login()).ToArray();
        Array.ForEach(clients, client => client.Take());
        for (var step = 0; step < 150; step++)
        {
            mux.Postgres.HoldsCancels = random.Next(2) == 0;
            for (var i = 0; i < Clients; i++)
            {
                clients[i].Write(RawMessages.Query($"SELECT {i}.{step}"));
            }

            // Some arrive before the query, some while it waits for a server, some when it is over.
            for (var cancels = random.Next(4); cancels > 0; cancels--)
            {
                mux.Cancel(clients[random.Next(Clients)]).Close();
            }

            mux.Network.RunUntilIdle();
            foreach (var cancel in mux.Postgres.Cancels.Where(cancel => !cancel.IsDone).ToArray())
            {
                cancel.Deliver();
            }

            mux.Network.RunUntilIdle();
            for (var i = 0; i < Clients; i++)
            {
                Assert.That(clients[i].Take(), Is.EqualTo($"T D({i}.{step}) C(SELECT 1) Z(I)").Or.EqualTo(Cancelled), $"client {i} at step {step}");
            }
        }
    }

    [Test, Property("Row", "B124"), Property("Row", "B125")]
    public void A_storm_of_cancels_leaves_the_count_of_clients_right()
    {
        const int Workers = 40;
        const int Rounds = 100;
        const int Limit = 60;
        using var mux = TestMux.Start(loops: 2, ("default_pool_size", $"{Workers}"), ("max_client_conn", $"{Limit + Workers}"));
        var workers = Enumerable.Range(0, Workers).Select(_ => mux.Login()).ToArray();
        Array.ForEach(workers, worker => worker.Take());
        for (var round = 0; round < Rounds; round++)
        {
            foreach (var worker in workers)
            {
                worker.Write(RawMessages.Query("WAIT"));
            }

            mux.Advance(0.02);
            foreach (var worker in workers)
            {
                mux.Cancel(worker);
            }

            Assert.That(workers.Select(worker => worker.Take()), Is.All.EqualTo(Cancelled), $"round {round}");
        }

        Assert.That(mux.Mux.Clients.ClientCount, Is.EqualTo(Workers), "no cancel request counts any more");
        var logins = Enumerable.Range(0, Limit + 1).Select(_ => mux.BeginLogin().Take()).ToArray();
        Assert.That(logins.Count(trace => trace.EndsWith("Z(I)", StringComparison.Ordinal)), Is.EqualTo(Limit));
        Assert.That(logins[^1], Is.EqualTo("E(53300 no more connections allowed (max_client_conn)) EOF"));
    }
}
