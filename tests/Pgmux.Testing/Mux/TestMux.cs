using System.Globalization;
using System.Net;
using Pgmux.Core.Admin;
using Pgmux.Core.Configuration;
using Pgmux.Core.Hosting;
using Pgmux.Core.Pooling;
using Pgmux.Core.Servers;
using Pgmux.Testing.FakePostgres;
using Pgmux.Testing.Processes;
using Pgmux.Testing.Transport;
using Pgmux.Transport;

namespace Pgmux.Testing.Mux;

/// <summary>
/// The real multiplexer on simulated loops, between fake clients and a fake PostgreSQL, on a clock that the test moves. Disposing
/// it closes everything and checks that nothing is left.
/// </summary>
internal sealed class TestMux : IDisposable
{
    private const int Port = 6432;
    private const int PostgresPort = 5432;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("pgmux-mux-");
    private readonly List<FakeClient> _clients = [];
    private readonly List<Exception> _faults = [];
    private readonly List<SimulatedLoop> _loops = [];
    private readonly SimulatedLoop _outside;
    private readonly EndPoint _address = new IPEndPoint(IPAddress.Loopback, Port);
    private readonly TransportListener _listener;

    private TestMux(PgmuxSettings settings, int loops, int? seed)
    {
        Network = new SimulatedNetwork(seed) { PoisonsBuffers = true, IsSliced = seed is not null };
        for (var i = 0; i < loops; i++)
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
        var loaded = ConfigLoader.Load(IniPath);
        Mux = new Multiplexer(
            new ConfigStore(loaded.Snapshot ?? throw new InvalidOperationException(string.Join('\n', loaded.Faults))), _loops, Log, processUserId: 0);
        _listener = _loops[0].Listen(new ListenOptions { EndPoint = _address }, Mux.Accept);
        Mux.ListenersUnwanted = _listener.Dispose;
        foreach (var loop in _loops)
        {
            loop.Post(_ => { }, null);
        }

        Mux.Start();
        Network.RunUntilIdle();
    }

    public SimulatedNetwork Network { get; }

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

    public static TestMux Start(int loops, params (string Key, string Value)[] settings) => new(SettingsOf(settings), loops, seed: null);

    /// <summary>The same with events in random order and receives in random pieces.</summary>
    public static TestMux StartSliced(int seed, params (string Key, string Value)[] settings) => new(SettingsOf(settings), loops: 2, seed);

    public static TestMux Start(PgmuxSettings settings, int loops = 1) => new(settings, loops, seed: null);

    /// <summary>Database "db" on the fake PostgreSQL, and these settings.</summary>
    public static PgmuxSettings SettingsOf(params (string Key, string Value)[] settings) => new()
    {
        Databases = new Dictionary<string, string> { ["db"] = $"host=127.0.0.1 port={PostgresPort}" },
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
        Write(settings);
        var isGood = Mux.Reload();
        Network.RunUntilIdle();
        return isGood;
    }

    public void Shutdown(ShutdownMode mode)
    {
        Mux.BeginShutdown(mode);
        Network.RunUntilIdle();
    }

    public void Dispose()
    {
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
            Assert.Multiple(CheckNothingIsLeft);
            Shutdown(ShutdownMode.Immediate);
            Advance(30);
            Assert.Multiple(CheckEverythingIsClosed);
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
        var limit = int.Parse(settings.Settings.GetValueOrDefault("max_prepared_statements", $"{DefaultLimit}"), CultureInfo.InvariantCulture);
        return limit == 0 || settings.Settings.GetValueOrDefault("pool_mode") == "session" ? null : new StatementAudit { Limit = limit };
    }

    private void CheckNothingIsLeft()
    {
        Assert.That(_faults, Is.Empty, "faults on loops");
        Assert.That(Log.Errors, Is.Empty, "errors in the log");
        Assert.That(Postgres.Database.Audit?.Violations, Is.Null.Or.Empty, "names of prepared statements");
        Assert.That(Mux.Clients.ClientCount, Is.Zero, "clients counted");
        Assert.That(Mux.Clients.Registries.Sum(registry => registry.Clients.Count), Is.Zero, "clients registered");
        foreach (var pool in Mux.Pools.All)
        {
            var counts = pool.Count();
            Assert.That(counts.Active + counts.BeingCancelled + counts.Waiting, Is.Zero, $"{pool.Key} in use: {counts}");
            Assert.That(counts.Servers, Is.EqualTo(pool.Servers.Count), $"{pool.Key} counts each server once");
            Assert.That(
                pool.Servers.Where(server => server.State == ServerState.Idle),
                Is.All.Matches<ServerConnection>(server => server is { Lessee: null, OwnRequest: OwnRequest.None, Outstanding.IsReady: true }),
                $"{pool.Key} has clean idle servers");
        }

        var ledger = Mux.Pools.Environment.Ledger;
        foreach (var databases in Mux.Pools.All.GroupBy(pool => pool.Key.Database))
        {
            Assert.That(ledger.OfDatabase(databases.Key), Is.EqualTo(databases.Sum(pool => pool.Servers.Count)), "servers of the database");
        }

        foreach (var users in Mux.Pools.All.GroupBy(pool => pool.Key.User))
        {
            Assert.That(ledger.OfUser(users.Key), Is.EqualTo(users.Sum(pool => pool.Servers.Count)), "servers of the user");
        }

        if (!IsLeftBroken)
        {
            Assert.That(Postgres.Open, Has.Count.EqualTo(Mux.Pools.All.Sum(pool => pool.Servers.Count)), "connections at the server");
        }

        Assert.That(_loops.Sum(loop => loop.Core.Buffers.RentedBlocks), Is.Zero, "buffers rented by idle connections");
    }

    private void CheckEverythingIsClosed()
    {
        Assert.That(Mux.Stopped.IsCompleted, Is.True, "stopped");
        Assert.That(Mux.Pools.All.Sum(pool => pool.Servers.Count), Is.Zero, "servers left");
        Assert.That(_faults, Is.Empty, "faults on loops at the end");
    }

    private void Write(PgmuxSettings settings)
    {
        File.WriteAllText(IniPath, settings.Ini(_folder.FullName, Port));
        File.WriteAllText(Path.Combine(_folder.FullName, "userlist.txt"), settings.UserList());
    }
}
