using Npgsql;
using Pgmux.Testing.Certificates;
using Pgmux.Testing.Postgres;
using Pgmux.Testing.Processes;

namespace Pgmux.Integration.Tests.Replication;

/// <summary>
/// Transaction pooling in front of a cluster of the fixture's own that keeps what logical replication needs. Servers are encrypted; clients
/// may be, as PostgreSQL's programs are when nothing is said.
/// </summary>
internal abstract class ReplicationFixture(int postgres)
{
    /// <summary>The condition on pg_stat_activity that holds for servers of replication clients.</summary>
    private const string IsWalSender = "backend_type = 'walsender'";

    private readonly TestAuthority _authority = new("pgmux tests");
    private readonly TemporaryFolder _folder = new();
    private PostgresCluster? _cluster;
    private PgmuxProcess? _pgmux;

    protected PostgresCluster Cluster => _cluster ?? throw new InvalidOperationException("the cluster starts before the first test");

    protected PgmuxProcess Pgmux => _pgmux ?? throw new InvalidOperationException("pgmux starts before the first test");

    /// <summary>Programs of PostgreSQL as the superuser, through pgmux.</summary>
    protected ToolRunner Tools => new(Pgmux, PostgresRole.Superuser);

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _cluster = await PostgresCluster.StartAsync(new PostgresClusterOptions(postgres) { WalLevel = "logical" });
        var (certificate, key) = _authority.Sign("localhost", "localhost").Write(_folder, "server");
        File.SetUnixFileMode(key, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        foreach (var (name, value) in new[] { ("ssl_cert_file", certificate), ("ssl_key_file", key), ("ssl", "on") })
        {
            await _cluster.ExecuteAsync($"ALTER SYSTEM SET {name} = '{value}'");
        }

        await _cluster.RestartAsync();
        await _cluster.ExecuteAsync("CREATE TABLE events (id bigserial PRIMARY KEY, what text); GRANT ALL ON events, events_id_seq TO PUBLIC");
        _pgmux = await PgmuxProcess.StartAsync(PgmuxSettings.For(
            _cluster,
            ("default_pool_size", "5"),
            ("server_tls_sslmode", "require"),
            ("client_tls_sslmode", "allow"),
            ("client_tls_cert_file", certificate),
            ("client_tls_key_file", key)));
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        if (_pgmux is not null)
        {
            await _pgmux.DisposeAsync();
        }

        if (_cluster is not null)
        {
            await _cluster.DisposeAsync();
        }

        _folder.Dispose();
        _authority.Dispose();
    }

    [TearDown]
    public async Task ExpectNoWalSenderAsync()
    {
        if (TestContext.CurrentContext.Result.FailCount > 0)
        {
            await TestContext.Out.WriteLineAsync(Pgmux.Log.ToString());
        }

        await Eventually.HoldsAsync(
            async () => await Cluster.QueryAsync<long>($"SELECT count(*) FROM pg_stat_activity WHERE {IsWalSender}") == 0,
            "no server of a replication client outlives its client");
    }

    /// <summary>A replication client that sends and reads any bytes.</summary>
    protected Task<RawClient> ReplicateAsync(string kind, PostgresRole? role = null, params (string Key, string Value)[] parameters) => RawClient.LoginAsync(
        Pgmux.TcpEndPoint, (role ?? PostgresRole.Superuser).Name, PostgresCluster.Database, parameters: [("replication", kind), .. parameters]);

    protected async Task<string> WriteEventsAsync(int count)
    {
        await using var connection = await Pgmux.ConnectAsync();
        await using var command = new NpgsqlCommand($"INSERT INTO events (what) SELECT 'event ' || n FROM generate_series(1, {count}) AS n", connection);
        await command.ExecuteNonQueryAsync();
        return await Cluster.QueryAsync<string>("SELECT pg_current_wal_lsn()::text FROM pg_switch_wal()");
    }
}
