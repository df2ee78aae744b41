using Pgmux.Testing.Postgres;
using Pgmux.Testing.Processes;

namespace Pgmux.Integration.Tests.Faults;

/// <summary>pgmux itself gets no processor: stopped and continued, as a frozen container or a paused machine does to it.</summary>
[TestFixture(PostgresVersions.Newest)]
internal sealed class PausedProcessTests(int postgres) : PgmuxFixture(postgres)
{
    /// <summary>Longer than what idle servers may live in this test, shorter than what clients are allowed.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);

    [Test, Property("Row", "R09"), Property("Row", "Z12")]
    public async Task A_pause_of_five_seconds_costs_no_client_its_connection_nor_its_answer()
    {
        const int Clients = 40;
        await StartFreshAsync(PgmuxSettings.For(
            Cluster, ("default_pool_size", "5"), ("query_timeout", "30"), ("query_wait_timeout", "30"), ("client_idle_timeout", "60"), ("server_idle_timeout", "2")));
        await using var console = await ConsoleAsync();
        var clients = new List<RawClient>();
        for (var n = 0; n < Clients; n++)
        {
            clients.Add(await LoginAsync());
        }

        await using var busy = await LoginAsync();
        await busy.QueryAsync("BEGIN");
        var running = busy.ScalarAsync("SELECT 'ran while nobody listened' FROM pg_sleep(0.2)");
        await Cluster.WaitForBackendsAsync("query LIKE '%while nobody%'", 1);
        Pgmux.Signal(UnixSignal.Stop);
        // Asked of a process that does not run: queued by the kernel.
        var answers = clients.Select((client, n) => client.ScalarAsync($"SELECT 'client {n}'")).ToList();
        await using var newcomer = await RawClient.ConnectAsync(Pgmux.TcpEndPoint);
        await newcomer.SendAsync(RawMessages.Startup(("user", "app"), ("database", "app")), RawMessages.Query("SELECT 'new'"));
        // PostgreSQL's clock measures the pause.
        await Cluster.ExecuteAsync($"SELECT pg_sleep({Pause.TotalSeconds})");
        Pgmux.Signal(UnixSignal.Continue);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(await running, Is.EqualTo("ran while nobody listened"));
            Assert.That(string.Join(' ', await busy.QueryAsync("COMMIT")), Is.EqualTo("C(COMMIT) Z(I)"));
            Assert.That(await Task.WhenAll(answers), Is.EqualTo(Enumerable.Range(0, Clients).Select(n => $"client {n}")));
            Assert.That((await newcomer.ReadThroughAsync('D'))[^1].Columns()[0], Is.EqualTo("new"));
            Assert.That((await console.CountAsync()).Clients, Is.EqualTo(Clients + 2));
        }

        foreach (var client in clients)
        {
            await client.DisposeAsync();
        }
    }
}
