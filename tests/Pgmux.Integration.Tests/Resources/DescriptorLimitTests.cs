using Pgmux.Testing.Postgres;
using Pgmux.Testing.Processes;

namespace Pgmux.Integration.Tests.Resources;

/// <summary>No descriptor is left for another connection.</summary>
[TestFixture(PostgresVersions.Newest), NonParallelizable]
internal sealed class DescriptorLimitTests(int postgres) : PgmuxFixture(postgres)
{
    [Test, Property("Row", "B199"), Property("Row", "N08")]
    public async Task The_soft_limit_is_raised_to_the_hard_one_and_the_log_tells_it()
    {
        await StartFreshAsync(PgmuxSettings.For(Cluster), PgmuxLaunch.Limited("nofile=1024:20000"));

        Assert.That(await DescriptorLimit.ReadAsync(Pgmux.Id), Is.EqualTo((20000, 20000)));
        await Pgmux.WaitForLogAsync("kernel file descriptor limit: 20000 ");
    }

    [Test, Property("Row", "R02")]
    public async Task Without_a_descriptor_for_another_server_clients_wait_for_those_there_are()
    {
        await StartFreshAsync(PgmuxSettings.For(Cluster, ("default_pool_size", "5"), ("server_login_retry", "1")));
        await using var console = await ConsoleAsync();
        await using var canary = await Canary.StartAsync(Pgmux, PostgresRole.Superuser.Name, "app");
        await using var holder = await LoginAsync();
        await holder.QueryAsync("BEGIN");
        await using var waiting = await LoginAsync();
        var before = Pgmux.ReadCounters();
        await DescriptorLimit.CloseAsync(Pgmux.Id);

        await waiting.SendAsync(RawMessages.Query("SELECT 'served by the first'"));
        await Pgmux.WaitForLogAsync("(?i)too many open files");
        await console.WaitForPoolAsync("app", "app", "cl_waiting", 1);
        await holder.QueryAsync("COMMIT");
        var answer = await waiting.ReadToReadyAsync();
        var during = Pgmux.ReadCounters();

        await DescriptorLimit.OpenAsync(Pgmux.Id);
        await holder.QueryAsync("BEGIN");
        var beside = await waiting.ScalarAsync("SELECT 'served by another'");
        await canary.StopAsync();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(string.Join(' ', answer), Is.EqualTo("T D C(SELECT 1) Z(I)"));
            Assert.That(during.Sockets, Is.EqualTo(before.Sockets));
            Assert.That(beside, Is.EqualTo("served by another"));
            Assert.That((await console.PoolAsync("app", "app"))["sv_active"], Is.EqualTo("1"));
        }
    }

    [Test, Property("Row", "N08"), Property("Row", "R01")]
    public async Task Clients_beyond_the_hard_limit_wait_in_the_backlog_and_nobody_spins()
    {
        // What the process itself and its servers need, and some clients; far fewer than are about to come.
        const int Limit = 300;
        const int Clients = 400;
        await StartFreshAsync(PgmuxSettings.For(Cluster), PgmuxLaunch.Limited($"nofile={Limit}"));
        await using var first = await LoginAsync();
        await first.ScalarAsync("SELECT 1");
        var crowd = new List<RawClient>();
        try
        {
            for (var n = 0; n < Clients; n++)
            {
                crowd.Add(await RawClient.ConnectAsync(Pgmux.TcpEndPoint));
            }

            await Pgmux.WaitForLogAsync("(?i)too many open files");
            Assert.That(await first.ScalarAsync("SELECT 'still served'"), Is.EqualTo("still served"));
            await Pgmux.WaitUntilRestingAsync();
        }
        finally
        {
            foreach (var client in crowd)
            {
                await client.DisposeAsync();
            }
        }

        await using var later = await LoginAsync();
        Assert.That(await later.ScalarAsync("SELECT 'room again'"), Is.EqualTo("room again"));
    }
}
