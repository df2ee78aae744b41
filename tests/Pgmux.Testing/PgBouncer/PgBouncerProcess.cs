using System.Net;
using System.Net.Sockets;
using Pgmux.Testing.Postgres;
using Pgmux.Testing.Processes;

namespace Pgmux.Testing.PgBouncer;

/// <summary>A real PgBouncer in transaction mode in front of a cluster, with trusted clients. tests/run.sh puts the program in place and names it.</summary>
internal sealed class PgBouncerProcess : IAsyncDisposable
{
    /// <summary>The variable with the path of the program, 1.21 or later: before, cancel keys had another form or none.</summary>
    public const string ProgramVariable = "PGMUX_PGBOUNCER";

    private readonly TemporaryFolder _folder = new();
    private readonly PostgresCluster _cluster;
    private ManagedProcess? _process;

    private PgBouncerProcess(PostgresCluster cluster, int port)
    {
        _cluster = cluster;
        Port = port;
    }

    /// <summary>The program; null where there is none.</summary>
    public static string? Program { get; } = new[] { Environment.GetEnvironmentVariable(ProgramVariable) }.FirstOrDefault(File.Exists);

    public int Port { get; }

    /// <summary>Where its Unix socket is.</summary>
    public string Folder => _folder.Path;

    public EndPoint UnixEndPoint => new UnixDomainSocketEndPoint(_folder.File($".s.PGSQL.{Port}"));

    public LogCapture Log => (_process ?? throw new InvalidOperationException("not started")).Output;

    /// <summary>Makes its folder; it is started when its configuration is known.</summary>
    public static PgBouncerProcess Prepare(PostgresCluster cluster, int port) => new(cluster, port);

    /// <summary>Starts it with these lines of [peers] and further settings, and waits until it listens.</summary>
    public async Task StartAsync(IReadOnlyDictionary<string, string> peers, params (string Key, string Value)[] settings)
    {
        var users = _folder.Write("userlist.txt", PgmuxSettings.For(_cluster).UserList());
        var ini = _folder.Write("pgbouncer.ini", $"""
            [databases]
            * = host=127.0.0.1 port={_cluster.Port}
            [peers]
            {string.Join('\n', peers.Select(peer => $"{peer.Key} = {peer.Value}"))}
            [pgbouncer]
            listen_addr = 127.0.0.1
            listen_port = {Port}
            unix_socket_dir = {Folder}
            auth_type = trust
            auth_file = {users}
            pool_mode = transaction
            max_client_conn = 500
            {string.Join('\n', settings.Select(setting => $"{setting.Key} = {setting.Value}"))}

            """);
        _process = ManagedProcess.Start(_folder, "pgbouncer", Program ?? throw new InvalidOperationException($"{ProgramVariable} names no program"), ["-v", ini]);
        await Eventually.HoldsAsync(
            async () => _process.HasExited
                ? throw new InvalidOperationException($"PgBouncer ended:\n{Log}")
                : await PgmuxProcess.AcceptsAsync(UnixEndPoint),
            $"PgBouncer listens in {Folder}");
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            await _process.DisposeAsync();
        }

        _folder.Dispose();
    }
}
