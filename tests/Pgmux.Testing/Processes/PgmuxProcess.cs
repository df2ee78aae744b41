using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;
using Npgsql;
using Pgmux.Testing.Postgres;

namespace Pgmux.Testing.Processes;

/// <summary>The program under test as a process of its own, with a configuration in a temporary folder.</summary>
internal sealed class PgmuxProcess : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly int _ownPort = FreePort.Take();
    private ManagedProcess? _process;
    private readonly List<LogCapture> _earlierLogs = [];
    private PgmuxLaunch _launch = new();

    private PgmuxProcess()
    {
    }

    public int Port => _launch.Port ?? _ownPort;

    public string Folder => _folder.Path;

    public string ConfigurationFile => _folder.File("pgmux.ini");

    public EndPoint TcpEndPoint => new IPEndPoint(_launch.Address, Port);

    public EndPoint UnixEndPoint => new UnixDomainSocketEndPoint(_folder.File($".s.PGSQL.{Port}"));

    public LogCapture Log => Process.Output;

    /// <summary>What all processes said that have served, in their order.</summary>
    public IEnumerable<LogCapture> Logs => [.. _earlierLogs, Log];

    public int Id => Process.Id;

    public bool HasExited => Process.HasExited;

    private ManagedProcess Process => _process ?? throw new InvalidOperationException("not started");

    /// <summary>Starts it and waits until it listens.</summary>
    public static async Task<PgmuxProcess> StartAsync(PgmuxSettings settings, PgmuxLaunch? launch = null)
    {
        var pgmux = new PgmuxProcess { _launch = launch ?? new() };
        try
        {
            pgmux.Write(settings);
            pgmux.Launch();
            await pgmux.WaitUntilListeningAsync();
            return pgmux;
        }
        catch
        {
            await pgmux.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts it again, with the same files, after it has ended.</summary>
    public async Task StartAgainAsync()
    {
        await Process.DisposeAsync();
        Launch();
        await WaitUntilListeningAsync();
    }

    /// <summary>
    /// Starts another one with the same files that takes over (-R), and waits until it has; it is the process under test from then on.
    /// </summary>
    /// <returns>The old one, which is the caller's.</returns>
    public async Task<ManagedProcess> RestartOnlineAsync()
    {
        var old = Process;
        _earlierLogs.Add(old.Output);
        var program = ProgramUnderTest.Find();
        string[] command = [.. _launch.Before, program.Program, .. program.Arguments, "-R", ConfigurationFile];
        _process = ManagedProcess.Start(_folder, $"pgmux-{_earlierLogs.Count}", command[0], command.Skip(1), _launch.Environment);
        await Eventually.HoldsAsync(
            () => Task.FromResult(
                _process.HasExited ? throw new InvalidOperationException($"the new process ended:\n{Log}\nthe old one says:\n{old.Output}")
                : old.Output.Lines.Any(line => line.Contains("has taken over", StringComparison.Ordinal))),
            "the new process takes over");
        return old;
    }

    /// <summary>Starts a second one with the same file while the first runs, and waits until it gives up.</summary>
    public async Task<ToolResult> RunSecondAsync(params string[] options)
    {
        var program = ProgramUnderTest.Find();
        await using var second = ManagedProcess.Start(_folder, "second", program.Program, [.. program.Arguments, .. options, ConfigurationFile]);
        var status = await second.WaitForExitAsync();
        return new ToolResult(status, second.Output.ToString(), "");
    }

    /// <summary>Puts new settings in place of the old; a RELOAD or SIGHUP makes them count.</summary>
    public void Write(PgmuxSettings settings)
    {
        foreach (var (name, content) in settings.Files(Folder, Port))
        {
            _folder.Write(name, content);
        }
    }

    public string ConnectionString(PostgresRole? role = null, string database = PostgresCluster.Database, bool pooling = false)
    {
        var who = role ?? PostgresRole.App;
        return Builder(who.Name, who.Password, database, pooling).ConnectionString;
    }

    /// <summary>Opens the console with Npgsql, told that there is no catalogue to load types from.</summary>
    public Task<NpgsqlConnection> ConnectConsoleAsync(string user = "admin", string password = "admin-secret") =>
        ConnectWithoutTypesAsync(Builder(user, password, "pgbouncer", pooling: false).ConnectionString);

    /// <summary>
    /// Connects as the string says and asks for no types: for whoever wants to know only whether a user gets in. Npgsql would ask for them
    /// anew for every user of every process, which costs more than the login.
    /// </summary>
    public static async Task<NpgsqlConnection> ConnectWithoutTypesAsync(string connectionString)
    {
        var builder = new NpgsqlDataSourceBuilder(connectionString);
        builder.ConfigureTypeLoading(types => types.EnableTypeLoading(false));
        var connection = builder.Build().CreateConnection();
        await connection.OpenAsync();
        return connection;
    }

    public async Task<NpgsqlConnection> ConnectAsync(PostgresRole? role = null, string database = PostgresCluster.Database)
    {
        var connection = new NpgsqlConnection(ConnectionString(role, database));
        await connection.OpenAsync();
        return connection;
    }

    public Task<string> WaitForLogAsync([StringSyntax(StringSyntaxAttribute.Regex)] string pattern, int from = 0) => Log.WaitForAsync(pattern, from);

    public ProcessCounters ReadCounters() => Process.ReadCounters();

    /// <summary>Waits until the process has used no processor time, and wanted none, over several looks in a row.</summary>
    public async Task WaitUntilRestingAsync()
    {
        const int Looks = 10;
        var last = TimeSpan.MinValue;
        var still = 0;
        await Eventually.HoldsAsync(
            () =>
            {
                // On a busy machine a thread may wait for the processor longer than all looks take.
                var now = ReadCounters().ProcessorTime;
                still = now == last && !ProcessCounters.WantsToRun(Id) ? still + 1 : 0;
                last = now;
                return Task.FromResult(still >= Looks);
            },
            "the process rests");
    }

    public void Signal(UnixSignal signal) => Process.Signal(signal);

    public Task<int> WaitForExitAsync() => Process.WaitForExitAsync();

    /// <summary>Whether somebody listens there.</summary>
    public static async Task<bool> AcceptsAsync(EndPoint endPoint)
    {
        var protocol = endPoint is UnixDomainSocketEndPoint ? ProtocolType.Unspecified : ProtocolType.Tcp;
        using var probe = new Socket(endPoint.AddressFamily, SocketType.Stream, protocol);
        try
        {
            await probe.ConnectAsync(endPoint);
            return true;
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.ConnectionRefused or SocketError.AddressNotAvailable)
        {
            // AddressNotAvailable is what .NET makes of a socket file that is not there.
            return false;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            // A shutdown in good order takes half a second, the time that last words have to leave the process, and nobody hears them here:
            // how pgmux stops is tried by the tests that stop it themselves.
            await _process.KillAsync();
            await _process.DisposeAsync();
        }

        _folder.Dispose();
    }

    private NpgsqlConnectionStringBuilder Builder(string user, string password, string database, bool pooling) => new()
    {
        Host = _launch.Address.ToString(),
        Port = Port,
        Username = user,
        Password = password.Length == 0 ? null : password,
        Database = database,
        Pooling = pooling,
        Timeout = (int)WaitLimit.Default.TotalSeconds,
        CommandTimeout = (int)WaitLimit.Default.TotalSeconds,
    };

    private void Launch()
    {
        var program = ProgramUnderTest.Find();
        string[] command = [.. _launch.Before, program.Program, .. program.Arguments, ConfigurationFile];
        _process = ManagedProcess.Start(_folder, "pgmux", command[0], command.Skip(1), _launch.Environment);
    }

    private async Task WaitUntilListeningAsync()
    {
        await Eventually.HoldsAsync(
            async () =>
            {
                if (Process.HasExited)
                {
                    var status = await Process.WaitForExitAsync();
                    throw new InvalidOperationException($"the program under test ended with {status}:\n{Log}");
                }

                return await AcceptsAsync(TcpEndPoint) && await AcceptsAsync(UnixEndPoint);
            },
            $"the program under test listens on {Port} and in {Folder}");
    }
}
