using Pgmux.Core.Tests.Servers;
using Pgmux.Testing.Mux;
using Pgmux.Testing.Processes;

namespace Pgmux.Core.Tests.Hosting;

/// <summary>
/// Counts and counters against what the fakes on both sides have seen, in seeded runs with two loops, four pools and receives in random
/// pieces.
/// </summary>
[TestFixture]
internal sealed class ConservationTests
{
    private const int Steps = 150;
    private const int PoolSize = 2;

    private static readonly (string Database, string User)[] Pools = [("db", "alice"), ("db", "bob"), ("other", "alice"), ("other", "bob")];

    [Test, Property("Row", "B149"), Property("Row", "I6")]
    [Property("Text", "T23")]
    public void Counts_are_conserved_at_every_step_whoever_dies([Range(1, 12)] int seed)
    {
        using var mux = Start(seed);
        var random = new Random(seed);
        var clients = new List<FakeClient>();
        for (var step = 0; step < Steps; step++)
        {
            Act(mux, random, clients);
            CheckCounts(mux);
        }

        clients.ForEach(client => client.Close());
        mux.ReleaseWaiting();
        mux.Advance(1);
        CheckCounts(mux);
        Assert.That(mux.Mux.Pools.All.Sum(pool => pool.Count().Active + pool.Count().Waiting), Is.Zero);
    }

    [Test, Property("Row", "B151")]
    [Property("Text", "T23")]
    public void Counters_of_the_console_equal_those_of_a_model([Range(1, 8)] int seed)
    {
        using var mux = Start(seed);
        var random = new Random(seed);
        var models = Pools.Select(pool => new ClientModel(mux.Login(pool.User, pool.Database), pool.Database)).ToArray();
        for (var step = 0; step < Steps; step++)
        {
            models[random.Next(models.Length)].Act(random);
        }

        foreach (var database in models.GroupBy(model => model.Database))
        {
            var row = mux.Show("STATS_TOTALS").Single(row => row["database"] == database.Key);
            Assert.Multiple(() =>
            {
                foreach (var (column, value) in Sum(database))
                {
                    Assert.That(row[column], Is.EqualTo($"{value}"), $"{column} of {database.Key}");
                }
            });
        }

        Assert.That(mux.Show("STATS_TOTALS").Sum(row => long.Parse(row["server_parse_count"])), Is.EqualTo(mux.Postgres.ParseCount));
        CheckTables(mux, models);
    }

    [Test, Property("Row", "B151")]
    public void Times_are_those_that_have_passed()
    {
        using var mux = TestMux.Start(("stats_users", ConsoleRows.User), ("default_pool_size", "1"), ("stats_period", "1000"));
        var (first, second) = (mux.Login(), mux.Login());
        first.Query("BEGIN");
        mux.Advance(2);
        first.Send(RawMessages.Query("WAIT"));
        second.Send(RawMessages.Query("SELECT b"));
        mux.Advance(3);
        Assert.That(mux.Show("POOLS").Single(row => row["user"] == "alice")["maxwait"], Is.EqualTo("3"));
        mux.Postgres.Single.Release();
        mux.Advance(1);
        first.Query("COMMIT");
        var row = mux.Show("STATS_TOTALS").Single(row => row["database"] == "db");
        Assert.That(row["query_time"], Is.EqualTo("3000000"));
        Assert.That(row["xact_time"], Is.EqualTo("6000000"));
        Assert.That(row["wait_time"], Is.EqualTo("4000000"));
        Assert.That((row["query_count"], row["xact_count"], row["server_assignment_count"]), Is.EqualTo(("4", "2", "2")));
    }

    private static TestMux Start(int seed) => TestMux.StartSliced(
        seed,
        TestMux.SettingsOf(("stats_users", ConsoleRows.User), ("default_pool_size", $"{PoolSize}"), ("max_db_connections", "3")) with
        {
            Databases = new Dictionary<string, string> { ["db"] = "host=127.0.0.1 port=5432", ["other"] = "host=127.0.0.1 port=5432" },
        });

    private static void Act(TestMux mux, Random random, List<FakeClient> clients)
    {
        clients.RemoveAll(client => client.IsClosed);
        var client = clients.Count == 0 ? null : clients[random.Next(clients.Count)];
        switch (random.Next(16))
        {
            case <= 2 when clients.Count < 20:
                var (database, user) = Pools[random.Next(Pools.Length)];
                clients.Add(mux.BeginLogin(user, database));
                break;
            case 3:
                client?.Close();
                break;
            case 4:
                client?.Reset();
                break;
            case 5:
                client?.Send(RawMessages.Query("WAIT")[..7]);
                client?.Reset();
                break;
            case 6 when client is not null:
                mux.Cancel(client);
                break;
            case 7 when mux.Postgres.Open is { Count: > 0 } open:
                open[random.Next(open.Count)].Reset();
                break;
            case 8 when mux.Postgres.Open is { Count: > 0 } open:
                open[random.Next(open.Count)].Terminate();
                break;
            case 9:
                mux.ReleaseWaiting();
                break;
            case 10:
                mux.Advance(random.NextDouble());
                break;
            case 11:
                client?.Send(RawMessages.Parse("SELECT p"), RawMessages.Bind(), RawMessages.Execute());
                break;
            default:
                client?.Send(RawMessages.Query(random.GetItems(["BEGIN", "COMMIT", "SELECT a", "FAIL", "WAIT"], 1)[0]));
                break;
        }
    }

    private static void CheckCounts(TestMux mux)
    {
        var ledger = mux.Mux.Pools.Environment.Ledger;
        Assert.Multiple(() =>
        {
            foreach (var pool in mux.Mux.Pools.All)
            {
                var counts = pool.Count();
                Assert.That(counts.Servers, Is.EqualTo(pool.Servers.Count), "each server is in one state");
                Assert.That(counts.Servers, Is.LessThanOrEqualTo(PoolSize));
                Assert.That(
                    counts.Waiting,
                    Is.EqualTo(mux.Mux.Clients.Registries.Sum(registry => registry.Clients.Count(client => client.Pool == pool && IsWaiting(client)))),
                    "waiters are clients that wait");
            }

            foreach (var pools in mux.Mux.Pools.All.GroupBy(pool => pool.Key.Database))
            {
                Assert.That(pools.Sum(pool => pool.Servers.Count), Is.EqualTo(ledger.OfDatabase(pools.Key)).And.LessThanOrEqualTo(3));
            }

            Assert.That(mux.Mux.Clients.Registries.Sum(registry => registry.Clients.Count), Is.EqualTo(mux.Mux.Clients.ClientCount));
            var leased = mux.Mux.Pools.All.SelectMany(pool => pool.Servers).Select(server => server.Lessee).OfType<object>().ToArray();
            var holding = mux.Mux.Clients.Registries.SelectMany(registry => registry.Clients).Where(client => client.Server is not null).ToArray();
            Assert.That(leased, Is.Unique.And.EquivalentTo(holding), "who holds a server is held by it");
        });
    }

    private static bool IsWaiting(Core.Clients.ClientConnection client) =>
        client.State == Core.Clients.ClientState.Waiting || (client.State == Core.Clients.ClientState.LoggingIn && client.Pool is not null);

    private static IEnumerable<(string Column, long Value)> Sum(IEnumerable<ClientModel> models)
    {
        var all = models.ToArray();
        return
        [
            ("server_assignment_count", all.Sum(model => model.Assignments)),
            ("xact_count", all.Sum(model => model.Transactions)),
            ("query_count", all.Sum(model => model.Queries)),
            ("bytes_received", all.Sum(model => model.BytesSent)),
            ("bytes_sent", all.Sum(model => model.BytesReceived)),
            ("client_parse_count", all.Sum(model => model.Parses)),
            ("bind_count", all.Sum(model => model.Binds)),
        ];
    }

    // Four clients that wait for nothing, one of each pool, and the console's own.
    private static void CheckTables(TestMux mux, ClientModel[] models)
    {
        var pools = mux.Show("POOLS");
        foreach (var (database, user) in Pools)
        {
            var row = pools.Single(row => row["database"] == database && row["user"] == user);
            var atServer = mux.Postgres.Open.Where(
                server => server.Startup.Contains(("user", user)) && server.Startup.Contains(("database", database))).ToArray();
            var inTransaction = models[Array.IndexOf(Pools, (database, user))].IsInTransaction ? 1 : 0;
            Assert.That((row["cl_active"], row["cl_waiting"]), Is.EqualTo(("1", "0")));
            Assert.That((row["sv_active"], row["sv_idle"]), Is.EqualTo(($"{inTransaction}", $"{atServer.Length - inTransaction}")));
        }

        var lists = mux.Show("LISTS").ToDictionary(row => row["list"], row => row["items"]);
        Assert.That((lists["used_clients"], lists["used_servers"]), Is.EqualTo(($"{Pools.Length + 1}", $"{mux.Postgres.Open.Count}")));
    }
}
