using System.ComponentModel;
using System.Globalization;
using Pgmux.Testing.Postgres;
using Pgmux.Testing.Processes;

namespace Pgmux.Integration.Tests.Faults;

/// <summary>A PostgreSQL that stops, becomes read-only or loses its socket. The cluster belongs to this fixture; the canary's is another.</summary>
[OnPostgres]
internal sealed class NetworkServerTests(int postgres)
{
    private PostgresCluster _cluster = null!;
    private PgmuxProcess _pgmux = null!;
    private Canary _canary = null!;

    [OneTimeSetUp]
    public async Task StartClusterAsync() => _cluster = await PostgresCluster.StartAsync(postgres);

    [OneTimeTearDown]
    public async Task StopClusterAsync() => await _cluster.DisposeAsync();

    [TearDown]
    public async Task EndAsync()
    {
        if (TestContext.CurrentContext.Result.FailCount > 0)
        {
            await TestContext.Out.WriteLineAsync(_pgmux.Log.ToString());
        }

        try
        {
            await _canary.DisposeAsync();
        }
        finally
        {
            await _pgmux.DisposeAsync();
        }
    }

    [Test, Property("Row", "S03")]
    public async Task Answers_of_a_server_that_was_stopped_reach_nobody_after_it_goes_on()
    {
        await StartAsync($"host=127.0.0.1 port={_cluster.Port}", ("default_pool_size", "4"), ("query_timeout", "1"), ("query_wait_timeout", "2"), ("server_connect_timeout", "1"), ("server_login_retry", "1"));
        var victims = await LoginAsync(8);
        await Task.WhenAll(victims.Select(victim => victim.ScalarAsync("SELECT 1")));
        var processes = await ProcessesAsync();
        Signal(processes, UnixSignal.Stop);

        IReadOnlyList<RawMessage>[] told;
        try
        {
            told = await Task.WhenAll(victims.Select(async victim =>
            {
                await victim.SendAsync(RawMessages.Query("SELECT 'stale'"));
                return await victim.ReadToEndAsync();
            }));
        }
        finally
        {
            Signal(processes, UnixSignal.Continue);
        }

        // Those who had a server are told of query_timeout, the others of query_wait_timeout.
        Assert.That(told.Select(messages => messages.Single().Severity), Has.All.EqualTo("FATAL"));
        await Eventually.HoldsAsync(ServesAsync, "clients are served again");
        var clients = await LoginAsync(8);
        await Task.WhenAll(clients.Select(async (client, number) =>
        {
            for (var n = 0; n < 50; n++)
            {
                Assert.That(await client.ScalarAsync($"SELECT '{number} {n}'"), Is.EqualTo($"{number} {n}"));
            }
        }));
        await CloseAsync(victims);
        await CloseAsync(clients);
    }

    [Test, Property("Row", "S03")]
    public async Task A_stop_that_is_shorter_than_every_limit_only_costs_time()
    {
        await StartAsync($"host=127.0.0.1 port={_cluster.Port}", ("default_pool_size", "4"));
        var clients = await LoginAsync(8);
        var processes = await ProcessesAsync();
        Signal(processes, UnixSignal.Stop);

        foreach (var (client, number) in clients.Select((client, number) => (client, number)))
        {
            await client.SendAsync(RawMessages.Query($"SELECT 'patient {number}'"));
        }

        await _pgmux.WaitUntilRestingAsync();
        Signal(processes, UnixSignal.Continue);

        for (var number = 0; number < clients.Count; number++)
        {
            var messages = await clients[number].ReadToReadyAsync();
            Assert.That(messages.Single(message => message.Type == 'D').Columns()[0], Is.EqualTo($"patient {number}"));
        }

        await CloseAsync(clients);
    }

    [Test, Property("Row", "S16")]
    public async Task A_server_that_becomes_read_only_says_so_itself()
    {
        await StartAsync($"host=127.0.0.1 port={_cluster.Port}", ("default_pool_size", "1"));
        await _cluster.ExecuteAsync("CREATE TABLE IF NOT EXISTS s16 (n int); GRANT ALL ON s16 TO app");
        var client = (await LoginAsync(1)).Single();
        await client.QueryAsync("INSERT INTO s16 VALUES (1)");
        await SetReadOnlyAsync(client, "on");

        var refused = await client.QueryAsync("INSERT INTO s16 VALUES (2)");
        var read = await client.ScalarAsync("SELECT count(*) FROM s16");
        await SetReadOnlyAsync(client, "off");
        var taken = await client.QueryAsync("INSERT INTO s16 VALUES (3)");

        using (Assert.EnterMultipleScope())
        {
            Assert.That(string.Join(' ', refused), Is.EqualTo("E(ERROR 25006 cannot execute INSERT in a read-only transaction) Z(I)"));
            Assert.That(read, Is.EqualTo("1"), "the connection is not lost for it");
            Assert.That(string.Join(' ', taken), Is.EqualTo("C(INSERT 0 1) Z(I)"));
        }

        await client.DisposeAsync();
    }

    [Test, Property("Row", "S21")]
    public async Task Service_returns_with_the_servers_Unix_socket()
    {
        await StartAsync($"host={_cluster.SocketFolder} port={_cluster.Port}", ("default_pool_size", "1"), ("server_login_retry", "1"));
        var client = (await LoginAsync(1)).Single();
        await client.ScalarAsync("SELECT 1");
        var path = Path.Combine(_cluster.SocketFolder, string.Create(CultureInfo.InvariantCulture, $".s.PGSQL.{_cluster.Port}"));
        var mark = _pgmux.Log.Count;
        File.Move(path, $"{path}.away");
        try
        {
            Assert.That(await client.ScalarAsync("SELECT 'by the old connection'"), Is.EqualTo("by the old connection"));
            await _cluster.TerminateBackendsAsync("usename = 'app'");
            await _cluster.WaitForBackendsAsync("usename = 'app'", 0);
            await client.SendAsync(RawMessages.Query("SELECT 'waited'"));
            await _pgmux.WaitForLogAsync("connect failed", mark);
        }
        finally
        {
            File.Move($"{path}.away", path);
        }

        Assert.That(await client.ReadAsync() is { Type: 'T' } or { Type: 'E', SqlState: "08006" });
        await Eventually.HoldsAsync(ServesAsync, "clients are served again");
        await client.DisposeAsync();
    }

    private async Task StartAsync(string server, params (string Key, string Value)[] settings)
    {
        var calm = await PostgresClusters.GetAsync(postgres);
        _pgmux = await PgmuxProcess.StartAsync(PgmuxSettings.For(_cluster, settings) with
        {
            Databases = new Dictionary<string, string> { ["app"] = server, ["calm"] = $"host=127.0.0.1 port={calm.Port} dbname=app" },
        });
        _canary = await Canary.StartAsync(_pgmux, PostgresRole.Superuser.Name, "calm");
    }

    private async Task<List<RawClient>> LoginAsync(int count)
    {
        var clients = new List<RawClient>();
        while (clients.Count < count)
        {
            clients.Add(await RawClient.LoginAsync(_pgmux.TcpEndPoint, "app", "app"));
        }

        return clients;
    }

    private static async Task CloseAsync(IEnumerable<RawClient> clients)
    {
        foreach (var client in clients)
        {
            await client.DisposeAsync();
        }
    }

    /// <summary>Whether a new client gets its answer; a refusal that is remembered from before is still an error.</summary>
    private async Task<bool> ServesAsync()
    {
        await using var client = await RawClient.ConnectAsync(_pgmux.TcpEndPoint);
        await client.SendAsync(RawMessages.Startup(("user", "app"), ("database", "app")), RawMessages.Query("SELECT 'served'"));
        while (await client.ReadAsync() is { } message)
        {
            if (message.Type == 'D')
            {
                return message.Columns()[0] == "served";
            }
        }

        return false;
    }

    /// <summary>Every process of the cluster: the postmaster, its helpers and all backends.</summary>
    private async Task<IReadOnlyList<int>> ProcessesAsync()
    {
        var backend = await _cluster.QueryAsync<int>("SELECT min(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()");
        var postmaster = ParentOf(backend);
        return [postmaster, .. Directory.EnumerateDirectories("/proc").Select(Path.GetFileName).Where(name => char.IsAsciiDigit(name![0]))
            .Select(name => int.Parse(name!, CultureInfo.InvariantCulture)).Where(process => ParentOf(process) == postmaster)];
    }

    private static void Signal(IEnumerable<int> processes, UnixSignal signal)
    {
        foreach (var process in processes)
        {
            try
            {
                SignalSender.Send(process, signal);
            }
            catch (Win32Exception)
            {
                // It has ended since they were listed.
            }
        }
    }

    private static int ParentOf(int process)
    {
        try
        {
            // Field 4, counted from behind the command's name.
            var stat = File.ReadAllText($"/proc/{process}/stat");
            return int.Parse(stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[1], CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            // It has ended since it was listed.
            return 0;
        }
    }

    /// <summary>Makes all sessions read-only, or not, and waits until the client's server knows.</summary>
    private async Task SetReadOnlyAsync(RawClient client, string value)
    {
        await _cluster.ExecuteAsync($"ALTER SYSTEM SET default_transaction_read_only = {value}");
        await _cluster.ExecuteAsync("SELECT pg_reload_conf()");
        await Eventually.HoldsAsync(async () => await client.ScalarAsync("SHOW default_transaction_read_only") == value, $"sessions are read-only: {value}");
    }
}
