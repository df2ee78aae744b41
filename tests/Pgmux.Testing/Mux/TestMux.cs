using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Pgmux.Core.Admin;
using Pgmux.Core.Configuration;
using Pgmux.Core.Hosting;
using Pgmux.Core.Pooling;
using Pgmux.Core.Servers;
using Pgmux.Testing.FakePostgres;
using Pgmux.Testing.Processes;
using Pgmux.Testing.Transport;
using Pgmux.Transport;
using Pgmux.Transport.Buffers;

namespace Pgmux.Testing.Mux;

/// <summary>
/// The real multiplexer on simulated loops, between fake clients and a fake PostgreSQL, on a clock that the test moves. Disposing
/// it closes everything and checks that nothing is left.
/// </summary>
internal sealed class TestMux : IDisposable
{
    /// <summary>A line of [databases] that leads to the fake PostgreSQL.</summary>
    public const string DatabaseLine = "host=127.0.0.1 port=5432";

    private const int Port = 6432;
    private const int PostgresPort = 5432;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("pgmux-mux-");
    private readonly List<FakeClient> _clients = [];
    private readonly List<Exception> _faults = [];
    private readonly List<SimulatedLoop> _loops = [];
    private readonly SimulatedLoop _outside;
    private readonly EndPoint _address;
    private readonly TransportListener _listener;
    private bool _isClosed;

    private TestMux(TestMuxOptions options)
    {
        var settings = options.Settings;
        _address = options.IsUnix ? new UnixDomainSocketEndPoint($"/tmp/.s.PGSQL.{Port}") : new IPEndPoint(IPAddress.Loopback, Port);
        Network = new SimulatedNetwork(options.Seed, options.Schedule)
        {
            IsSliced = options.Seed is not null,
            CapacityBytes = options.CapacityBytes,
            AnnouncesEarly = options.AnnouncesEarly,
            CreateBuffers = options.CreateBuffers ?? (static () => new BufferPool { PoisonsReturned = true }),
            Trace = options.Trace,
        };
        for (var i = 0; i < options.Loops; i++)
        {
            _loops.Add(Network.CreateLoop());
        }

        _outside = Network.CreateLoop();
        foreach (var loop in Network.Loops)
        {
            loop.UnhandledException = _faults.Add;
        }

        // A clock that stands at zero would look like times that were never set.
        Network.Time.MoveTo(TimeSpan.TicksPerDay);
        Postgres = new FakePostgres.FakePostgres(Network, _outside, PostgresPort);
        Postgres.Database.Audit = AuditFor(settings);
        Write(settings);
        EventLoop[] used = [.. _loops.Select(options.WrapLoop)];
        var loaded = ConfigLoader.Load(IniPath);
        Mux = new Multiplexer(
            new ConfigStore(loaded.Snapshot ?? throw new InvalidOperationException(string.Join('\n', loaded.Faults))),
            used,
            Log,
            processUserId: 0,
            options.Parts with { Hosts = options.Parts.Hosts ?? Names });
        _listener = used[0].Listen(new ListenOptions { EndPoint = _address }, Mux.Accept);
        Mux.ListenersUnwanted = _listener.Dispose;
        Mux.Listeners = () => [_listener];
        foreach (var loop in _loops)
        {
            loop.Post(_ => { }, null);
        }

        Mux.Start();
        Network.RunUntilIdle();
    }

    public SimulatedNetwork Network { get; }

    /// <summary>What names stand for.</summary>
    public SimulatedNames Names { get; } = new();

    public Multiplexer Mux { get; }

    public FakePostgres.FakePostgres Postgres { get; }

    public RecordingLogger Log { get; } = new();

    /// <summary>Whether <see cref="Dispose"/> expects that servers and pools look as a test has left them on purpose.</summary>
    public bool IsLeftBroken { get; set; }

    /// <summary>Bytes in buffers of the multiplexer's loops.</summary>
    public long RentedBytes => _loops.Sum(loop => loop.Core.Buffers.RentedBytes);

    /// <summary>The only pool.</summary>
    public Pool Pool => Mux.Pools.All.Single();

    public PoolCounts Counts => Pool.Count();

    private string IniPath => Path.Combine(_folder.FullName, "pgmux.ini");

    /// <summary>Transaction pooling of database "db" on one loop.</summary>
    public static TestMux Start(params (string Key, string Value)[] settings) => Start(loops: 1, settings);

    public static TestMux Start(int loops, params (string Key, string Value)[] settings) => Start(SettingsOf(settings), loops);

    /// <summary>The same with events in random order and receives in random pieces.</summary>
    public static TestMux StartSliced(int seed, params (string Key, string Value)[] settings) => StartSliced(seed, SettingsOf(settings));

    public static TestMux StartSliced(int seed, PgmuxSettings settings) =>
        Start(new TestMuxOptions { Settings = settings, Loops = 2, Seed = seed });

    public static TestMux Start(PgmuxSettings settings, int loops = 1) => Start(new TestMuxOptions { Settings = settings, Loops = loops });

    public static TestMux Start(TestMuxOptions options) => new(options);

    /// <summary>The same with loops that a test has put something around.</summary>
    public static TestMux StartOn(Func<SimulatedLoop, EventLoop> wrap, params (string Key, string Value)[] settings) =>
        Start(new TestMuxOptions { Settings = SettingsOf(settings), WrapLoop = wrap });

    /// <summary>Database "db" on the fake PostgreSQL, and these settings.</summary>
    public static PgmuxSettings SettingsOf(params (string Key, string Value)[] settings) => new()
    {
        Databases = new Dictionary<string, string> { ["db"] = DatabaseLine },
        Secrets = new Dictionary<string, string> { ["alice"] = "secret-a", ["bob"] = "secret-b", ["admin"] = "secret-c" },
        Settings = settings.ToDictionary(pair => pair.Key, pair => pair.Value),
    };

    /// <summary>A connection that has said nothing yet.</summary>
    public FakeClient Connect()
    {
        TransportConnection? transport = null;
        Network.Run(_outside, async () => transport = await _outside.ConnectAsync(new ConnectOptions { EndPoint = _address }, CancellationToken.None));
        var client = new FakeClient(Network, transport!);
        _clients.Add(client);
        return client;
    }

    /// <summary>A connection that is on its way; lets nothing happen yet.</summary>
    public FakeClient BeginConnect()
    {
        var client = new FakeClient(Network, _outside, _address);
        _clients.Add(client);
        return client;
    }

    /// <summary>A connection that has sent its startup packet and may wait for the answer.</summary>
    public FakeClient BeginLogin(string user = "alice", string database = "db", params (string Key, string Value)[] parameters)
    {
        var client = Connect();
        client.Send(RawMessages.Startup([("user", user), ("database", database), .. parameters]));
        return client;
    }

    /// <summary>A client that has logged in.</summary>
    public FakeClient Login(string user = "alice", string database = "db", params (string Key, string Value)[] parameters)
    {
        var client = BeginLogin(user, database, parameters);
        var trace = client.Take();
        return trace.EndsWith("Z(I)", StringComparison.Ordinal) ? client : throw new InvalidOperationException($"login ended with {trace}");
    }

    /// <summary>Sends a cancel request with the client's key over a connection of its own.</summary>
    public FakeClient Cancel(FakeClient target)
    {
        var client = Connect();
        client.Send(RawMessages.CancelRequest(target.CancelKey.ProcessId, target.CancelKey.Key));
        return client;
    }

    public void Advance(TimeSpan span) => Network.Advance(span);

    public void Advance(double seconds) => Network.Advance(TimeSpan.FromSeconds(seconds));

    /// <summary>Writes these settings into the file and has them read.</summary>
    public bool Reload(PgmuxSettings settings)
    {
        var isGood = BeginReload(settings);
        Network.RunUntilIdle();
        return isGood;
    }

    /// <summary>The same, and lets nothing happen yet.</summary>
    public bool BeginReload(PgmuxSettings settings)
    {
        Write(settings);
        return Mux.Reload();
    }

    public void Shutdown(ShutdownMode mode)
    {
        Mux.BeginShutdown(mode);
        Network.RunUntilIdle();
    }

    public void Dispose()
    {
        if (!_isClosed)
        {
            Assert.That(Close(), Is.Empty);
        }
    }

    /// <summary>Closes everything, as <see cref="Dispose"/> does, and gives what is not as it should be after that.</summary>
    public IReadOnlyList<string> Close()
    {
        _isClosed = true;
        try
        {
            foreach (var client in _clients)
            {
                client.IsReading = true;
                client.Close();
            }

            Network.RunUntilIdle();
            // Longer than a close waits for its peer.
            Advance(30);
            var leftovers = FindLeftovers();
            Shutdown(ShutdownMode.Immediate);
            Advance(30);
            return [.. leftovers, .. FindUnclosed()];
        }
        finally
        {
            _folder.Delete(recursive: true);
        }
    }

    // Where prepared statements are tracked, their names at the server are pgmux's own and their number is bounded.
    private static StatementAudit? AuditFor(PgmuxSettings settings)
    {
        const int DefaultLimit = 200;

        // A statement that is EXECUTE or PREPARE itself, and the one that it names.
        const int NeededTogether = 2;
        var limit = int.Parse(settings.Settings.GetValueOrDefault("max_prepared_statements", $"{DefaultLimit}"), CultureInfo.InvariantCulture);
        return limit == 0 || settings.Settings.GetValueOrDefault("pool_mode") == "session" ? null : new StatementAudit { Limit = Math.Max(limit, NeededTogether) };
    }

    private List<string> FindLeftovers()
    {
        var left = new List<string>();
        left.AddRange(_faults.Select(fault => $"fault on a loop: {fault}"));
        left.AddRange(Log.Errors.Select(error => $"error in the log: {error}"));
        left.AddRange(Postgres.Database.Audit?.Violations.Select(violation => $"name of a prepared statement: {violation}") ?? []);
        Expect(left, "clients counted", Mux.Clients.ClientCount, 0);
        Expect(left, "clients registered", Mux.Clients.Registries.Sum(registry => registry.Clients.Count), 0);
        foreach (var pool in Mux.Pools.All)
        {
            var counts = pool.Count();
            Expect(left, $"{pool.Key} in use", counts.Active + counts.BeingCancelled + counts.Waiting, 0);
            Expect(left, $"servers counted in {pool.Key}", counts.Servers, pool.Servers.Count);
            left.AddRange(pool.Servers
                .Where(server => server.State == ServerState.Idle
                    && server is not { Lessee: null, OwnRequest: OwnRequest.None, Outstanding.IsReady: true })
                .Select(server => $"{server.LogName} is idle and not clean"));
        }

        var ledger = Mux.Pools.Environment.Ledger;
        foreach (var databases in Mux.Pools.All.GroupBy(pool => pool.Key.Database))
        {
            Expect(left, $"servers of database {databases.Key}", ledger.OfDatabase(databases.Key), databases.Sum(pool => pool.Servers.Count));
        }

        foreach (var users in Mux.Pools.All.GroupBy(pool => pool.Key.User))
        {
            Expect(left, $"servers of user {users.Key}", ledger.OfUser(users.Key), users.Sum(pool => pool.Servers.Count));
        }

        if (!IsLeftBroken)
        {
            Expect(left, "connections at the server", Postgres.Open.Count, Mux.Pools.All.Sum(pool => pool.Servers.Count));
        }

        Expect(left, "buffers rented by idle connections", _loops.Sum(loop => loop.Core.Buffers.RentedBlocks), 0);
        return left;
    }

    private List<string> FindUnclosed()
    {
        var left = new List<string>();
        if (!Mux.Stopped.IsCompleted)
        {
            left.Add("the shutdown has not ended");
        }

        Expect(left, "servers after the shutdown", Mux.Pools.All.Sum(pool => pool.Servers.Count), 0);
        left.AddRange(_faults.Select(fault => $"fault on a loop at the end: {fault}"));
        return left;
    }

    private static void Expect(List<string> left, string what, int count, int expected)
    {
        if (count != expected)
        {
            left.Add($"{what}: {count} instead of {expected}");
        }
    }

    private void Write(PgmuxSettings settings)
    {
        foreach (var (name, content) in settings.Files(_folder.FullName, Port))
        {
            File.WriteAllText(Path.Combine(_folder.FullName, name), content);
        }
    }
}
