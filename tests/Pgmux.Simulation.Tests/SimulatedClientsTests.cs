using System.Globalization;
using Pgmux.Simulation.Tests.Drivers;
using Pgmux.Testing.Mux;

namespace Pgmux.Simulation.Tests;

/// <summary>
/// Clients of all temperaments, in the shapes of real drivers, on fewer servers and two loops. Nothing but the clients themselves goes
/// wrong: each gets what a PostgreSQL of its own would answer, and is settled at the end. A failing seed replays exactly;
/// PGMUX_SIMULATION_SEEDS sets how many are tried.
/// </summary>
[TestFixture]
internal sealed class SimulatedClientsTests
{
    private const int Steps = 400;

    // Far more than the statements that sleep in the pipelines of all clients.
    private const int MostEndRounds = 200;

    // Less than pgmux's own times for anything, more than most statements sleep.
    private static readonly TimeSpan MostAdvance = TimeSpan.FromSeconds(1);

    public static IEnumerable<int> Seeds { get; } = Enumerable.Range(
        1, int.Parse(Environment.GetEnvironmentVariable("PGMUX_SIMULATION_SEEDS") ?? "100", CultureInfo.InvariantCulture));

    [TestCaseSource(nameof(Seeds))]
    [Property("Row", "B60"), Property("Row", "B61"), Property("Row", "B62"), Property("Row", "B63"), Property("Row", "B64"), Property("Row", "B66")]
    [Property("Row", "B69"), Property("Row", "B78"), Property("Row", "B110"), Property("Row", "B112"), Property("Row", "B162")]
    public void Clients_of_all_temperaments_hear_what_they_are_owed_and_nothing_else(int seed)
    {
        var random = new Random(seed);
        var cache = random.Next(4) switch { 0 => 0, 1 => 1, 2 => 3, _ => 200 };
        using var mux = TestMux.StartSliced(
            seed,
            ("max_prepared_statements", cache.ToString(CultureInfo.InvariantCulture)),
            ("default_pool_size", random.Next(1, 4).ToString(CultureInfo.InvariantCulture)));
        var cast = new ClientCast(hasStatements: cache > 0);
        List<ISimulatedActor> clients =
        [
            .. Enumerable.Range(0, random.Next(4, 9)).Select(_ => new SimulatedClient(mux, cast, Temperament.Any(random), new ClientIdentity())),
            new RogueClient(mux, cast),
        ];
        for (var step = 0; step < Steps; step++)
        {
            clients[random.Next(clients.Count)].Step(random);
            for (var turns = random.Next(4); turns > 0 && mux.Network.Step(); turns--)
            {
            }

            if (random.Next(8) == 0)
            {
                mux.Network.AdvanceToNext(MostAdvance);
            }
        }

        clients.ForEach(client => client.Finish(random));
        for (var round = 0; round < MostEndRounds && !clients.TrueForAll(client => client.IsSettled); round++)
        {
            mux.Advance(MostAdvance);
            clients.ForEach(client => client.Observe());
        }

        using (Assert.EnterMultipleScope())
        {
            Assert.That(clients.SelectMany(client => client.Violations), Is.Empty, $"seed {seed}, max_prepared_statements {cache}");
            Assert.That(clients.Where(client => !client.IsSettled), Is.Empty, $"seed {seed}: not settled");
            Assert.That(
                mux.Postgres.Servers.SelectMany(server => server.Received).Select(message => cast.FindOutsider(message.Body)),
                Is.All.Null,
                $"seed {seed}: a server was sent something of an outsider");
            Assert.That(
                clients.OfType<SimulatedClient>().SelectMany(client => client.Acknowledged).Where(row => mux.Postgres.Database.Ledger.CountOf(row) != 1),
                Is.Empty,
                $"seed {seed}: acknowledged rows that are not there once");
        }
    }
}
