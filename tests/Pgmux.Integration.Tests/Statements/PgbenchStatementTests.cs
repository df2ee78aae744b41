using Pgmux.Testing.Processes;

namespace Pgmux.Integration.Tests.Statements;

/// <summary>pgbench's way of preparing: named statements once, or an unnamed one each time.</summary>
[OnPostgres]
internal sealed class PgbenchStatementTests(int postgres) : PgmuxFixture(postgres)
{
    // pgbench prepares with a call that blocks its thread. In transactions of several statements a thread with two clients could wait
    // for a server that its other client holds; so there each client has a thread of its own.
    [TestCase("prepared", "select-only", 2, false)]
    [TestCase("prepared", "tpcb-like", 64, false)]
    [TestCase("extended", "select-only", 2, true)]
    [TestCase("extended", "tpcb-like", 2, true)]
    [Property("Row", "E14"), Property("Row", "B103")]
    public async Task Sixty_four_clients_share_four_servers_without_an_error(string protocol, string script, int threads, bool sharesUnnamed)
    {
        await StartAsync(("default_pool_size", "4"), ("share_unnamed_statements", sharesUnnamed ? "1" : "0"));
        var pgbench = new ToolRunner(Pgmux);

        var filled = await pgbench.PgbenchAsync("-i", "-s", "1", "-q");
        var run = await pgbench.PgbenchAsync("-n", "-M", protocol, "-b", script, "-c", "64", "-j", $"{threads}", "-t", "30");

        using (Assert.EnterMultipleScope())
        {
            Assert.That(filled.ExitCode, Is.Zero, filled.ToString());
            Assert.That(run.ExitCode, Is.Zero, run.ToString());
            Assert.That(run.Output, Does.Contain("number of transactions actually processed: 1920/1920"));
            Assert.That(run.Output, Does.Contain("number of failed transactions: 0"));
        }
    }
}
