using Pgmux.Testing.Processes;

namespace Pgmux.Integration.Tests.Clients;

[OnPostgres]
internal sealed class PgbenchTests(int postgres) : PgmuxFixture(postgres)
{
    [TestCase("simple")]
    [TestCase("extended")]
    public async Task Sixty_four_clients_share_four_servers_without_an_error(string protocol)
    {
        await StartAsync(("default_pool_size", "4"));
        var pgbench = new ToolRunner(Pgmux);

        var filled = await pgbench.PgbenchAsync("-i", "-s", "1", "-q");
        var run = await pgbench.PgbenchAsync("-n", "-M", protocol, "-c", "64", "-j", "2", "-t", "50");
        var servers = await Cluster.QueryAsync<long>("SELECT count(*) FROM pg_stat_activity WHERE usename = 'app' AND backend_type = 'client backend'");

        using (Assert.EnterMultipleScope())
        {
            Assert.That(filled.ExitCode, Is.Zero, filled.ToString());
            Assert.That(run.ExitCode, Is.Zero, run.ToString());
            Assert.That(run.Output, Does.Contain("number of transactions actually processed: 3200/3200"));
            Assert.That(run.Output, Does.Contain("number of failed transactions: 0"));
            Assert.That(servers, Is.LessThanOrEqualTo(4));
        }
    }
}
