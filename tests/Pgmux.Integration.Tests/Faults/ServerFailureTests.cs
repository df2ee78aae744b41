using Pgmux.Testing.Postgres;
using Pgmux.Testing.Processes;

namespace Pgmux.Integration.Tests.Faults;

/// <summary>Backends that die and a PostgreSQL that goes and comes back. The cluster belongs to this fixture alone.</summary>
[OnPostgres]
internal sealed class ServerFailureTests(int postgres)
{
    private PostgresCluster _cluster = null!;
    private PgmuxProcess _pgmux = null!;

    [OneTimeSetUp]
    public async Task StartClusterAsync() => _cluster = await PostgresCluster.StartAsync(postgres);

    [OneTimeTearDown]
    public async Task StopClusterAsync() => await _cluster.DisposeAsync();

    [SetUp]
    public async Task StartPgmuxAsync() => _pgmux = await PgmuxProcess.StartAsync(PgmuxSettings.For(
        _cluster, ("default_pool_size", "3"), ("server_login_retry", "1")));

    [TearDown]
    public async Task StopPgmuxAsync()
    {
        if (TestContext.CurrentContext.Result.FailCount > 0)
        {
            await TestContext.Out.WriteLineAsync(_pgmux.Log.ToString());
        }

        await _pgmux.DisposeAsync();
    }

    [Test, Property("Row", "S02")]
    public async Task A_terminated_backend_costs_only_its_client_one_error()
    {
        await using var canary = await Canary.StartAsync(_pgmux, PostgresRole.Superuser.Name, "app");
        await using var idle = await LoginAsync();
        await using var victim = await LoginAsync();
        await victim.SendAsync(RawMessages.Query("SELECT pg_sleep(600)"));
        await _cluster.WaitForBackendsAsync("state = 'active' AND query LIKE '%pg_sleep(600)%'", 1);

        await _cluster.TerminateBackendsAsync("query LIKE '%pg_sleep(600)%'");
        var messages = await victim.ReadToEndAsync();

        using (Assert.EnterMultipleScope())
        {
            Assert.That(messages.Where(message => message.Type == 'E').Select(error => (error.Severity, error.SqlState)), Is.EqualTo(new[] { ("FATAL", "57P01") }));
            Assert.That(messages[^1].Type, Is.EqualTo('E'));
            Assert.That(await idle.ScalarAsync("SELECT 'untouched'"), Is.EqualTo("untouched"));
        }
    }

    [Test, Property("Row", "S02")]
    public async Task A_backend_terminated_inside_a_transaction_costs_its_client_one_error()
    {
        await using var victim = await LoginAsync();
        await victim.QueryAsync("BEGIN");
        var backend = await victim.ScalarAsync("SELECT pg_backend_pid()");

        await _cluster.TerminateBackendsAsync($"pid = {backend}");
        var messages = await victim.ReadToEndAsync();

        Assert.That(messages.Select(message => (message.Type, message.Severity, message.SqlState)), Is.EqualTo(new[] { ('E', "FATAL", "57P01") }));
    }

    [Test, Property("Row", "B142"), Property("Row", "P11"), Property("Row", "S02")]
    public async Task Idle_backends_that_are_terminated_are_replaced_and_nobody_notices()
    {
        var clients = new List<RawClient>();
        for (var n = 0; n < 3; n++)
        {
            clients.Add(await LoginAsync());
        }

        for (var round = 0; round < 20; round++)
        {
            await Task.WhenAll(clients.Select(client => client.QueryAsync("SELECT pg_sleep(0.01)")));
            // Again until none is there: a login may have been under way.
            await Eventually.HoldsAsync(async () => await _cluster.TerminateBackendsAsync("usename = 'app'") == 0, "no backend is left");
            foreach (var client in clients)
            {
                Assert.That(await client.ScalarAsync($"SELECT 'round {round}'"), Is.EqualTo($"round {round}"));
            }
        }

        foreach (var client in clients)
        {
            await client.DisposeAsync();
        }
    }

    [Test, Property("Row", "S01")]
    public async Task After_a_crash_of_all_backends_the_service_recovers_by_itself()
    {
        await using var idle = await LoginAsync();
        await idle.ScalarAsync("SELECT 1");
        await using var victim = await LoginAsync();
        await victim.QueryAsync("BEGIN");
        var backend = await victim.ScalarAsync("SELECT pg_backend_pid()");
        var mark = _cluster.Log.Count;

        SignalSender.Send(int.Parse(backend!, System.Globalization.CultureInfo.InvariantCulture), UnixSignal.Kill);
        var messages = await victim.ReadToEndAsync();
        await _cluster.Log.WaitForAsync("database system is ready to accept connections", mark);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(messages.Where(message => message.Type == 'E').Select(error => error.Severity), Is.EqualTo(new[] { "FATAL" }), string.Join(' ', messages));
            Assert.That(await idle.ScalarAsync("SELECT 'recovered'"), Is.EqualTo("recovered"));
        }
    }

    [TestCase(false)]
    [TestCase(true)]
    [Property("Row", "S05"), Property("Row", "B193")]
    public async Task A_restart_of_PostgreSQL_ends_only_the_transactions_that_were_open(bool immediately)
    {
        await using var idle = await LoginAsync();
        await idle.ScalarAsync("SELECT 1");
        await using var busy = await LoginAsync();
        await busy.QueryAsync("BEGIN");

        await _cluster.StopAsync(immediately);
        var messages = await busy.ReadToEndAsync();
        await idle.SendAsync(RawMessages.Query("SELECT 'after the restart'"));
        await _cluster.StartAsync();
        var answer = await idle.ReadToReadyAsync();

        using (Assert.EnterMultipleScope())
        {
            // An immediate shutdown is announced by a WARNING first.
            Assert.That(messages.Where(message => message.Type == 'E').Select(error => error.Severity), Is.EqualTo(new[] { "FATAL" }), string.Join(' ', messages));
            Assert.That(messages[^1].Type, Is.EqualTo('E'));
            Assert.That(string.Join(' ', answer), Is.EqualTo("T D C(SELECT 1) Z(I)"));
        }
    }

    [Test, Property("Row", "S06")]
    public async Task While_PostgreSQL_is_down_new_clients_are_told_and_later_ones_are_served()
    {
        await using (var warm = await LoginAsync())
        {
            await warm.ScalarAsync("SELECT 1");
        }

        await _cluster.StopAsync();
        RawMessage error;
        try
        {
            await _pgmux.DisposeAsync();
            _pgmux = await PgmuxProcess.StartAsync(PgmuxSettings.For(_cluster, ("server_login_retry", "1"), ("query_wait_timeout", "3")));
            await using var refused = await RawClient.ConnectAsync(_pgmux.TcpEndPoint);
            await refused.SendAsync(RawMessages.Startup(("user", "app"), ("database", "app")));
            var messages = await refused.ReadToEndAsync();
            error = messages.Single(message => message.Type == 'E');
        }
        finally
        {
            await _cluster.StartAsync();
        }

        Assert.That(error.Severity, Is.EqualTo("FATAL"));
        Assert.That(error.Message, Does.StartWith("server login has been failing, cached error: ").Or.EqualTo("query_wait_timeout"));
        await Eventually.HoldsAsync(
            async () =>
            {
                await using var client = await RawClient.ConnectAsync(_pgmux.TcpEndPoint);
                await client.SendAsync(RawMessages.Startup(("user", "app"), ("database", "app")), RawMessages.Query("SELECT 1"));
                return (await client.ReadAsync())?.Type != 'E';
            },
            "clients are served again");
    }

    [Test, Property("Row", "S14")]
    public async Task When_the_server_has_no_room_clients_wait_for_it()
    {
        var free = await _cluster.QueryAsync<int>("SELECT current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int");
        var crowd = new List<Npgsql.NpgsqlConnection>();
        try
        {
            while (await _cluster.QueryAsync<long>("SELECT count(*) - 1 FROM pg_stat_activity WHERE backend_type = 'client backend'") < free)
            {
                crowd.Add(await _cluster.ConnectAsync());
            }

            await using var waiting = await RawClient.ConnectAsync(_pgmux.TcpEndPoint);
            await waiting.SendAsync(RawMessages.Startup(("user", "app"), ("database", "app")), RawMessages.Query("SELECT 'found room'"));
            await _cluster.Log.WaitForAsync("app@app FATAL: ");
            await crowd[0].DisposeAsync();
            await crowd[1].DisposeAsync();

            await waiting.FinishLoginAsync();
            Assert.That(string.Join(' ', await waiting.ReadToReadyAsync()), Is.EqualTo("T D C(SELECT 1) Z(I)"));
        }
        finally
        {
            foreach (var connection in crowd)
            {
                await connection.DisposeAsync();
            }
        }
    }

    [Test, Property("Row", "I6")]
    public async Task After_all_these_faults_connections_descriptors_and_memory_return()
    {
        await using var console = await ConsoleClient.ConnectAsync(_pgmux);
        await using (var warm = await LoginAsync())
        {
            await warm.ScalarAsync("SELECT 1");
        }

        await HarmAsync();
        var serversBefore = await SettleAsync(console);
        var before = _pgmux.ReadCounters();

        for (var round = 0; round < 5; round++)
        {
            await HarmAsync();
        }

        // Cancel requests for clients that have vanished may still be on their way to the server.
        await Eventually.HoldsAsync(
            async () => await SettleAsync(console) is var servers && _pgmux.ReadCounters().Sockets - servers == before.Sockets - serversBefore,
            "all sockets are closed");
        var after = _pgmux.ReadCounters();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(after.Threads, Is.AtMost(before.Threads + 2));
            Assert.That(after.ResidentBytes - before.ResidentBytes, Is.LessThan(16 << 20));
        }
    }

    /// <summary>Clients that reset mid-query, clients that stop reading, backends that are terminated.</summary>
    private async Task HarmAsync()
    {
        var clients = new List<RawClient>();
        for (var n = 0; n < 30; n++)
        {
            var client = await LoginAsync();
            clients.Add(client);
            await client.SendAsync(RawMessages.Query(n % 2 == 0 ? "SELECT pg_sleep(600)" : "SELECT repeat('x', 1000000) FROM generate_series(1, 100)"));
        }

        // More than the pool's three when one is left from before: PostgreSQL ignores a cancel request that comes before it has read the
        // query, and does not look at its socket while it sleeps.
        await Eventually.HoldsAsync(
            async () => await _cluster.QueryAsync<long>("SELECT count(*) FROM pg_stat_activity WHERE usename = 'app' AND state = 'active'") >= 3,
            "three queries run");
        await _cluster.TerminateBackendsAsync("usename = 'app' AND query LIKE '%repeat%'");
        foreach (var client in clients)
        {
            client.Reset();
        }
    }

    /// <summary>Waits until no client is left and every server is idle; returns how many servers there are.</summary>
    private static async Task<int> SettleAsync(ConsoleClient console)
    {
        var servers = 0;
        await Eventually.HoldsAsync(
            async () =>
            {
                var rows = await console.ShowAsync("SERVERS");
                servers = rows.Count;
                return (await console.CountAsync()).Clients == 0 && rows.All(row => row["state"] is "idle" or "used" or "tested");
            },
            "all clients are gone and all servers idle");
        return servers;
    }

    private Task<RawClient> LoginAsync() => RawClient.LoginAsync(_pgmux.TcpEndPoint, "app", "app");
}
