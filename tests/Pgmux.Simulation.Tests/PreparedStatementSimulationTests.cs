using System.Globalization;
using Pgmux.Simulation.Tests.Drivers;
using Pgmux.Testing.Mux;

namespace Pgmux.Simulation.Tests;

/// <summary>
/// Clients with prepared statements on fewer servers, two loops, every event in an order that a seed decides and every receive cut by
/// it. Each client must get what a PostgreSQL of its own would answer, message by message. A failing seed replays exactly;
/// PGMUX_SIMULATION_SEEDS sets how many are tried.
/// </summary>
[TestFixture]
internal sealed class PreparedStatementSimulationTests
{
    private const int Rounds = 60;

    public static IEnumerable<int> Seeds { get; } = Enumerable.Range(
        1, int.Parse(Environment.GetEnvironmentVariable("PGMUX_SIMULATION_SEEDS") ?? "100", CultureInfo.InvariantCulture));

    [TestCaseSource(nameof(Seeds))]
    [Property("Row", "B60"), Property("Row", "B64"), Property("Row", "B96"), Property("Row", "E13"), Property("Row", "E14"), Property("Row", "E17")]
    [Property("Row", "E24")]
    public void Every_client_gets_what_its_own_PostgreSQL_would_answer(int seed)
    {
        var random = new Random(seed);
        using var mux = Start(seed, random, [1, 3, 200], out var run);
        var sessions = Sessions(mux, random);
        for (var round = 0; round < Rounds; round++)
        {
            var session = sessions[random.Next(sessions.Count)];
            session.Say(session.Shapes.Next());
            session.Write(isWhole: random.Next(3) > 0);
            Settle(mux, random);
        }

        End(mux, sessions, run);
    }

    [TestCaseSource(nameof(Seeds))]
    [Property("Row", "B95"), Property("Row", "E13")]
    public void Clients_that_vanish_leave_their_statements_to_nobody(int seed)
    {
        var random = new Random(seed);
        using var mux = Start(seed, random, [1, 3, 200], out var run);
        var sessions = Sessions(mux, random);
        for (var round = 0; round < Rounds; round++)
        {
            var chosen = random.Next(sessions.Count);
            sessions[chosen].Say(sessions[chosen].Shapes.Next());
            if (random.Next(5) == 0)
            {
                sessions[chosen].Vanish();
                sessions[chosen] = new DriverSession(mux.Login(), $"r{round}", random);
            }
            else
            {
                sessions[chosen].Write(isWhole: random.Next(3) > 0);
            }

            Settle(mux, random);
        }

        End(mux, sessions, run);
    }

    [TestCaseSource(nameof(Seeds))]
    [Property("Row", "B105"), Property("Row", "E16")]
    public void Plans_that_go_stale_and_statements_that_get_lost_show_to_nobody_outside_of_transactions(int seed)
    {
        var random = new Random(seed);
        using var mux = Start(seed, random, [1, 3, 200], out var run);
        var sessions = Sessions(mux, random);
        for (var round = 0; round < Rounds; round++)
        {
            // Each waits for its answer: a cycle is run again when it has none behind it.
            var asking = sessions.Where(_ => random.Next(2) == 0).ToList();
            foreach (var session in asking)
            {
                session.Say(session.Shapes.NextRepeatable());
                session.Write(isWhole: true);
            }

            if (random.Next(2) == 0 && mux.Postgres.Open is { Count: > 0 } servers)
            {
                var server = servers[random.Next(servers.Count)];
                if (random.Next(2) == 0)
                {
                    server.MakeStale();
                }
                else
                {
                    server.ForgetStatements();
                }
            }

            mux.Network.RunUntilIdle();
            asking.ForEach(session => session.Check($"{run}, round {round}"));
        }

        End(mux, sessions, run);
    }

    [TestCaseSource(nameof(Seeds))]
    public void Without_statements_of_its_own_pgmux_passes_everything_on(int seed)
    {
        var random = new Random(seed);
        using var mux = Start(seed, random, [0], out var run);
        var sessions = Sessions(mux, random);
        for (var round = 0; round < Rounds; round++)
        {
            var session = sessions[random.Next(sessions.Count)];
            session.Say(session.Shapes.NextSelfContained());
            session.Write(isWhole: random.Next(3) > 0);
            Settle(mux, random);
        }

        End(mux, sessions, run);
    }

    private static TestMux Start(int seed, Random random, int[] cacheSizes, out string run)
    {
        var cache = cacheSizes[random.Next(cacheSizes.Length)];
        var servers = random.Next(1, 4);
        var shares = random.Next(2);
        run = $"seed {seed}, max_prepared_statements {cache}, {servers} servers, share_unnamed_statements {shares}";
        return TestMux.StartSliced(
            seed,
            ("max_prepared_statements", cache.ToString(CultureInfo.InvariantCulture)),
            ("default_pool_size", servers.ToString(CultureInfo.InvariantCulture)),
            ("share_unnamed_statements", shares.ToString(CultureInfo.InvariantCulture)));
    }

    private static List<DriverSession> Sessions(TestMux mux, Random random) =>
        [.. Enumerable.Range(0, random.Next(4, 9)).Select(n => new DriverSession(mux.Login(), $"c{n}", random))];

    private static void Settle(TestMux mux, Random random)
    {
        if (random.Next(4) == 0)
        {
            mux.Network.RunUntilIdle();
        }
    }

    private static void End(TestMux mux, List<DriverSession> sessions, string run)
    {
        sessions.ForEach(session => session.Finish());
        mux.Network.RunUntilIdle();
        sessions.ForEach(session => session.Check(run));
    }
}
