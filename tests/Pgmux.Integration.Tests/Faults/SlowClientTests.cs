using Pgmux.Testing.Postgres;
using Pgmux.Testing.Processes;

namespace Pgmux.Integration.Tests.Faults;

/// <summary>Clients that do not read what they asked for.</summary>
[TestFixture(PostgresVersions.Newest), NonParallelizable]
internal sealed class SlowClientTests(int postgres) : PgmuxFixture(postgres)
{
    [Test, Property("Row", "B170"), Property("Row", "R06")]
    public async Task Clients_that_stop_reading_cost_little_and_slow_nobody_else()
    {
        const int Clients = 40;
        const long PerClient = 256 << 10;
        await StartAsync(("default_pool_size", "50"));
        await using var canary = await Canary.StartAsync(Pgmux, PostgresRole.Superuser.Name, "app");
        var slow = new List<RawClient>();
        for (var n = 0; n < Clients; n++)
        {
            slow.Add(await LoginAsync());
            await slow[n].ScalarAsync("SELECT 1");
        }

        var before = Pgmux.ReadCounters();
        foreach (var client in slow)
        {
            await client.SendAsync(RawMessages.Query("SELECT repeat('x', 100000) FROM generate_series(1, 200)"));
        }

        await Cluster.WaitForBackendsAsync("usename = 'app' AND wait_event = 'ClientWrite'", Clients);
        var after = Pgmux.ReadCounters();
        var bytes = (await slow[0].ReadToReadyAsync()).Where(message => message.Type == 'D').Sum(message => (long)message.Body.Length);
        foreach (var client in slow)
        {
            client.Reset();
        }

        await canary.StopAsync();
        using (Assert.EnterMultipleScope())
        {
            Assert.That((after.ResidentBytes - before.ResidentBytes) / Clients, Is.LessThan(PerClient));
            Assert.That(bytes, Is.EqualTo(200 * (100_000 + 6)));
        }

        await Cluster.WaitForBackendsAsync("usename = 'app' AND state = 'active'", 0);
    }

    [Test, Property("Row", "B172")]
    public async Task Memory_returns_after_large_messages()
    {
        const int Clients = 50;
        await StartAsync(("default_pool_size", "5"));
        var clients = new List<RawClient>();
        for (var n = 0; n < Clients; n++)
        {
            clients.Add(await LoginAsync());
        }

        await LargeQueryAsync(clients[0]);
        var before = Pgmux.ReadCounters().ResidentBytes;
        foreach (var client in clients)
        {
            await LargeQueryAsync(client);
        }

        var after = Pgmux.ReadCounters().ResidentBytes;
        foreach (var client in clients)
        {
            await client.DisposeAsync();
        }

        Assert.That(after - before, Is.LessThan(16 << 20));

        static async Task LargeQueryAsync(RawClient client) =>
            Assert.That(await client.ScalarAsync($"SELECT length('{new string('x', 2_000_000)}')"), Is.EqualTo("2000000"));
    }

    [Test, Property("Row", "B173"), Property("Row", "R07")]
    public async Task A_client_that_pipelines_without_reading_is_no_longer_read()
    {
        const int Syncs = 2_000_000;
        await StartAsync();
        await using var client = await LoginAsync();
        await client.ScalarAsync("SELECT 1");
        var before = Pgmux.ReadCounters().ResidentBytes;
        var sync = RawMessages.Sync();
        var all = new byte[Syncs * sync.Length];
        for (var n = 0; n < Syncs; n++)
        {
            sync.CopyTo(all, n * sync.Length);
        }

        var sending = client.SendAsync(all);
        // Every Sync is answered with six bytes that nobody takes. When nothing fits any more, nobody works any more.
        await Pgmux.WaitUntilRestingAsync();
        var after = Pgmux.ReadCounters().ResidentBytes;
        for (var n = 0; n < Syncs; n++)
        {
            await client.ReadToReadyAsync();
        }

        await sending;
        Assert.That(after - before, Is.LessThan(16 << 20));
    }
}
