using System.Net;
using Pgmux.Testing.PgBouncer;
using Pgmux.Testing.Postgres;
using Pgmux.Testing.Processes;

namespace Pgmux.Integration.Tests.Peers;

/// <summary>Two processes of pgmux and one of PgBouncer behind one port, as peers of each other.</summary>
[OnPostgres]
internal sealed class PeerTests(int postgres)
{
    private const int Clients = 30;

    // With so many clients more than a thousand cancels.
    private const int Rounds = 34;
    private const string Forwarding = "forwarding cancellation request to peer";

    private readonly List<PgmuxProcess> _pgmux = [];
    private readonly int _port = FreePort.Take();
    private PostgresCluster? _cluster;
    private PgBouncerProcess? _bouncer;

    private PostgresCluster Cluster => _cluster ?? throw new InvalidOperationException("the cluster starts before the first test");

    private EndPoint SharedPort => new IPEndPoint(IPAddress.Loopback, _port);

    /// <summary>Each process alone, by its id less one.</summary>
    private EndPoint[] Doors => [.. _pgmux.Select(pgmux => pgmux.UnixEndPoint), _bouncer!.UnixEndPoint];

    private LogCapture[] Logs => [.. _pgmux.Select(pgmux => pgmux.Log), _bouncer!.Log];

    [OneTimeSetUp]
    public async Task StartProcessesAsync()
    {
        if (PgBouncerProcess.Program is null)
        {
            Assert.Ignore($"PgBouncer 1.21 or later is missing: tests/run.sh builds Debian's source, {PgBouncerProcess.ProgramVariable} names another");
        }

        _cluster = await PostgresClusters.GetAsync(postgres);
        _bouncer = PgBouncerProcess.Prepare(_cluster, _port);
        for (var id = 1; id <= 2; id++)
        {
            _pgmux.Add(await PgmuxProcess.StartAsync(SettingsOf(id, new Dictionary<string, string>()), new PgmuxLaunch { Port = _port }));
        }

        var peers = new[] { _pgmux[0].Folder, _pgmux[1].Folder, _bouncer.Folder }
            .Select((folder, index) => KeyValuePair.Create($"{index + 1}", $"host={folder} port={_port}"))
            .ToDictionary();
        await _bouncer.StartAsync(peers, [.. SharedSettings, ("peer_id", "3")]);
        for (var id = 1; id <= 2; id++)
        {
            // The peers come with a RELOAD: their folders are known only now.
            _pgmux[id - 1].Write(SettingsOf(id, peers));
            await using var console = await RawClient.LoginAsync(_pgmux[id - 1].UnixEndPoint, "admin", "pgbouncer");
            Assert.That(string.Join(' ', await console.QueryAsync("RELOAD")), Is.EqualTo("C(RELOAD) Z(I)"));
            var rows = (await console.QueryAsync("SHOW PEERS")).Where(message => message.Type == 'D').Select(row => string.Join(',', row.Columns()));
            Assert.That(rows, Is.EqualTo(peers.Select(peer => $"{peer.Key},{peer.Value["host=".Length..peer.Value.IndexOf(' ', StringComparison.Ordinal)]},{_port},40")));
        }
    }

    [OneTimeTearDown]
    public async Task StopProcessesAsync()
    {
        foreach (var pgmux in _pgmux)
        {
            await pgmux.DisposeAsync();
        }

        if (_bouncer is not null)
        {
            await _bouncer.DisposeAsync();
        }
    }

    [TearDown]
    public async Task ShowLogsAfterFailureAsync()
    {
        if (TestContext.CurrentContext.Result.FailCount > 0)
        {
            foreach (var log in Logs)
            {
                await TestContext.Out.WriteLineAsync(log.ToString());
            }
        }
    }

    [Test, Property("Row", "B129")]
    public async Task A_cancel_works_whichever_process_it_reaches([Values(1, 2, 3)] int owner, [Values(1, 2, 3)] int reached)
    {
        await using var client = await LoginAsync(Doors[owner - 1]);
        await using var other = await LoginAsync(Doors[owner - 1]);
        await client.SendAsync(RawMessages.Query("SELECT pg_sleep(600) /* mine */"));
        await other.SendAsync(RawMessages.Query("SELECT pg_sleep(600) /* another's */"));
        await Cluster.WaitForBackendsAsync("state = 'active' AND query LIKE '%pg_sleep(600) /*%'", 2);

        await CancelAsync(Doors[reached - 1], client);
        Assert.That((await client.ReadToReadyAsync())[^2].SqlState, Is.EqualTo("57014"));
        await Cluster.WaitForBackendsAsync("state = 'active' AND query LIKE '%another''s%'", 1);
        await CancelAsync(Doors[reached - 1], other);
        Assert.That((await other.ReadToReadyAsync())[^2].SqlState, Is.EqualTo("57014"));
    }

    [Test, Property("Row", "B129"), Property("Row", "X01")]
    public async Task Each_of_many_cancels_on_a_shared_port_reaches_its_query_and_none_another()
    {
        var random = new Random(129);
        var clients = new RawClient[Clients];
        for (var i = 0; i < Clients; i++)
        {
            clients[i] = await LoginAsync(SharedPort);
        }

        var owners = clients.Select(client => (client.CancelKey.ProcessId >> 16) & 0xFF).ToArray();
        Assert.That(owners.Distinct().Order(), Is.EqualTo(new[] { 1, 2, 3 }), "every process has clients");
        for (var round = 0; round < Rounds; round++)
        {
            for (var i = 0; i < Clients; i++)
            {
                await clients[i].SendAsync(RawMessages.Query($"SELECT pg_sleep(600) /* client {i}, round {round} */"));
            }

            await Cluster.WaitForBackendsAsync($"state = 'active' AND query LIKE '%round {round} */'", Clients);
            int[] order = [.. Enumerable.Range(0, Clients)];
            random.Shuffle(order);
            var (first, rest) = (order[..(Clients / 2)], order[(Clients / 2)..]);
            await CancelAllAsync(first, clients);

            // Whoever was not to be cancelled still runs.
            var names = string.Join(", ", rest.Select(i => $"'SELECT pg_sleep(600) /* client {i}, round {round} */'"));
            await Cluster.WaitForBackendsAsync($"state = 'active' AND query LIKE '%round {round} */'", rest.Length);
            await Cluster.WaitForBackendsAsync($"state = 'active' AND query IN ({names})", rest.Length);
            await CancelAllAsync(rest, clients);
        }

        using (Assert.EnterMultipleScope())
        {
            for (var process = 0; process < Logs.Length; process++)
            {
                var others = Enumerable.Range(1, Logs.Length).Where(id => id != process + 1);
                Assert.That(others.Where(id => !Logs[process].Lines.Any(line => line.EndsWith($"{Forwarding} {id}", StringComparison.Ordinal))), Is.Empty, $"process {process + 1} has passed on");
            }
        }

        foreach (var client in clients)
        {
            await client.DisposeAsync();
        }
    }

    private static (string Key, string Value)[] SharedSettings => [("so_reuseport", "1"), ("default_pool_size", "40"), ("verbose", "1")];

    private PgmuxSettings SettingsOf(int id, IReadOnlyDictionary<string, string> peers) =>
        PgmuxSettings.For(Cluster, [.. SharedSettings, ("peer_id", $"{id}")]) with { Peers = peers };

    private static Task<RawClient> LoginAsync(EndPoint door) => RawClient.LoginAsync(door, PostgresRole.App.Name, PostgresCluster.Database);

    private async Task CancelAllAsync(int[] chosen, RawClient[] clients)
    {
        await Parallel.ForEachAsync(chosen, new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (i, _) => await CancelAsync(SharedPort, clients[i]));
        foreach (var i in chosen)
        {
            Assert.That((await clients[i].ReadToReadyAsync())[^2].SqlState, Is.EqualTo("57014"), $"client {i}");
        }
    }

    private static async Task CancelAsync(EndPoint door, RawClient target)
    {
        await using var cancel = await RawClient.ConnectAsync(door);
        await cancel.SendAsync(RawMessages.CancelRequest(target.CancelKey.ProcessId, target.CancelKey.Key));
        Assert.That(await cancel.ReadToEndAsync(), Is.Empty);
    }
}
