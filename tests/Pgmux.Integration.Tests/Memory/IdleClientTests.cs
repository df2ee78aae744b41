using Pgmux.Testing.Processes;

namespace Pgmux.Integration.Tests.Memory;

/// <summary>Thousands of clients that are connected and say nothing.</summary>
[OnPostgres]
internal sealed class IdleClientTests(int postgres) : PgmuxFixture(postgres)
{
    private const int Clients = 8000;
    private const int BytesPerClient = 4096;

    /// <summary>The first ones pay for what the process needs once: compiled code, tables, the heap's first segments.</summary>
    private const int WarmUp = 500;

    [Test]
    public async Task Eight_thousand_idle_clients_cost_4_KiB_each_and_all_are_served()
    {
        await StartAsync(("max_client_conn", "9000"), ("default_pool_size", "10"));
        var crowd = new ClientCrowd(Pgmux.TcpEndPoint, "app", "app");
        try
        {
            await crowd.GrowAsync(WarmUp);
            await crowd.QueryAllAsync();
            var before = Pgmux.ReadCounters();
            await crowd.GrowAsync(Clients);
            var idle = Pgmux.ReadCounters();
            var answered = await crowd.QueryAllAsync();
            var after = Pgmux.ReadCounters();

            await TestContext.Out.WriteLineAsync(
                $"{(idle.ResidentBytes - before.ResidentBytes) / Clients} bytes per idle client, {(after.ResidentBytes - before.ResidentBytes) / Clients} after each has run a query, {idle.ResidentBytes >> 20} MiB in all");
            using (Assert.EnterMultipleScope())
            {
                Assert.That(idle.Descriptors - before.Descriptors, Is.EqualTo(Clients));
                Assert.That((idle.ResidentBytes - before.ResidentBytes) / Clients, Is.AtMost(BytesPerClient));
                Assert.That((after.ResidentBytes - before.ResidentBytes) / Clients, Is.AtMost(BytesPerClient));
                Assert.That(answered, Is.EqualTo(Clients + WarmUp));
            }
        }
        finally
        {
            crowd.Dispose();
        }

        await Eventually.HoldsAsync(() => Task.FromResult(Pgmux.ReadCounters().Descriptors < 100), "the descriptors are returned");
    }
}
