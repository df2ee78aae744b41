using System.Diagnostics;
using System.Globalization;
using Pgmux.Testing.Postgres;
using Pgmux.Testing.Processes;

namespace Pgmux.Integration.Tests.Faults;

/// <summary>Cancel requests with pgmux's own keys.</summary>
[OnPostgres]
internal sealed class CancelTests(int postgres) : PgmuxFixture(postgres)
{
    private const string LongQuery = "SELECT pg_sleep(600)";

    [SetUp]
    public Task StartWithOneServerAsync() => StartAsync(("default_pool_size", "1"));

    [Test, Property("Row", "X01")]
    public async Task A_cancel_stops_the_running_query_and_its_connection_closes_without_a_byte()
    {
        await using var client = await LoginAsync();
        await StartLongQueryAsync(client);

        var answer = await CancelAsync(client.CancelKey.ProcessId, client.CancelKey.Key);
        var messages = await client.ReadToReadyAsync();

        using (Assert.EnterMultipleScope())
        {
            Assert.That(answer, Is.Empty);
            Assert.That(messages[^2].SqlState, Is.EqualTo("57014"));
            Assert.That(messages[^2].Severity, Is.EqualTo("ERROR"));
            Assert.That(await client.ScalarAsync("SELECT 1"), Is.EqualTo("1"));
        }
    }

    [Test, Property("Row", "X01")]
    public async Task Ctrl_C_in_psql_stops_its_query()
    {
        using var psql = new ToolRunner(Pgmux).Start("psql", ["-X", "-c", LongQuery]);
        await Cluster.WaitForBackendsAsync($"state = 'active' AND query LIKE '{LongQuery}%'", 1);

        SignalSender.Send(psql.Id, UnixSignal.Interrupt);
        var error = await psql.StandardError.ReadToEndAsync();

        Assert.That(error, Does.Contain("canceling statement due to user request"));
        await Cluster.WaitForBackendsAsync($"state = 'active' AND query LIKE '{LongQuery}%'", 0);
    }

    [Test, Property("Row", "X02"), Property("Row", "B131")]
    public async Task A_cancel_with_a_wrong_key_does_nothing()
    {
        await using var client = await LoginAsync();
        await StartLongQueryAsync(client);
        var (processId, key) = client.CancelKey;
        var wrong = key.ToArray();
        wrong[^1] ^= 1;

        foreach (var (id, attempt) in new[]
        {
            (processId, wrong), (processId + 1, key), (processId, key[..2]), (processId, []), (processId, [.. key, .. new byte[300]]),
        })
        {
            Assert.That(await CancelAsync(id, attempt), Has.All.Property(nameof(RawMessage.Type)).EqualTo('E'), "at most an error comes back");
        }

        await Cluster.WaitForBackendsAsync($"state = 'active' AND query LIKE '{LongQuery}%'", 1);
        await CancelAsync(processId, key);
        Assert.That((await client.ReadToReadyAsync())[^2].SqlState, Is.EqualTo("57014"));
    }

    [Test, Property("Row", "X03"), Property("Row", "B75")]
    public async Task A_cancel_of_an_idle_client_reaches_nobody()
    {
        await using var idle = await LoginAsync();
        await idle.ScalarAsync("SELECT 1");
        await using var busy = await LoginAsync();
        await busy.SendAsync(RawMessages.Query("SELECT 'untouched' FROM pg_sleep(0.3)"));
        await Cluster.WaitForBackendsAsync("state = 'active' AND query LIKE '%untouched%'", 1);

        await CancelAsync(idle.CancelKey.ProcessId, idle.CancelKey.Key);
        var messages = await busy.ReadToReadyAsync();

        using (Assert.EnterMultipleScope())
        {
            Assert.That(string.Join(' ', messages), Is.EqualTo("T D C(SELECT 1) Z(I)"));
            // Had the cancel sent the idle client anything, it would stand before this answer.
            Assert.That(string.Join(' ', await idle.QueryAsync("SELECT 1")), Is.EqualTo("T D C(SELECT 1) Z(I)"));
        }
    }

    [Test, Property("Row", "X04"), Property("Row", "B127")]
    public async Task A_cancelled_client_leaves_the_queue_and_its_query_never_runs()
    {
        await using var console = await ConsoleAsync();
        await Cluster.ExecuteAsync("DROP TABLE IF EXISTS x04; CREATE TABLE x04 (n int); GRANT ALL ON x04 TO app");
        await using var holder = await LoginAsync();
        await holder.QueryAsync("BEGIN");
        await using var waiting = await LoginAsync();
        await waiting.SendAsync(RawMessages.Query("INSERT INTO x04 VALUES (1)"));
        await console.WaitForPoolAsync("app", "app", "cl_waiting", 1);

        await CancelAsync(waiting.CancelKey.ProcessId, waiting.CancelKey.Key);
        var error = await waiting.ReadAsync();
        await console.WaitForPoolAsync("app", "app", "cl_waiting", 0);
        await holder.QueryAsync("COMMIT");

        using (Assert.EnterMultipleScope())
        {
            Assert.That(error!.SqlState, Is.EqualTo("57014"), error.ToString());
            Assert.That(await holder.ScalarAsync("SELECT count(*) FROM x04"), Is.EqualTo("0"));
        }
    }

    [Test, Property("Row", "X05"), Property("Row", "B120")]
    public async Task A_cancel_never_hits_another_clients_query()
    {
        const int Rounds = 1500;
        await using var victim = await LoginAsync();
        await using var innocent = await LoginAsync();
        var random = new Random(120);
        var isOver = false;
        var served = 0;
        var innocentQueries = Task.Run(async () =>
        {
            while (!Volatile.Read(ref isOver))
            {
                var nonce = $"innocent {served}";
                Assert.That(await innocent.ScalarAsync($"SELECT '{nonce}'"), Is.EqualTo(nonce));
                served++;
            }
        });

        var outcomes = new Dictionary<string, int>();
        for (var round = 0; round < Rounds || Volatile.Read(ref served) < Rounds / 2; round++)
        {
            // Queries of 0 to 2 ms, cancelled after 0 to 2 ms: some while they wait, some while they run, some when they are over.
            await victim.SendAsync(RawMessages.Query(string.Create(CultureInfo.InvariantCulture, $"SELECT pg_sleep({random.NextDouble() * 0.002:F5})")));
            Spin(TimeSpan.FromMilliseconds(random.NextDouble() * 2));
            var cancel = CancelAsync(victim.CancelKey.ProcessId, victim.CancelKey.Key);
            var messages = await victim.ReadToReadyAsync();
            var outcome = messages.FirstOrDefault(message => message.Type == 'E')?.SqlState ?? "00000";
            outcomes[outcome] = outcomes.GetValueOrDefault(outcome) + 1;
            await cancel;
        }

        Volatile.Write(ref isOver, true);
        await innocentQueries;
        await TestContext.Out.WriteLineAsync($"{string.Join(", ", outcomes)}; {served} innocent queries");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(outcomes.Keys, Is.SubsetOf(new[] { "00000", "57014" }));
            Assert.That(outcomes.GetValueOrDefault("57014"), Is.GreaterThan(0));
            Assert.That(outcomes.GetValueOrDefault("00000"), Is.GreaterThan(0));
        }
    }

    [Test, Property("Row", "B125")]
    public async Task A_storm_of_cancels_leaves_no_client_behind()
    {
        await using var console = await ConsoleAsync();
        await using var canary = await Canary.StartAsync(Pgmux, PostgresRole.Superuser.Name, "app");
        await using var client = await LoginAsync();
        await client.ScalarAsync("SELECT 1");
        var before = await console.CountAsync();

        await Parallel.ForAsync(0, 1000, new ParallelOptions { MaxDegreeOfParallelism = 50 }, async (_, _) =>
            await CancelAsync(client.CancelKey.ProcessId, client.CancelKey.Key));

        await Eventually.HoldsAsync(async () => (await console.CountAsync()).Clients == before.Clients, "only the clients from before are left");
        Assert.That(await client.ScalarAsync("SELECT 'alive'"), Is.EqualTo("alive"));
    }

    [Test, Property("Row", "X11")]
    public async Task A_cancel_over_the_Unix_socket_works()
    {
        await using var client = await LoginAsync();
        await StartLongQueryAsync(client);

        await using (var cancel = await RawClient.ConnectAsync(Pgmux.UnixEndPoint))
        {
            await cancel.SendAsync(RawMessages.CancelRequest(client.CancelKey.ProcessId, client.CancelKey.Key));
            await cancel.ReadToEndAsync();
        }

        Assert.That((await client.ReadToReadyAsync())[^2].SqlState, Is.EqualTo("57014"));
    }

    /// <summary>Lets a time pass that is too short for any timer.</summary>
    private static void Spin(TimeSpan time)
    {
        var began = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(began) < time)
        {
            Thread.SpinWait(50);
        }
    }

    private async Task StartLongQueryAsync(RawClient client)
    {
        await client.SendAsync(RawMessages.Query(LongQuery));
        await Cluster.WaitForBackendsAsync($"state = 'active' AND query LIKE '{LongQuery}%'", 1);
    }

    /// <summary>Sends a cancel request and waits until pgmux has closed its connection; returns what it said.</summary>
    private async Task<IReadOnlyList<RawMessage>> CancelAsync(int processId, byte[] key)
    {
        await using var cancel = await RawClient.ConnectAsync(Pgmux.TcpEndPoint);
        await cancel.TrySendAsync(RawMessages.CancelRequest(processId, key));
        return await cancel.ReadToEndAsync();
    }
}
