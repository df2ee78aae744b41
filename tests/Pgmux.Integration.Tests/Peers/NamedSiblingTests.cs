using System.Net;
using Pgmux.Testing.Dns;
using Pgmux.Testing.Postgres;
using Pgmux.Testing.Processes;

namespace Pgmux.Integration.Tests.Peers;

/// <summary>
/// Three processes of pgmux on one port of three addresses, behind one name that a name server of the test answers: as pods behind a headless
/// service (peers_dns).
/// </summary>
[OnPostgres]
internal sealed class NamedSiblingTests(int postgres)
{
    private const string Name = "pgmux.example";
    private const int Clients = 12;
    private const int Rounds = 6;

    private static readonly string[] Addresses = ["127.0.0.2", "127.0.0.3", "127.0.0.4"];

    private readonly List<PgmuxProcess> _pgmux = [];
    private readonly int _port = FreePort.Take();
    private TemporaryFolder _folder = null!;
    private FakeDnsServer _dns = null!;
    private PostgresCluster _cluster = null!;

    [OneTimeSetUp]
    public async Task StartProcessesAsync()
    {
        _cluster = await PostgresClusters.GetAsync(postgres);
        _dns = new FakeDnsServer();
        _folder = new TemporaryFolder();
        _folder.Write("resolv.conf", _dns.Line);
        Array.ForEach(Addresses, address => _dns.Add(Name, FakeDnsType.Four, address, 1));
        foreach (var address in Addresses)
        {
            _pgmux.Add(await StartAsync(address));
        }
    }

    [OneTimeTearDown]
    public async Task StopProcessesAsync()
    {
        foreach (var pgmux in _pgmux)
        {
            await pgmux.DisposeAsync();
        }

        await _dns.DisposeAsync();
        _folder.Dispose();
    }

    [TearDown]
    public async Task ShowLogsAfterFailureAsync()
    {
        if (TestContext.CurrentContext.Result.FailCount > 0)
        {
            foreach (var pgmux in _pgmux)
            {
                await TestContext.Out.WriteLineAsync(pgmux.Log.ToString());
            }
        }
    }

    [Test, Property("Row", "B129"), Property("Row", "X01")]
    public async Task Each_of_many_cancels_through_any_process_reaches_its_query_and_none_another()
    {
        await WaitUntilAllKnowAllAsync();
        int[] before = [.. _pgmux.Select(pgmux => pgmux.Log.Lines.Count)];
        var random = new Random(130);
        var clients = new RawClient[Clients];
        for (var i = 0; i < Clients; i++)
        {
            clients[i] = await LoginAsync(DoorOf(i % Addresses.Length));
        }

        for (var round = 0; round < Rounds; round++)
        {
            for (var i = 0; i < Clients; i++)
            {
                await clients[i].SendAsync(RawMessages.Query($"SELECT pg_sleep(600) /* client {i}, round {round} */"));
            }

            await _cluster.WaitForBackendsAsync($"state = 'active' AND query LIKE '%round {round} */'", Clients);
            int[] order = [.. Enumerable.Range(0, Clients)];
            random.Shuffle(order);
            var (first, rest) = (order[..(Clients / 2)], order[(Clients / 2)..]);
            await CancelAllAsync(first, clients, random);

            // Whoever was not to be cancelled still runs.
            var names = string.Join(", ", rest.Select(i => $"'SELECT pg_sleep(600) /* client {i}, round {round} */'"));
            await _cluster.WaitForBackendsAsync($"state = 'active' AND query IN ({names})", rest.Length);
            await CancelAllAsync(rest, clients, random);
        }

        foreach (var client in clients)
        {
            await client.DisposeAsync();
        }

        Assert.That(
            _pgmux.Zip(before, (pgmux, from) => pgmux.Log.Lines.Skip(from).Count(line => line.Contains("cancel request failed", StringComparison.Ordinal))),
            Is.All.Zero,
            "all that the name stands for was there, and nobody asked itself");
    }

    [Test, Property("Row", "B129"), Property("Row", "X06")]
    public async Task A_process_that_has_come_and_one_that_has_gone_are_known_when_the_answer_is_old()
    {
        const string Late = "127.0.0.5";
        await using var late = await StartAsync(Late);

        // Nobody has this key: the process knows the name from now on.
        await CancelAsync(DoorOf(0), 1, [0, 0, 0, 3]);
        _dns.Records[Name] = [.. Addresses.SkipLast(1).Append(Late).Select(address => new FakeDnsRecord(FakeDnsType.Four, address, 1))];
        await using var client = await LoginAsync(new IPEndPoint(IPAddress.Parse(Late), _port));
        await client.SendAsync(RawMessages.Query("SELECT pg_sleep(600) /* late */"));
        await _cluster.WaitForBackendsAsync("state = 'active' AND query LIKE '%pg_sleep(600) /* late */'", 1);

        await Eventually.HoldsAsync(
            async () =>
            {
                await CancelAsync(DoorOf(0), client.CancelKey.ProcessId, client.CancelKey.Key);
                return await _cluster.QueryAsync<long>("SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND query LIKE '%pg_sleep(600) /* late */'") == 0;
            },
            "the cancel finds the process that has come");
        Assert.That((await client.ReadToReadyAsync())[^2].SqlState, Is.EqualTo("57014"));
        await _pgmux[0].Log.WaitForAsync($"{Name} no longer has the addresses {Addresses[^1]}");
        _dns.Records[Name] = [.. Addresses.Select(address => new FakeDnsRecord(FakeDnsType.Four, address, 1))];
    }

    private Task<PgmuxProcess> StartAsync(string address) => PgmuxProcess.StartAsync(
        PgmuxSettings.For(
            _cluster, ("listen_addr", address), ("peers_dns", Name), ("dns_max_ttl", "1"), ("resolv_conf", _folder.File("resolv.conf"))),
        new PgmuxLaunch { Port = _port, Address = IPAddress.Parse(address) });

    // Each process finds out by itself, when its answer is old, that all is as it was before another test.
    private Task WaitUntilAllKnowAllAsync() => Eventually.HoldsAsync(
        () => Task.FromResult(_pgmux.All(pgmux => AddressesOf(pgmux) is not { } last || last.Order().SequenceEqual(Addresses))), "every process knows the three addresses");

    // What the name stood for last; null when nobody has asked yet.
    private static string[]? AddressesOf(PgmuxProcess pgmux)
    {
        var last = pgmux.Log.Lines.LastOrDefault(line => line.Contains($"{Name} has the addresses ", StringComparison.Ordinal));
        return last?[(last.IndexOf(" addresses ", StringComparison.Ordinal) + " addresses ".Length)..].Split(", ");
    }

    private IPEndPoint DoorOf(int process) => new(IPAddress.Parse(Addresses[process]), _port);

    private static Task<RawClient> LoginAsync(EndPoint door) => RawClient.LoginAsync(door, PostgresRole.App.Name, PostgresCluster.Database);

    private async Task CancelAllAsync(int[] chosen, RawClient[] clients, Random random)
    {
        var doors = chosen.ToDictionary(i => i, _ => DoorOf(random.Next(Addresses.Length)));
        await Parallel.ForEachAsync(chosen, new ParallelOptions { MaxDegreeOfParallelism = 4 }, async (i, _) => await CancelAsync(doors[i], clients[i].CancelKey.ProcessId, clients[i].CancelKey.Key));
        foreach (var i in chosen)
        {
            Assert.That((await clients[i].ReadToReadyAsync())[^2].SqlState, Is.EqualTo("57014"), $"client {i}");
        }
    }

    private static async Task CancelAsync(EndPoint door, int processId, byte[] secret)
    {
        await using var cancel = await RawClient.ConnectAsync(door);
        await cancel.SendAsync(RawMessages.CancelRequest(processId, secret));
        Assert.That(await cancel.ReadToEndAsync(), Is.Empty);
    }
}
