using Microsoft.Extensions.Logging;
using Pgmux.Core.Admin;
using Pgmux.Core.Authentication;
using Pgmux.Core.Clients;
using Pgmux.Core.Configuration;
using Pgmux.Core.Handover;
using Pgmux.Core.Hosting.Restart;
using Pgmux.Core.Parameters;
using Pgmux.Core.Pooling;
using Pgmux.Core.Servers;
using Pgmux.Core.Servers.Hosts;
using Pgmux.Core.Servers.Passwords;
using Pgmux.Transport;

namespace Pgmux.Core.Hosting;

/// <summary>
/// The multiplexer on whatever loops it is given: real ones in the process, simulated ones in tests. Connections come in, time
/// limits are swept, a reload is applied, a shutdown runs its course.
/// </summary>
internal sealed class Multiplexer
{
    private readonly ConfigStore _configuration;
    private readonly IReadOnlyList<EventLoop> _loops;
    private readonly ILogger _logger;
    private readonly List<IDisposable> _sweeps = [];
    private readonly TaskCompletionSource _stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Action<object?> _arrived;
    private readonly ConsoleSource _console;
    private readonly PoolHosts _hosts;
    private ShutdownMode? _shutdown;
    private volatile ShutdownDrain? _drain;
    private volatile ClientHandover? _handover;
    private bool _isEnding;
    private bool _wasAsked;
    private int _sweepsSinceEnd;
    private uint _nextLoop;

    /// <param name="configuration">The settings; the first loop's thread applies what changes.</param>
    /// <param name="loops">All loops, by index.</param>
    /// <param name="logger">Where events go.</param>
    /// <param name="processUserId">The uid whose processes may open the console over the Unix socket.</param>
    /// <param name="parts">What it is put together from.</param>
    public Multiplexer(
        ConfigStore configuration, IReadOnlyList<EventLoop> loops, ILogger logger, uint processUserId, MultiplexerParts? parts = null)
    {
        _configuration = configuration;
        _loops = loops;
        _logger = logger;
        var options = configuration.Current.Options;
        parts ??= new MultiplexerParts();
        var servers = new ServerEnvironment(
            new TrackedParameters(options.TrackExtraParameters), new ParameterSetCache(), new AuthenticationContext(), logger)
        {
            Parts = parts.Servers,
            Passwords = new PasswordCommands(parts.Servers.CreatePasswordProgram(), logger),
            Hosts = new HostResolver(parts.Hosts ?? HostLookups.For(options), loops[0].TimeProvider, logger),
        };
        Pools = new PoolRegistry(new PoolEnvironment(loops, servers, parts.Pools));
        _hosts = new PoolHosts(Pools, configuration);
        Clients = new ClientEnvironment(configuration, Pools, logger, parts.Clients)
        {
            ProcessUserId = processUserId,
            RunConsoleAsync = RunConsoleAsync,
            ListeningAt = () => Listeners().Select(listener => listener.EndPoint),
        };
        Statistics = new StatisticsHistory(Pools, loops[0].TimeProvider, logger);
        Suspension = new Suspension(this);
        Clients.LastConsoleClosed = OnLastConsoleClosed;
        Switches = new PoolerSwitches(this);
        Desk = new HandoverDesk(this);
        _console = new ConsoleSource(this, Statistics);
        _arrived = state => Clients.Accept((TransportConnection)state!);
        ApplySettings();
    }

    /// <summary>The settings.</summary>
    public ConfigStore Configuration => _configuration;

    /// <summary>All pools.</summary>
    public PoolRegistry Pools { get; }

    /// <summary>All clients.</summary>
    public ClientEnvironment Clients { get; }

    /// <summary>What stops and starts service.</summary>
    public IPoolerSwitches Switches { get; }

    /// <summary>Where a new process asks for sockets and clients.</summary>
    public HandoverDesk Desk { get; }

    /// <summary>SUSPEND.</summary>
    public Suspension Suspension { get; }

    /// <summary>All loops, by index.</summary>
    public IReadOnlyList<EventLoop> Loops => _loops;

    /// <summary>Where connections come in, as long as they do; set by whoever listens.</summary>
    public Func<IReadOnlyList<TransportListener>> Listeners { get; set; } = static () => [];

    /// <summary>Where events go.</summary>
    public ILogger Logger => _logger;

    /// <summary>What has been done so far, per database.</summary>
    public StatisticsHistory Statistics { get; }

    /// <summary>Completes when a shutdown has run its course.</summary>
    public Task Stopped => _stopped.Task;

    /// <summary>Told when a shutdown begins that waits: listeners for clients are to be closed.</summary>
    public Action? ListenersUnwanted { get; set; }

    /// <summary>Whether whoever started the process has opened its listening sockets.</summary>
    public bool HasGivenListeners { get; set; }

    /// <summary>Told when another process listens on the same sockets; on the first loop.</summary>
    public Action? ListenersTaken { get; set; }

    /// <summary>Told when another process has taken over, and which; on the first loop.</summary>
    public Action<int>? TakenOver { get; set; }

    /// <summary>Told when the first request to shut down comes; on the first loop.</summary>
    public Action? StopBegan { get; set; }

    /// <summary>How a reload reads the configuration; set by whoever owns the log file as well.</summary>
    public Func<bool>? ReadConfiguration { get; set; }

    /// <summary>Told of new settings after a SET; set by whoever owns the log file.</summary>
    public Action<PgmuxOptions>? SettingsChanged { get; set; }

    /// <summary>Begins to sweep.</summary>
    public void Start()
    {
        foreach (var loop in _loops)
        {
            loop.UnhandledException = failure => HostingLog.LoopFault(_logger, failure, loop.Index);
            _sweeps.Add(loop.AddSweep(() => Sweep(loop)));
        }
    }

    /// <summary>Takes a connection that a loop has accepted and spreads connections over the loops.</summary>
    public void Accept(TransportConnection transport)
    {
        var target = _loops[(int)(_nextLoop++ % (uint)_loops.Count)];
        if (target == transport.Loop)
        {
            Clients.Accept(transport);
        }
        else
        {
            transport.MoveTo(target, _arrived, transport);
        }
    }

    /// <summary>Reads the configuration again and lets every pool and client know. False when the old one stays. Any thread.</summary>
    public bool Reload()
    {
        var isGood = ReadConfiguration?.Invoke() ?? _configuration.TryReload(out _);
        if (isGood)
        {
            Clients.Users.Cache.Clear();
            Pools.Environment.Servers.Passwords.Clear();
            FollowConfiguration();
        }

        return isGood;
    }

    /// <summary>SET: changes one setting until the next reload, and lets every pool and client know. Any thread.</summary>
    public SettingChange Change(string name, string text)
    {
        var change = _configuration.Change(name, text, out var warnings);
        foreach (var fault in change.Faults)
        {
            // No error of the process: who has typed it is told.
            Diagnostics.ConfigurationLog.Warning(_logger, fault);
        }

        if (change == SettingChange.Taken)
        {
            foreach (var warning in warnings)
            {
                Diagnostics.ConfigurationLog.Warning(_logger, warning);
            }

            SettingsChanged?.Invoke(_configuration.Current.Options);
            FollowConfiguration();
        }

        return change;
    }

    private void FollowConfiguration()
    {
        ApplySettings();
        var removed = Pools.Apply(_configuration.Current);
        foreach (var pool in removed)
        {
            Statistics.OnPoolClosed(pool);
        }

        if (removed.Count > 0)
        {
            CloseClientsOf(removed);
        }
    }

    /// <summary>Begins to stop, or stops faster than before. Any thread; may be called again.</summary>
    public void BeginShutdown(ShutdownMode mode) => _loops[0].Post(static state =>
    {
        var (multiplexer, wanted) = ((Multiplexer, ShutdownMode))state!;
        multiplexer.OnShutdown(wanted);
    }, (this, mode));

    /// <summary>Another process serves from now on: nobody is accepted here, clients go there, and when none is left this one ends. Any thread.</summary>
    /// <param name="handover">What gives it the clients.</param>
    /// <param name="processId">Which process it is.</param>
    public void BeginHandover(ClientHandover handover, int processId) => _loops[0].Post(
        _ =>
        {
            HandoverLog.Begun(_logger, processId, Clients.SessionCount);
            Pools.Environment.ClosesIdleServers = true;
            _handover = handover;
            Clients.Handover = handover;
            ListenersTaken?.Invoke();
            TakenOver?.Invoke(processId);
            WaitFor(ShutdownMode.WaitForClients);
        },
        null);

    /// <summary>The other process has gone: who is still here is served here to the end. Any thread.</summary>
    public void EndHandover(ClientHandover handover) => _loops[0].Post(
        _ =>
        {
            Clients.Handover = null;
            _handover = null;
            foreach (var loop in _loops)
            {
                loop.Post(_ => handover.ReleaseHeld(loop), null);
            }
        },
        null);

    private void OnShutdown(ShutdownMode mode)
    {
        if (_isEnding)
        {
            return;
        }

        // PgBouncer's rule: a second request while one is waiting means now. A handover waits without having been asked to.
        var isFirst = _shutdown is null || !_wasAsked;
        var next = isFirst ? mode : ShutdownMode.Immediate;
        _wasAsked = true;
        if (isFirst)
        {
            StopBegan?.Invoke();
        }

        HostingLog.Stopping(_logger, next, Clients.ClientCount);
        WaitFor(next);
    }

    private void WaitFor(ShutdownMode next)
    {
        _shutdown = next;
        if (next != ShutdownMode.Immediate)
        {
            // Nobody who is held could ever finish, and RESUME is refused from now on.
            Suspension.TryEnd();
        }

        Clients.ShutdownBegan = _loops[0].Timestamp;
        Clients.WaitsForClients = next == ShutdownMode.WaitForClients;
        Clients.IsShuttingDown = true;
        ListenersUnwanted?.Invoke();
        switch (next)
        {
            case ShutdownMode.WaitForServers:
                foreach (var pool in Pools.All)
                {
                    pool.Drain();
                }

                break;
            case ShutdownMode.WaitForClients when _configuration.Current.Options.ShutdownDrainTimeout is var limit && limit > TimeSpan.Zero:
                HostingLog.Draining(_logger, Clients.SessionCount, limit.TotalSeconds);
                _drain = new ShutdownDrain(_loops[0].TimeProvider, limit, Clients.SessionCount);
                break;
            case ShutdownMode.Immediate:
                End();
                break;
        }
    }

    // Called on the loop of the client that has left.
    private void OnLastConsoleClosed()
    {
        if (!Clients.IsShuttingDown && Suspension.TryEnd())
        {
            HostingLog.SuspensionAbandoned(_logger);
        }
    }

    private void Sweep(EventLoop loop)
    {
        // Time limits stand still during SUSPEND, as in PgBouncer: nothing changes that another process may have been told of.
        if (Suspension.IsBegun)
        {
            Suspension.Sweep(loop);
        }
        else
        {
            Clients.RegistryOf(loop).Sweep(_configuration.Current);
            _handover?.Sweep(Clients.RegistryOf(loop));
            _drain?.Sweep(Clients.RegistryOf(loop));
            Clients.Users.Sweep(loop, _configuration.Current);
            Pools.Sweep(loop);
        }

        if (loop.Index == 0)
        {
            RefreshUsers();
            _hosts.Sweep(loop);
            EndUnusedPools(loop);
            if (_shutdown is null)
            {
                Pools.KeepMinimums(_configuration.Current);
            }

            var options = _configuration.Current.Options;
            Statistics.Sweep(options.StatsPeriod, options.LogStats);
            FollowShutdown();
        }
    }

    private void EndUnusedPools(EventLoop loop)
    {
        foreach (var pool in Pools.EndUnused(loop) ?? [])
        {
            Statistics.OnPoolEnded(pool, isLastOfDatabase: pool.Policy.Database.IsAutomatic && !Pools.HasPoolOf(pool.Key.Database));
        }
    }

    private void RefreshUsers()
    {
        if (!_configuration.TryRefreshUsers(out var faults))
        {
            foreach (var fault in faults)
            {
                Diagnostics.ConfigurationLog.Fault(_logger, fault);
            }
        }
    }

    private void FollowShutdown()
    {
        if (_isEnding && ++_sweepsSinceEnd == SweepsForLastWords)
        {
            foreach (var sweep in _sweeps)
            {
                sweep.Dispose();
            }

            HostingLog.Stopped(_logger);
            _stopped.TrySetResult();
        }
        else if (!_isEnding
            && ((_shutdown == ShutdownMode.WaitForClients && Clients.SessionCount == 0 && _handover is not { HasClientsUnderWay: true })
                || (_shutdown == ShutdownMode.WaitForServers && Pools.All.All(pool => pool.IsDrained))))
        {
            End();
        }
        else if (!_isEnding && _drain is { } drain)
        {
            Clients.ClosesAfterTransactions = drain.IsSpread;
            if (drain.IsOver)
            {
                HostingLog.DrainIsOver(_logger, Clients.SessionCount);
                End();
            }
        }
    }

    private Task RunConsoleAsync(ClientConnection client) => new ConsoleClient(client, _console, Clients, Statistics).RunAsync();

    // Time for what clients were told last to leave the process; a sweep comes three times a second.
    private const int SweepsForLastWords = 2;

    private void End()
    {
        _isEnding = true;
        foreach (var loop in _loops)
        {
            loop.Post(static state =>
            {
                var registry = (ClientRegistry)state!;
                foreach (var client in registry.Clients.ToArray())
                {
                    client.Close(ClientCloseReason.ShuttingDown, ClientErrors.ShuttingDown);
                }
            }, Clients.RegistryOf(loop));
        }

        foreach (var pool in Pools.All)
        {
            pool.Close(LeaseOutcome.ShuttingDown, ServerCloseReason.ShuttingDown);
        }
    }

    /// <summary>Closes the clients of pools whose database is gone. Any thread.</summary>
    internal void CloseClientsOf(IReadOnlyList<Pool> removed)
    {
        foreach (var loop in _loops)
        {
            loop.Post(static state =>
            {
                var (registry, pools) = ((ClientRegistry, IReadOnlyList<Pool>))state!;
                foreach (var client in registry.Clients.Where(client => client.Pool is { } pool && pools.Contains(pool)).ToArray())
                {
                    client.Close(ClientCloseReason.DatabaseRemoved, ClientErrors.DatabaseRemoved);
                }
            }, (Clients.RegistryOf(loop), removed));
        }
    }

    // In a small container the default would be more than there is: the rest is for buffers and for the collector to work in.
    private static long StatementBytesLimit() => GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 4;

    private void ApplySettings()
    {
        var options = _configuration.Current.Options;
        var servers = Pools.Environment.Servers;
        servers.Hosts.Policy = HostPolicy.From(options);
        servers.LogConnections = options.LogConnections;
        servers.LogDisconnections = options.LogDisconnections;
        Clients.Peers.Apply(_configuration.Current);
        Clients.Statements.Registry.BytesLimit = Math.Min(options.PreparedStatementMemory, StatementBytesLimit());
    }
}
