using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Npgsql;
using Pgmux.Testing.Processes;

namespace Pgmux.Testing.Postgres;

/// <summary>
/// A throw-away cluster of a chosen version: own folder, own port on the loopback, own Unix socket, no fsync. It is stopped and removed
/// with DisposeAsync, or by the watchdog when the test host dies.
/// </summary>
internal sealed class PostgresCluster : IAsyncDisposable
{
    public const string Database = "app";

    private readonly TemporaryFolder _folder = new();
    private readonly PostgresClusterOptions _options;
    private ManagedProcess? _server;

    private PostgresCluster(PostgresClusterOptions options)
    {
        _options = options;
        Port = options.Port ?? FreePort.Take();
    }

    public int Major => _options.Major;

    public int Port { get; }

    public string SocketFolder => _folder.Path;

    public EndPoint UnixEndPoint => new UnixDomainSocketEndPoint(_folder.File($".s.PGSQL.{Port}"));

    public LogCapture Log => Server.Output;

    private ManagedProcess Server => _server ?? throw new InvalidOperationException("the cluster is stopped");

    public static Task<PostgresCluster> StartAsync(int major) => StartAsync(new PostgresClusterOptions(major));

    public static async Task<PostgresCluster> StartAsync(PostgresClusterOptions options)
    {
        var cluster = new PostgresCluster(options);
        try
        {
            await cluster.InitialiseAsync();
            await cluster.StartAsync();
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    /// <summary>A connection string of Npgsql straight to the cluster, past the program under test.</summary>
    public string ConnectionString(PostgresRole? role = null, string database = Database)
    {
        var who = role ?? PostgresRole.Superuser;
        return new NpgsqlConnectionStringBuilder
        {
            Host = _options.Address,
            Port = Port,
            Username = who.Name,
            Password = who.Password,
            Database = database,
            Pooling = false,
            Timeout = (int)WaitLimit.Default.TotalSeconds,
            CommandTimeout = (int)WaitLimit.Default.TotalSeconds,
        }.ConnectionString;
    }

    public async Task<NpgsqlConnection> ConnectAsync(PostgresRole? role = null, string database = Database)
    {
        var connection = new NpgsqlConnection(ConnectionString(role, database));
        await connection.OpenAsync();
        return connection;
    }

    /// <summary>Runs statements as the superuser.</summary>
    public async Task ExecuteAsync(string sql, string database = Database)
    {
        await using var connection = await ConnectAsync(database: database);
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>The first value of the first row, asked as the superuser.</summary>
    public async Task<T> QueryAsync<T>(string sql)
    {
        await using var connection = await ConnectAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return (T)(await command.ExecuteScalarAsync() ?? throw new InvalidOperationException($"no row: {sql}"));
    }

    /// <summary>Terminates the backends that the condition on pg_stat_activity names; returns how many there were.</summary>
    public Task<long> TerminateBackendsAsync(string condition) => QueryAsync<long>(
        $"SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid() AND ({condition})");

    /// <summary>Puts another pg_hba.conf in place, with the files that it names, and waits until it counts; it must be free of faults.</summary>
    public async Task UseHbaAsync(string hba, IReadOnlyDictionary<string, string> moreFiles)
    {
        _folder.Write("data/pg_hba.conf", hba);
        foreach (var (name, content) in moreFiles)
        {
            _folder.Write($"data/{name}", content);
        }

        var mark = Log.Count;
        Server.Signal(UnixSignal.Hangup);
        await Log.WaitForAsync("received SIGHUP, reloading configuration files", mark);

        // Whoever connects now is let in by the new rules, or kept out by them: the file is read before the next connection is taken.
        await using (await RawClient.ConnectAsync(UnixEndPoint))
        {
            Assert.That(Log.Lines.Skip(mark), Has.None.Contains("was not reloaded"));
        }
    }

    /// <summary>Waits until the condition on one row of pg_stat_activity holds for so many backends.</summary>
    /// <exception cref="TimeoutException">It did not; the message shows those for which it holds.</exception>
    public async Task WaitForBackendsAsync(string condition, long count)
    {
        await using var connection = await ConnectAsync();
        var those = $"FROM pg_stat_activity AS a WHERE backend_type = 'client backend' AND pid <> pg_backend_pid() AND ({condition})";
        await using var command = new NpgsqlCommand($"SELECT count(*) {those}", connection);
        try
        {
            await Eventually.HoldsAsync(async () => (long)(await command.ExecuteScalarAsync())! == count, $"{count} backends with {condition}");
        }
        catch (TimeoutException e)
        {
            command.CommandText = $"SELECT string_agg(a::text, E'\n') {those}";
            throw new TimeoutException($"{e.Message}; there are: {await command.ExecuteScalarAsync()}", e);
        }
    }

    public async Task StartAsync()
    {
        _server = ManagedProcess.Start(
            _folder, "postgres", Path.Combine(PostgresInstallation.ServerFolder(Major), "postgres"), ["-D", _folder.File("data")]);
        await _server.Output.WaitForAsync("database system is ready to accept connections");
    }

    /// <summary>Fast shutdown (SIGINT) ends sessions in good order; an immediate one (SIGQUIT) drops them.</summary>
    public async Task StopAsync(bool immediately = false)
    {
        Server.Signal(immediately ? UnixSignal.Quit : UnixSignal.Interrupt);
        await Server.WaitForExitAsync();
        await Server.DisposeAsync();
        _server = null;
    }

    public async Task RestartAsync(bool immediately = false)
    {
        await StopAsync(immediately);
        await StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }

        _folder.Dispose();
    }

    private async Task InitialiseAsync()
    {
        await PostgresTemplates.CopyAsync(Major, _folder);
        await File.AppendAllTextAsync(_folder.File("data/postgresql.conf"), string.Create(CultureInfo.InvariantCulture, $"""

            listen_addresses = '{_options.Address}'
            port = {Port}
            unix_socket_directories = '{SocketFolder}'
            max_connections = {_options.MaxConnections}
            shared_buffers = '32MB'
            fsync = off
            full_page_writes = off
            synchronous_commit = off
            autovacuum = off
            wal_level = '{_options.WalLevel}'
            log_statement = '{_options.LogStatement}'
            log_line_prefix = '%m [%p] %q%u@%d '

            """));
    }
}
