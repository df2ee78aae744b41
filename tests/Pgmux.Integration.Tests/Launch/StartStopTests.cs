using System.Globalization;
using System.Net.Sockets;
using Pgmux.Testing.Postgres;
using Pgmux.Testing.Processes;

namespace Pgmux.Integration.Tests.Launch;

/// <summary>Starts and ends, under load and without a server.</summary>
[TestFixture(PostgresVersions.Newest)]
internal sealed class StartStopTests(int postgres) : PgmuxFixture(postgres)
{
    /// <summary>The ways to end, by turns. SIGTERM waits for clients, so it is sent twice.</summary>
    private static readonly UnixSignal[][] Ends = [[UnixSignal.Quit], [UnixSignal.Interrupt], [UnixSignal.Terminate, UnixSignal.Terminate]];

    /// <summary>PGMUX_CYCLES makes it longer.</summary>
    [Test, Property("Row", "B220")]
    public async Task Every_end_under_load_comes_in_time_and_with_code_0()
    {
        const int Workers = 6;
        var cycles = int.Parse(Environment.GetEnvironmentVariable("PGMUX_CYCLES") ?? "6", CultureInfo.InvariantCulture);

        // Its own: all backends of the user are counted, and none may be left from what ran in the worker's cluster before.
        await using var cluster = await PostgresCluster.StartAsync(Cluster.Major);
        await StartFreshAsync(PgmuxSettings.For(cluster, ("default_pool_size", "3")));
        for (var cycle = 0; cycle < cycles; cycle++)
        {
            if (cycle > 0)
            {
                await Pgmux.StartAgainAsync();
            }

            using var served = new CountdownEvent(Workers);
            using var ending = new CancellationTokenSource();
            var load = Task.WhenAll(Enumerable.Range(0, Workers).Select(worker => WorkToTheEndAsync(worker, served, ending.Token)));
            await Eventually.HoldsAsync(() => Task.FromResult(served.IsSet), "every worker has been served");
            await ending.CancelAsync();
            foreach (var signal in Ends[cycle % Ends.Length])
            {
                Pgmux.Signal(signal);
            }

            Assert.That(await Pgmux.WaitForExitAsync(), Is.Zero, $"cycle {cycle}");
            await load;
        }

        await cluster.WaitForBackendsAsync("usename = 'app'", 0);
    }

    [TestCase(UnixSignal.Quit)]
    [TestCase(UnixSignal.Interrupt)]
    [Property("Row", "B219")]
    public async Task What_still_runs_at_the_end_is_cancelled_on_the_server(UnixSignal signal)
    {
        await StartFreshAsync(PgmuxSettings.For(Cluster));
        await using var client = await LoginAsync();
        await client.SendAsync(RawMessages.Query("SELECT pg_sleep(600)"));
        await Cluster.WaitForBackendsAsync("state = 'active' AND query LIKE 'SELECT pg_sleep(600)%'", 1);

        Pgmux.Signal(signal);
        await Pgmux.WaitForLogAsync("shutting down");
        if (signal != UnixSignal.Quit)
        {
            Pgmux.Signal(signal);
        }

        var status = await Pgmux.WaitForExitAsync();

        Assert.That(status, Is.Zero);
        await Cluster.WaitForBackendsAsync("query LIKE 'SELECT pg_sleep(600)%' AND state = 'active'", 0);
    }

    [Test, Property("Row", "Z14")]
    public async Task Started_while_PostgreSQL_is_down_it_listens_and_serves_when_that_is_there()
    {
        await using var cluster = await PostgresCluster.StartAsync(Cluster.Major);
        await cluster.StopAsync();
        await StartFreshAsync(PgmuxSettings.For(cluster, ("server_login_retry", "1")));
        await using var console = await ConsoleAsync();
        await using var early = await RawClient.ConnectAsync(Pgmux.TcpEndPoint);
        await early.SendAsync(RawMessages.Startup(("user", "app"), ("database", "app")), RawMessages.Query("SELECT 'waited'"));
        await Pgmux.WaitForLogAsync("Connection refused");
        await console.WaitForPoolAsync("app", "app", "cl_waiting", 1);

        await cluster.StartAsync();
        await early.FinishLoginAsync();

        Assert.That(string.Join(' ', await early.ReadToReadyAsync()), Is.EqualTo("T D C(SELECT 1) Z(I)"));
    }

    /// <summary>Logs in, asks and leaves until pgmux ends; whoever it serves gets its own answer, and only the end may cut it off.</summary>
    private async Task WorkToTheEndAsync(int worker, CountdownEvent served, CancellationToken ending)
    {
        for (var turn = 0; ; turn++)
        {
            try
            {
                await using var client = await LoginAsync();
                var nonce = $"{worker} {turn}";
                Assert.That(await client.ScalarAsync($"SELECT '{nonce}' FROM pg_sleep(0.001)"), Is.EqualTo(nonce));
                if (turn == 0)
                {
                    served.Signal();
                }
            }
            catch (Exception e) when (e is SocketException or InvalidOperationException && ending.IsCancellationRequested)
            {
                return;
            }
        }
    }
}
