using System.Diagnostics;
using Pgmux.Testing.Chaos;
using Pgmux.Testing.Processes;

namespace Pgmux.Integration.Tests.Faults;

/// <summary>Packets that vanish without a trace, as behind a firewall that drops: the sender gets neither an answer nor a reset.</summary>
// The network fails alike for every version.
[TestFixture(PostgresVersions.Newest)]
internal sealed class NetworkSilenceTests(int postgres) : NetworkFixture(postgres)
{
    private static readonly (string, string)[] QuickKeepalive = [("tcp_keepidle", "1"), ("tcp_keepintvl", "1"), ("tcp_keepcnt", "2")];

    [Test, Property("Row", "B180"), Property("Row", "S08")]
    public async Task A_query_into_the_void_ends_at_tcp_user_timeout()
    {
        await StartAsync(("default_pool_size", "1"), ("tcp_user_timeout", "1000"));
        await using var client = await LoginAsync();
        (await LinkOfAsync(client)).Vanish();

        await client.SendAsync(RawMessages.Query("SELECT 'unheard'"));
        var told = await ReadToEndAsync(client);

        Assert.That(told, Is.EqualTo(new[] { "E(FATAL 08006 server conn crashed?)" }));
        await ExpectServiceAsync();
    }

    [Test, Property("Row", "B180"), Property("Row", "S08")]
    public async Task A_query_whose_answer_vanishes_ends_at_query_timeout()
    {
        await StartAsync(("default_pool_size", "1"), ("query_timeout", "1"));
        await using var client = await LoginAsync();
        var link = await LinkOfAsync(client);
        await client.SendAsync(RawMessages.Query("SELECT 'unheard' FROM pg_sleep(0.3)"));
        await Cluster.WaitForBackendsAsync("usename = 'app' AND state = 'active' AND query LIKE '%unheard%'", 1);

        link.Vanish();
        var told = await ReadToEndAsync(client);

        Assert.That(told, Is.EqualTo(new[] { "E(FATAL 57014 query timeout)" }));
        await ExpectServiceAsync();
    }

    [Test, Property("Row", "S08")]
    public async Task A_result_that_vanishes_half_way_ends_at_query_timeout_and_is_never_completed_by_other_bytes()
    {
        await StartAsync(("default_pool_size", "1"), ("query_timeout", "1"));
        await using var client = await LoginAsync();
        var link = await LinkOfAsync(client);
        link.ToClient.Apply(new FlowToxics { LimitBytes = 300_000, AtLimit = LimitAction.Hold });
        await client.SendAsync(RawMessages.Query("SELECT repeat('x', 10000) FROM generate_series(1, 100)"));
        Assert.That((await client.ReadThroughAsync('D')).Count, Is.EqualTo(2));

        link.Vanish();
        var told = await ReadToEndAsync(client);

        // The limit falls into a row; behind a part of a row nothing can be said.
        Assert.That(told, Has.All.EqualTo("D").Or.EqualTo("cut").Or.EqualTo("E(FATAL 57014 query timeout)"));
        Assert.That(told, Has.Count.LessThan(100));
        await ExpectServiceAsync();
    }

    [Test, Property("Row", "B181"), Property("Row", "S08")]
    public async Task An_idle_server_behind_the_void_is_found_by_keepalive_and_replaced()
    {
        await StartAsync([("default_pool_size", "1"), .. QuickKeepalive]);
        await using var console = await ConsoleClient.ConnectAsync(Pgmux);
        await using var client = await LoginAsync();

        (await LinkOfAsync(client)).Vanish();
        await console.WaitForPoolAsync("app", "app", "sv_idle", 0);

        Assert.That(await client.ScalarAsync("SELECT 'another server'"), Is.EqualTo("another server"));
    }

    [Test, Property("Row", "B181")]
    public async Task Keepalive_is_on_for_clients_and_servers_by_default()
    {
        await StartAsync(("default_pool_size", "1"));
        await using var client = await LoginAsync();
        await client.ScalarAsync("SELECT 1");

        // While bytes are unacknowledged the kernel shows their timer instead.
        await Eventually.HoldsAsync(
            () => Task.FromResult(
                TcpConnectionRow.Read().Where(row => row.LocalPort == Pgmux.Port && row.IsEstablished).ToArray() is [_, _, ..] clients && clients.All(row => row.HasKeepalive)),
            "keepalive for clients");
        await Eventually.HoldsAsync(
            () => Task.FromResult(
                TcpConnectionRow.Read().Where(row => row.RemotePort == ServerSide.Port && row.IsEstablished).ToArray() is [var server] && server.HasKeepalive),
            "keepalive for the server");
    }

    [Test, Property("Row", "B186")]
    public async Task The_server_of_a_client_whose_host_vanished_is_free_again_in_keepalive_time()
    {
        await StartAsync([("default_pool_size", "1"), .. QuickKeepalive]);
        var (vanished, link) = await LoginThroughProxyAsync();
        await vanished.QueryAsync("BEGIN");
        await using var waiting = await LoginAsync();
        await waiting.SendAsync(RawMessages.Query("SELECT 'my turn'"));

        link.Vanish();

        Assert.That(string.Join(' ', await waiting.ReadToReadyAsync()), Is.EqualTo("T D C(SELECT 1) Z(I)"));
        await vanished.DisposeAsync();
    }

    [Test, Property("Row", "B183"), Property("Row", "S07")]
    public async Task Connecting_into_the_void_ends_at_server_connect_timeout()
    {
        var timeout = TimeSpan.FromSeconds(1);
        await StartAsync(("default_pool_size", "1"), ("server_connect_timeout", "1"), ("server_login_retry", "1"));
        await using var client = await LoginAsync();
        var link = await LinkOfAsync(client);
        await ServerSide.SetModeAsync(ProxyMode.Vanish);
        var mark = Pgmux.Log.Count;
        link.Reset();
        await link.Ended;
        var began = Stopwatch.GetTimestamp();

        await client.SendAsync(RawMessages.Query("SELECT 'late'"));
        await Pgmux.WaitForLogAsync("connect timeout", mark);
        var took = Stopwatch.GetElapsedTime(began);
        await ServerSide.HealAsync();
        var answer = await client.ReadAsync();

        // How much later than the limit it is depends on who else uses the machine.
        Assert.That(took, Is.GreaterThan(timeout * 0.9));
        Assert.That(answer!.ToString(), Is.EqualTo("T").Or.StartWith("E(FATAL 08006 server login has been failing"));
        await ExpectServiceAsync();
    }

    [Test, Property("Row", "B188")]
    public async Task A_client_that_no_longer_takes_bytes_loses_its_server_too()
    {
        await StartAsync(("default_pool_size", "1"), ("tcp_user_timeout", "1000"));
        await using var console = await ConsoleClient.ConnectAsync(Pgmux);
        var (vanished, link) = await LoginThroughProxyAsync();
        await vanished.ScalarAsync("SELECT 1");
        link.Vanish();
        // Enough to fill every buffer on the way.
        await vanished.SendAsync(RawMessages.Query("SELECT repeat('x', 100000) FROM generate_series(1, 1000)"));
        link.Reappear();
        await Cluster.WaitForBackendsAsync("usename = 'app' AND wait_event = 'ClientWrite'", 1);

        link.Vanish();

        await Cluster.WaitForBackendsAsync("usename = 'app' AND state = 'active'", 0);
        await console.WaitForPoolAsync("app", "app", "cl_active", 0);
        await ExpectServiceAsync();
        await vanished.DisposeAsync();
    }

    [Test, Property("Row", "B188")]
    public async Task A_client_is_told_when_the_server_no_longer_takes_its_bytes()
    {
        await StartAsync(("default_pool_size", "1"), ("tcp_user_timeout", "1000"));
        await using var client = await LoginAsync();
        var link = await LinkOfAsync(client);
        await client.SendAsync(RawMessages.Query("CREATE TEMP TABLE b188 (t text); COPY b188 FROM STDIN"));
        await client.ReadThroughAsync('G');

        link.Vanish();
        await client.TrySendAsync([.. Enumerable.Repeat(RawMessages.CopyData(new string('x', 999) + "\n"), 100).SelectMany(row => row)]);
        var told = await ReadToEndAsync(client);

        Assert.That(told, Is.EqualTo(new[] { "E(FATAL 08006 server conn crashed?)" }));
        await ExpectServiceAsync();
    }
}
