using System.Globalization;
using System.Net.Sockets;
using Npgsql;
using Pgmux.Testing.Certificates;
using Pgmux.Testing.Postgres;
using Pgmux.Testing.Processes;

namespace Pgmux.Integration.Tests.Restart;

/// <summary>A new process takes over from one that serves (-R): listening sockets at once, clients as their transactions end.</summary>
[OnPostgres]
internal sealed class OnlineRestartTests(int postgres) : PgmuxFixture(postgres)
{
    [SetUp]
    public Task StartTransactionPoolingAsync() => StartFreshAsync(PgmuxSettings.For(Cluster, ("default_pool_size", "5"), ("pidfile", "pgmux.pid")));

    [Test]
    public async Task A_parked_client_stays_connected_with_all_that_was_its_own()
    {
        await using var client = await LoginAsync(null, ("application_name", "keeps its name"), ("TimeZone", "Asia/Kathmandu"));
        await client.QueryAsync("SET DateStyle = 'German'");
        await client.SendAsync(RawMessages.Parse("SELECT $1::int + 1", "named", 23), RawMessages.Sync());
        await client.ReadToReadyAsync();
        await client.QueryAsync("PREPARE by_sql AS SELECT 'by sql'");
        var key = client.CancelKey;

        await using var old = await Pgmux.RestartOnlineAsync();
        Assert.That(await old.WaitForExitAsync(), Is.Zero, "nothing keeps it");

        Assert.That(await client.ScalarAsync("SHOW application_name"), Is.EqualTo("keeps its name"));
        Assert.That(await client.ScalarAsync("SHOW TimeZone"), Is.EqualTo("Asia/Kathmandu"));
        Assert.That(await client.ScalarAsync("SHOW DateStyle"), Is.EqualTo("German, DMY"));
        await client.SendAsync(RawMessages.Bind("named", "41"), RawMessages.Execute(), RawMessages.Sync());
        var answer = await client.ReadToReadyAsync();
        Assert.That(answer.Single(message => message.Type == 'D').Columns()[0], Is.EqualTo("42"));
        Assert.That(await client.ScalarAsync("EXECUTE by_sql"), Is.EqualTo("by sql"));
        await AssertCancelsAsync(client, key);
        Assert.That(Pgmux.Log.Lines, Has.Some.Contains("taking over from process"));
        await Pgmux.WaitForLogAsync($"process {old.Id} has ended; 1 client\\(s\\) came from it");
    }

    [Test]
    public async Task A_client_in_a_transaction_ends_it_on_the_old_process_and_goes_then()
    {
        await using var client = await LoginAsync();
        await client.QueryAsync("BEGIN");
        var backend = await client.ScalarAsync("SELECT pg_backend_pid()");
        await using var old = await Pgmux.RestartOnlineAsync();
        Assert.That(await client.ScalarAsync("SELECT pg_backend_pid()"), Is.EqualTo(backend));
        Assert.That(old.HasExited, Is.False);
        await client.QueryAsync("COMMIT");
        Assert.That(await old.WaitForExitAsync(), Is.Zero);
        Assert.That(await client.ScalarAsync("SELECT pg_backend_pid()"), Is.Not.EqualTo(backend));
    }

    [Test]
    public async Task A_query_that_runs_on_the_old_process_is_cancelled_through_the_new_one()
    {
        await using var client = await LoginAsync();
        await client.SendAsync(RawMessages.Query("SELECT pg_sleep(1000)"));
        await Cluster.WaitForBackendsAsync("query LIKE 'SELECT pg_sleep(1000)%' AND state = 'active'", 1);
        await using var old = await Pgmux.RestartOnlineAsync();
        await CancelAsync(client.CancelKey);
        Assert.That((await client.ReadToReadyAsync())[^2].SqlState, Is.EqualTo("57014"));
        Assert.That(await old.WaitForExitAsync(), Is.Zero);
        Assert.That(await client.ScalarAsync("SELECT 'goes on'"), Is.EqualTo("goes on"));
    }

    [Test]
    public async Task New_clients_are_served_by_the_new_process_over_both_sockets_while_the_old_one_drains()
    {
        await using var held = await LoginAsync();
        await held.QueryAsync("BEGIN");
        await using var old = await Pgmux.RestartOnlineAsync();
        await using var tcp = await LoginAsync();
        await using var unix = await RawClient.LoginAsync(Pgmux.UnixEndPoint, "app", PostgresCluster.Database);
        Assert.That(await tcp.ScalarAsync("SELECT 1"), Is.EqualTo("1"));
        Assert.That(await unix.ScalarAsync("SELECT 2"), Is.EqualTo("2"));
        await using var console = await ConsoleAsync();
        Assert.That((await console.CountAsync()).Clients, Is.EqualTo(2), "those that the new process has");
        await held.QueryAsync("ROLLBACK");
        Assert.That(await old.WaitForExitAsync(), Is.Zero);
        Assert.That(await PgmuxProcess.AcceptsAsync(Pgmux.UnixEndPoint), Is.True, "the old process has left the file alone");
        await Eventually.HoldsAsync(async () => (await console.CountAsync()).Clients == 3, "the last client has come");
    }

    [Test]
    public async Task The_pid_file_names_the_process_that_serves()
    {
        string PidFile() => File.ReadAllText(Path.Combine(Pgmux.Folder, "pgmux.pid")).Trim();
        Assert.That(PidFile(), Is.EqualTo(Pgmux.Id.ToString(CultureInfo.InvariantCulture)));
        await using var old = await Pgmux.RestartOnlineAsync();
        Assert.That(await old.WaitForExitAsync(), Is.Zero);
        await Eventually.HoldsAsync(() => Task.FromResult(PidFile() == Pgmux.Id.ToString(CultureInfo.InvariantCulture)), "the new process has put its own");
        Pgmux.Signal(UnixSignal.Terminate);
        Assert.That(await Pgmux.WaitForExitAsync(), Is.Zero);
        Assert.That(Directory.GetFiles(Pgmux.Folder, "*pid*").Where(file => !file.EndsWith("pgmux-1.pid", StringComparison.Ordinal)), Has.None.Contains("pgmux.pid."));
        Assert.That(await PgmuxProcess.AcceptsAsync(Pgmux.UnixEndPoint), Is.False);
        Assert.That(File.Exists($"{Pgmux.UnixEndPoint}"), Is.False, "its file is the new process's to remove");
    }

    [Test]
    [Property("Text", "T26")]
    public async Task Two_hundred_busy_clients_notice_nothing_of_three_restarts()
    {
        const int Clients = 200;
        using var load = await TransactionLoad.StartAsync(Clients, () => LoginAsync());
        for (var round = 0; round < 3; round++)
        {
            await using var old = await Pgmux.RestartOnlineAsync();
            Assert.That(await old.WaitForExitAsync(), Is.Zero, "busy clients leave it between two transactions");
            await load.WaitForAsync(Clients);
        }

        Assert.That(await load.StopAsync(), Is.GreaterThan(3 * Clients));
        await using var console = await ConsoleAsync();
        Assert.That((await console.CountAsync()).Clients, Is.EqualTo(Clients));
    }

    [Test]
    public async Task What_must_not_be_disturbed_is_said_and_goes_on()
    {
        await using var console = await ConsoleAsync();
        await console.ExecuteAsync("PAUSE");
        var second = await Pgmux.RunSecondAsync("-R");
        Assert.That(second.ExitCode, Is.EqualTo(1));
        Assert.That(second.Output, Does.Contain("FATAL the running process does not hand over: cannot hand over while paused or suspended: RESUME first"));
        await console.ExecuteAsync("RESUME");
        await using var client = await LoginAsync();
        Assert.That(await client.ScalarAsync("SELECT 'still here'"), Is.EqualTo("still here"));
        Assert.That(Pgmux.HasExited, Is.False);
    }

    [Test]
    public async Task A_new_process_that_cannot_listen_leaves_the_sockets_of_the_old_one_alone()
    {
        var settings = PgmuxSettings.For(Cluster, ("default_pool_size", "5"), ("pidfile", "pgmux.pid"), ("listen_addr", "127.0.0.1, 192.0.2.1"));
        Pgmux.Write(settings);
        var second = await Pgmux.RunSecondAsync("-R");
        Assert.That(second.ExitCode, Is.EqualTo(1));
        Assert.That(second.Output, Does.Contain("192.0.2.1"));
        await Pgmux.WaitForLogAsync("WARNING handover has failed, this process goes on: ");
        await using var unix = await RawClient.LoginAsync(Pgmux.UnixEndPoint, "app", PostgresCluster.Database);
        await using var tcp = await LoginAsync();
        Assert.That(await unix.ScalarAsync("SELECT 'over the file'"), Is.EqualTo("over the file"));
        Assert.That(await tcp.ScalarAsync("SELECT 'over TCP'"), Is.EqualTo("over TCP"));
    }

    [Test]
    public async Task A_new_process_that_nobody_sees_again_changes_nothing()
    {
        await using var console = await ConsoleAsync();
        Assert.That(await console.ExecuteAsync("HANDOVER"), Is.EqualTo("HANDOVER"));
        var again = await console.SendAsync("HANDOVER");
        Assert.That(again[0].Message, Is.EqualTo("a handover is under way already"));

        // Comes in as the new process would, and goes without a word.
        await using (await RawClient.ConnectAsync(new UnixDomainSocketEndPoint($"{Pgmux.UnixEndPoint}.handover")))
        {
        }

        await Pgmux.WaitForLogAsync("WARNING handover has failed, this process goes on: ");
        await using var client = await LoginAsync();
        Assert.That(await client.ScalarAsync("SELECT 'still here'"), Is.EqualTo("still here"));
        await using var old = await Pgmux.RestartOnlineAsync();
        Assert.That(await old.WaitForExitAsync(), Is.Zero);
        Assert.That(await client.ScalarAsync("SELECT 'and there'"), Is.EqualTo("and there"));
    }

    [Test]
    [Property("Text", "T27")]
    public async Task Keys_that_a_client_has_shown_serve_the_logins_of_the_new_process()
    {
        // The user list has a secret that no server can be logged in to with; what the client's proof has shown can.
        var settings = PgmuxSettings.For(Cluster, ("auth_type", "scram-sha-256"));
        var secret = await Cluster.QueryAsync<string>($"SELECT rolpassword FROM pg_authid WHERE rolname = '{PostgresRole.Scram.Name}'");
        await StartFreshAsync(settings with
        {
            Secrets = new Dictionary<string, string>(settings.Secrets) { [PostgresRole.Scram.Name] = secret },
        });
        await using var client = await Pgmux.ConnectAsync(PostgresRole.Scram);
        await using var query = new NpgsqlCommand("SELECT 'served'", client);
        Assert.That(await query.ExecuteScalarAsync(), Is.EqualTo("served"));
        await using var old = await Pgmux.RestartOnlineAsync();
        Assert.That(await old.WaitForExitAsync(), Is.Zero);
        Assert.That(await query.ExecuteScalarAsync(), Is.EqualTo("served"));
    }

    [Test]
    public async Task Who_is_encrypted_or_holds_a_server_stays_with_the_old_process_until_it_leaves()
    {
        using var authority = new TestAuthority("pgmux tests");
        using var folder = new TemporaryFolder();
        var (certificate, key) = authority.Sign("localhost", "localhost").Write(folder, "server");
        await StartFreshAsync(PgmuxSettings.For(
            Cluster, ("client_tls_sslmode", "allow"), ("client_tls_cert_file", certificate), ("client_tls_key_file", key)) with
        {
            Databases = new Dictionary<string, string>
            {
                ["app"] = $"host=127.0.0.1 port={Cluster.Port}",
                ["session"] = $"host=127.0.0.1 port={Cluster.Port} dbname=app pool_mode=session",
            },
        });
        await using var inClear = await LoginAsync();
        await using var session = await RawClient.LoginAsync(Pgmux.TcpEndPoint, "app", "session");
        await session.QueryAsync("CREATE TEMPORARY TABLE mine (n int)");
        await using var encrypted = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(Pgmux.ConnectionString()) { SslMode = SslMode.Require }.ConnectionString);
        await encrypted.OpenAsync();
        await using var old = await Pgmux.RestartOnlineAsync();
        await using var console = await ConsoleAsync();
        await Eventually.HoldsAsync(async () => (await console.CountAsync()).Clients == 1, "the one in clear has come");

        await using (var query = new NpgsqlCommand("SELECT 'encrypted'", encrypted))
        {
            Assert.That(await query.ExecuteScalarAsync(), Is.EqualTo("encrypted"));
        }

        Assert.That(await session.ScalarAsync("SELECT count(*) FROM mine"), Is.EqualTo("0"));
        Assert.That(old.HasExited, Is.False);
        await encrypted.CloseAsync();
        await session.DisposeAsync();
        Assert.That(await old.WaitForExitAsync(), Is.Zero);
        Assert.That(await inClear.ScalarAsync("SELECT 'in clear'"), Is.EqualTo("in clear"));
    }

    private async Task AssertCancelsAsync(RawClient client, (int ProcessId, byte[] Key) key)
    {
        await client.SendAsync(RawMessages.Query("SELECT pg_sleep(1000)"));
        await Cluster.WaitForBackendsAsync("query LIKE 'SELECT pg_sleep(1000)%' AND state = 'active'", 1);
        await CancelAsync(key);
        Assert.That((await client.ReadToReadyAsync())[^2].SqlState, Is.EqualTo("57014"));
    }

    private async Task CancelAsync((int ProcessId, byte[] Key) key)
    {
        await using var cancel = await RawClient.ConnectAsync(Pgmux.TcpEndPoint);
        await cancel.SendAsync(RawMessages.CancelRequest(key.ProcessId, key.Key));
        Assert.That(await cancel.ReadToEndAsync(), Is.Empty);
    }
}
