using System.Net;
using Pgmux.Simulation.Tests.DeliberateBugs;
using Pgmux.Simulation.Tests.Drivers;
using Pgmux.Simulation.Tests.Invariants;
using Pgmux.Testing.Mux;
using Pgmux.Testing.Transport;

namespace Pgmux.Simulation.Tests.World;

/// <summary>
/// The whole multiplexer between clients and servers that fail, one small step after the other, all on one thread and by one seed. After
/// every step the invariants hold; in the end faults stop, and everybody is served or told.
/// </summary>
internal sealed class SimulatedRun
{
    // More than any limit of the configuration, and all of them one after the other.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    private readonly SimulationOptions _options;
    private readonly Random _random;
    private readonly TraceRecorder _trace;
    private readonly TestMux _mux;
    private readonly MuxView _view;
    private readonly WorldFaults _faults;
    private readonly ClientCast _cast;
    private readonly SimulatedClient[] _clients;
    private readonly ISimulatedActor[] _actors;
    private readonly List<string> _violations = [];
    private readonly IInvariant[] _invariants =
    [
        new OneOwner(), new CleanServers(), new ConservedCounts(), new PoolSizes(), new NoIdleServerWhileSomebodyWaits(),
        new FirstComeFirstServed(), new BoundedMemory(), new NoSecrets([.. SimulationOptions.Secrets.Values]), new NoFalseAccusations(),
    ];

    private SimulatedRun(SimulationOptions options, DeliberateBug? bug, int keptTrace)
    {
        _options = options;
        _random = new Random(options.Seed);
        _trace = new TraceRecorder(keptTrace);
        _mux = TestMux.Start(new TestMuxOptions
        {
            Settings = options.Settings(options.PoolSize),
            Loops = options.Loops,
            Seed = options.Seed,
            Schedule = options.Schedule,
            CapacityBytes = options.CapacityBytes,
            AnnouncesEarly = options.AnnouncesEarly,
            Trace = _trace,
            Parts = bug?.Parts ?? new(),
            CreateBuffers = bug?.CreateBuffers,
        });
        _view = new MuxView(_mux);
        _faults = new WorldFaults(_mux, options, _random) { LinkPaused = address => ClientAt(address)?.Expectation?.IsCutOff = true };
        _faults.Start();
        _cast = new ClientCast(hasStatements: options.IsSessionPooled || options.PreparedStatements > 0);
        _clients = [.. Enumerable.Range(0, options.Clients).Select(_ => NewClient())];
        _actors = [.. _clients, .. Enumerable.Range(0, options.Rogues).Select(_ => new RogueClient(_mux, _cast))];
    }

    /// <summary>Runs once.</summary>
    /// <param name="seed">Decides everything.</param>
    /// <param name="bug">A mistake to be found; null for none.</param>
    /// <param name="keptTrace">How many events are kept for reading.</param>
    public static SimulationResult Run(int seed, DeliberateBug? bug = null, int keptTrace = 0) =>
        new SimulatedRun(SimulationOptions.FromSeed(seed), bug, keptTrace).Run(keptTrace);

    private SimulationResult Run(int keptTrace)
    {
        try
        {
            RunWithFaults();
            RunToTheEnd();
        }
        catch (Exception fault)
        {
            _violations.Add($"an exception: {fault}");
        }

        Close();
        return new SimulationResult(
            _options, _violations, _trace.Hash, [.. _trace.Last.Select(entry => entry.ToString()), .. _mux.Log.Events.TakeLast(keptTrace).Select(entry => entry.Text)], _clients.Sum(client => client.Counters.Replies));
    }

    // Safety: whatever happens, nothing is wrong at any time.
    private void RunWithFaults()
    {
        for (var step = 0; step < _options.Steps && _violations.Count == 0; step++)
        {
            var isAtRest = false;
            switch (_random.Next(100))
            {
                case < 62:
                    isAtRest = !_mux.Network.Step();
                    if (isAtRest)
                    {
                        _mux.Network.AdvanceToNext(TimeSpan.FromMilliseconds(_random.Next(1, 500)));
                    }

                    break;
                case < 92:
                    _actors[_random.Next(_actors.Length)].Step(_random);
                    break;
                case < 95:
                    _mux.Network.AdvanceToNext(TimeSpan.FromMilliseconds(_random.Next(1, 3000)));
                    break;
                default:
                    _faults.Step();
                    break;
            }

            Check(isAtRest);
        }
    }

    // Liveness: without faults everything ends, by service or by its time limit.
    private void RunToTheEnd()
    {
        if (_violations.Count > 0)
        {
            return;
        }

        _faults.Stop();
        foreach (var client in _actors)
        {
            client.Finish(_random);
        }

        var limit = _view.Now + Patience.Ticks;
        while (_violations.Count == 0 && !Array.TrueForAll(_actors, client => client.IsSettled) && _view.Now < limit)
        {
            var isAtRest = !_mux.Network.Step();
            TaintVictims();
            if (isAtRest)
            {
                _faults.ReleaseWaits();
                Array.ForEach(_actors, client => client.Observe());
                Check(isAtRest: false);
                if (!_mux.Network.Step())
                {
                    _mux.Network.AdvanceToNext(TimeSpan.FromSeconds(1));
                }
            }
        }

        _violations.AddRange(_actors.Where(client => _violations.Count == 0 && !client.IsSettled)
            .Select(client => $"liveness: {client} waits for ever"));
    }

    private void Check(bool isAtRest)
    {
        TaintVictims();
        _view.Refresh(isAtRest);
        foreach (var invariant in _invariants)
        {
            _violations.AddRange(invariant.Check(_view));
        }

        foreach (var client in _actors)
        {
            _violations.AddRange(client.Violations);
        }
    }

    // Of a server that is broken its client may hear anything but what is another's.
    private void TaintVictims()
    {
        foreach (var held in _mux.Mux.Clients.Registries.SelectMany(registry => registry.Clients))
        {
            if (held.Server is { } server && _view.BackendOf(server) is { Fault: not null })
            {
                ClientAt(held.Transport.RemoteEndPoint)?.Taint();
            }
        }
    }

    private SimulatedClient? ClientAt(EndPoint address) => Array.Find(_clients, client => address.Equals(client.Conversation?.Link.EndPoint));

    private void Close()
    {
        if (_violations.Count > 0)
        {
            // What the multiplexer itself takes for a fault of its own says most.
            _violations.AddRange(_mux.Log.Errors);
        }

        var left = _mux.Close();
        if (_violations.Count == 0)
        {
            _violations.AddRange(left);
            _violations.AddRange(_actors.SelectMany(client => client.Violations));
            _violations.AddRange(LedgerCheck.Find(
                _mux.Postgres.Database.Ledger,
                _clients.SelectMany(client => client.Acknowledged),
                mayRepeat: Array.Exists(_clients, client => client.Counters.Mutations > 0)));
            _violations.AddRange(FindIntruders());
        }
    }

    // I14: nothing from who has not logged in reaches a server.
    private IEnumerable<string> FindIntruders() => _mux.Postgres.Servers
        .SelectMany(server => server.Received)
        .Select(message => _cast.FindOutsider(message.Body))
        .OfType<string>()
        .Select(mark => $"I14: {mark} of somebody who has not logged in has reached a server");

    private SimulatedClient NewClient()
    {
        var temperament = _options.Faults == FaultLevel.None ? Temperament.Patient : Temperament.Any(_random);
        var user = _random.Next(4) == 0 ? "bob" : "alice";
        return new SimulatedClient(_mux, _cast, temperament, new ClientIdentity(user, "db", SimulationOptions.Secrets[user]))
        {
            Allowed = _options.AllowedEnds,

            // A session that stays keeps its server from the others.
            MayStay = !_options.IsSessionPooled,
        };
    }
}
