using System.Net;
using Pgmux.Testing.Postgres;
using Pgmux.Testing.Processes;

namespace Pgmux.Integration.Tests.Peers;

/// <summary>Two processes of pgmux that know each other by a name only (peers_dns), one port, two addresses.</summary>
[OnPostgres]
internal sealed class SiblingTests(int postgres)
{
    // The system counts neither among the machine's own, which are left out: lo has 127.0.0.1 only.
    private static readonly string[] Addresses = ["127.0.0.2", "127.0.0.3"];

    [Test, Property("Row", "B129")]
    public async Task A_cancel_works_whichever_process_it_reaches([Values(0, 2)] int minor)
    {
        var cluster = await PostgresClusters.GetAsync(postgres);
        var port = FreePort.Take();
        await using var first = await StartAsync(cluster, port, own: 0);
        await using var second = await StartAsync(cluster, port, own: 1);
        foreach (var (owner, reached) in new[] { (first, second), (second, first), (first, first) })
        {
            await using var client = await RawClient.ConnectAsync(owner.UnixEndPoint);
            await client.SendAsync(RawMessages.Startup((3 << 16) | minor, ("user", PostgresRole.App.Name), ("database", PostgresCluster.Database)));
            await client.FinishLoginAsync();
            await using var other = await RawClient.LoginAsync(owner.UnixEndPoint, PostgresRole.App.Name, PostgresCluster.Database);
            await client.SendAsync(RawMessages.Query("SELECT pg_sleep(600) /* mine */"));
            await other.SendAsync(RawMessages.Query("SELECT pg_sleep(600) /* another's */"));
            await cluster.WaitForBackendsAsync("state = 'active' AND query LIKE '%pg_sleep(600) /*%'", 2);

            await CancelAsync(reached.UnixEndPoint, client);
            Assert.That((await client.ReadToReadyAsync())[^2].SqlState, Is.EqualTo("57014"));
            await cluster.WaitForBackendsAsync("state = 'active' AND query LIKE '%another''s%'", 1);
            await CancelAsync(reached.UnixEndPoint, other);
            Assert.That((await other.ReadToReadyAsync())[^2].SqlState, Is.EqualTo("57014"));
        }
    }

    private static Task<PgmuxProcess> StartAsync(PostgresCluster cluster, int port, int own) => PgmuxProcess.StartAsync(
        PgmuxSettings.For(
            cluster, ("listen_addr", $"127.0.0.1, {Addresses[own]}"), ("so_reuseport", "1"), ("peers_dns", Addresses[1 - own])),
        new PgmuxLaunch { Port = port });

    private static async Task CancelAsync(EndPoint door, RawClient target)
    {
        await using var cancel = await RawClient.ConnectAsync(door);
        await cancel.SendAsync(RawMessages.CancelRequest(target.CancelKey.ProcessId, target.CancelKey.Key));
        Assert.That(await cancel.ReadToEndAsync(), Is.Empty);
    }
}
