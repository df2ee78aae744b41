using Pgmux.Testing.Processes;

namespace Pgmux.Integration.Tests.Faults;

/// <summary>What connections cost that have said nothing yet. A fixture of its own, because it measures small numbers.</summary>
[TestFixture(PostgresVersions.Newest), NonParallelizable]
internal sealed class SilentConnectionTests(int postgres) : PgmuxFixture(postgres)
{
    [Test, Property("Row", "H02")]
    public async Task A_silent_connection_costs_less_than_2_KiB()
    {
        // So many that what the process takes for itself meanwhile, some 2 MB, is little for each.
        const int Connections = 10_000;
        await StartAsync(("max_client_conn", "12000"), ("client_login_timeout", "0"));
        var silent = new List<RawClient>();
        try
        {
            // The first thousand pays for tables that grow once.
            await AddAsync(1000);
            var before = Pgmux.ReadCounters();
            await AddAsync(Connections);

            // What accepting them has left behind goes back once the process is quiet.
            var cost = long.MaxValue;
            await Eventually.HoldsAsync(
                () => Task.FromResult((cost = (Pgmux.ReadCounters().ResidentBytes - before.ResidentBytes) / Connections) < 2048),
                "a silent connection costs less than 2 KiB");
            await TestContext.Out.WriteLineAsync($"{cost} bytes per silent connection");
        }
        finally
        {
            foreach (var client in silent)
            {
                await client.DisposeAsync();
            }
        }

        async Task AddAsync(int count)
        {
            var open = silent.Count + count;
            for (var n = 0; n < count; n++)
            {
                silent.Add(await RawClient.ConnectAsync(Pgmux.TcpEndPoint));
            }

            // Behind a login on the same listener all earlier connections have been accepted.
            await Eventually.HoldsAsync(() => Task.FromResult(Pgmux.ReadCounters().Descriptors >= open), "all connections are accepted");
        }
    }
}
