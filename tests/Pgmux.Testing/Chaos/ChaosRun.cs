using System.Globalization;
using System.Text.RegularExpressions;
using Pgmux.Testing.Chaos.Faults;
using Pgmux.Testing.Chaos.Load;
using Pgmux.Testing.Postgres;
using Pgmux.Testing.Processes;

namespace Pgmux.Testing.Chaos;

/// <summary>
/// Load, faults, and the question whether anybody noticed who should not have: real PostgreSQL, real sockets, the real program. A
/// run warms up, measures, does harm, lets the load go on undisturbed for a while, measures again, lets all clients leave, and holds
/// the tables against the ledger.
/// </summary>
internal sealed partial class ChaosRun : IAsyncDisposable
{
    private static readonly TimeSpan ProgressInterval = TimeSpan.FromSeconds(5);

    /// <summary>Undisturbed load behind the last fault: longer than cancel_wait_timeout and server_connect_timeout below.</summary>
    private static readonly TimeSpan Aftermath = TimeSpan.FromSeconds(6);

    /// <summary>Longer than the patience of a client that is told nothing.</summary>
    private static readonly TimeSpan LongestGoodbye = TimeSpan.FromMinutes(2);

    /// <summary>How much more memory may be in use at the end than after the warm-up: the runtime returns what it has freed late.</summary>
    private const long MostGrowthBytes = 64 << 20;

    private readonly ChaosOptions _options;
    private readonly ChaosLog _log;
    private readonly ChaosReport _report;
    private readonly TransferLedger _ledger = new();
    private readonly List<LoadClient> _clients = [];
    private readonly PostgresCluster _cluster;
    private readonly PostgresCluster _calm;
    private readonly ChaosProxy _proxy;
    private readonly PgmuxSettings _settings;
    private readonly PgmuxProcess _pgmux;

    private ChaosRun(ChaosOptions options, ChaosLog log, PostgresCluster cluster, PostgresCluster calm, ChaosProxy proxy, PgmuxSettings settings, PgmuxProcess pgmux)
    {
        (_options, _log, _cluster, _calm, _proxy, _settings, _pgmux) = (options, log, cluster, calm, proxy, settings, pgmux);
        _report = new ChaosReport(log);
    }

    public static async Task<ChaosRun> StartAsync(ChaosOptions options, ChaosLog log)
    {
        log.Write(options.ToString());
        var cluster = await PostgresCluster.StartAsync(options.Postgres);
        // What has been acknowledged survives a crash, and dead rows do not pile up.
        await cluster.ExecuteAsync("ALTER SYSTEM SET synchronous_commit = on");
        await cluster.ExecuteAsync("ALTER SYSTEM SET autovacuum = on");
        await cluster.ExecuteAsync("SELECT pg_reload_conf()");
        await cluster.ExecuteAsync(TransferLedger.Schema);
        var calm = await PostgresCluster.StartAsync(options.Postgres);
        var proxy = ChaosProxy.Start(new System.Net.IPEndPoint(System.Net.IPAddress.Loopback, cluster.Port), options.Seed);
        var settings = Settings(options, cluster, calm, proxy);
        return new ChaosRun(options, log, cluster, calm, proxy, settings, await PgmuxProcess.StartAsync(settings));
    }

    /// <summary>Runs to the end; returns what must not have happened.</summary>
    public async Task<IReadOnlyCollection<string>> RunAsync()
    {
        using var stop = new CancellationTokenSource();
        var progress = TellProgressAsync(stop.Token);
        try
        {
            await RunPhasesAsync();
        }
        catch (Exception e)
        {
            // Whatever it was, the sum is told, and the test fails for it.
            _report.Find($"the run broke off: {e}");
        }

        await stop.CancelAsync();
        await progress;
        CheckLog();
        if (_options.LogFile is { } file)
        {
            await File.WriteAllLinesAsync($"{file}.pgmux", _pgmux.Logs.SelectMany(log => log.Lines));
        }

        _log.Write($"actions: {_report.Actions}");
        _log.Write($"errors that clients got: {_report.Errors}");
        _log.Write(
            $"sum: {_report.ActionCount} actions, {_ledger.Count(TransferFate.Acknowledged)} transfers acknowledged, {_ledger.Count(TransferFate.Refused)} refused, "
            + $"{_ledger.Count(TransferFate.Unknown)} unknown; {_report.CrossedCount} crossed replies, {_report.FindingCount} findings; seed {_options.Seed}");
        return _report.Findings;
    }

    public async ValueTask DisposeAsync()
    {
        await _pgmux.DisposeAsync();
        await _proxy.DisposeAsync();
        await _calm.DisposeAsync();
        await _cluster.DisposeAsync();
    }

    private static PgmuxSettings Settings(ChaosOptions options, PostgresCluster cluster, PostgresCluster calm, ChaosProxy proxy)
    {
        var settings = PgmuxSettings.For(
            cluster,
            ("default_pool_size", options.Servers.ToString(CultureInfo.InvariantCulture)),
            ("worker_threads", options.Workers.ToString(CultureInfo.InvariantCulture)),
            ("max_client_conn", (options.Clients * 4).ToString(CultureInfo.InvariantCulture)),
            ("server_login_retry", "1"),
            ("server_connect_timeout", "3"),
            ("cancel_wait_timeout", "4"),
            ("server_lifetime", "20"),
            ("server_idle_timeout", "20"),
            ("max_prepared_statements", "100"));
        return settings with
        {
            Databases = new Dictionary<string, string>
            {
                ["app"] = string.Create(CultureInfo.InvariantCulture, $"host=127.0.0.1 port={proxy.Port}"),
                ["calm"] = string.Create(CultureInfo.InvariantCulture, $"host=127.0.0.1 port={calm.Port} dbname=app"),
            },
        };
    }

    private async Task RunPhasesAsync()
    {
        await using var console = new ChaosConsole(_pgmux);
        await console.ConnectAsync();
        await using var canary = await Canary.StartAsync(_pgmux, PostgresRole.Superuser.Name, "calm");
        var load = StartClients();
        var before = default(ChaosMeasure);
        try
        {
            await Task.Delay(_options.WarmUp);
            before = await MeasureAsync(console, otherSockets: null);
            _log.Write($"warm: {before}");
            await HarmAsync(console);
            var after = await MeasureAsync(console, before.OtherSockets);
            _log.Write($"afterwards: {after}");
            Compare(before, after);
        }
        finally
        {
            _clients.ForEach(client => client.Stop());
            await load.WaitAsync(LongestGoodbye);
        }

        await ChaosMeasure.TakeAsync(_pgmux, console, clients: 0, before.OtherSockets);
        await canary.StopAsync();
        await _ledger.CheckAsync(_cluster, _report);
    }

    private Task StartClients()
    {
        for (var n = 0; n < _options.Clients; n++)
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"c{n}");
            var random = new Random(unchecked((_options.Seed * 7919) + n));
            _clients.Add(new LoadClient(new LoadContext(_pgmux.TcpEndPoint, name, _ledger, _report, random), _options.MostPauseMilliseconds));
        }

        return Task.WhenAll(_clients.Select(client => client.RunAsync()));
    }

    /// <summary>Lets all clients stand still with their connections open, measures, and lets them go on.</summary>
    private async Task<ChaosMeasure> MeasureAsync(ChaosConsole console, int? otherSockets)
    {
        await Task.WhenAll(_clients.Select(client => client.QuietAsync())).WaitAsync(LongestGoodbye);
        var measure = await ChaosMeasure.TakeAsync(_pgmux, console, _options.Clients, otherSockets);
        _clients.ForEach(client => client.Resume());
        return measure;
    }

    private async Task HarmAsync(ChaosConsole console)
    {
        var injector = new FaultInjector(
            new ClientFaults(_clients),
            new ServerFaults(_cluster),
            new NetworkFaults(_proxy),
            new ConfigurationFaults(_pgmux, console, _settings, _options.Servers),
            _report,
            _log);
        _report.AreFaultsOn = true;
        await injector.RunAsync(ChaosSchedule.Make(_options.Seed, _options.Time));
        await Task.Delay(Aftermath);
        // Whoever had an error has logged in again; from here on nobody may have one.
        _report.AreFaultsOn = false;
        _log.Write($"faults: {injector.Counts}; slowest recovery {injector.SlowestRecovery.TotalSeconds:F2} s");
    }

    private void Compare(ChaosMeasure before, ChaosMeasure after)
    {
        if (after.ResidentBytes - before.ResidentBytes > MostGrowthBytes)
        {
            _report.Find($"memory grew from {before} to {after}");
        }

        if (after.Threads > before.Threads + 4)
        {
            _report.Find($"threads grew from {before} to {after}");
        }
    }

    private async Task TellProgressAsync(CancellationToken stop)
    {
        using var timer = new PeriodicTimer(ProgressInterval);
        var last = 0L;
        try
        {
            while (await timer.WaitForNextTickAsync(stop))
            {
                var now = _report.ActionCount;
                var counters = _pgmux.ReadCounters();
                _log.Write(
                    $"{now} actions ({(now - last) / ProgressInterval.TotalSeconds:F0}/s), {_clients.Count(client => client.Session is not null)} clients, "
                    + $"{_proxy.Links.Count} servers, {counters.ResidentBytes >> 20} MiB, {counters.Descriptors} descriptors, {_report.FindingCount} findings");
                last = now;
            }
        }
        catch (OperationCanceledException)
        {
            // The run is over.
        }
    }

    private void CheckLog()
    {
        if (_pgmux.HasExited)
        {
            _report.Find($"pgmux has ended:\n{_pgmux.Log}");
        }

        foreach (var line in _pgmux.Logs.SelectMany(log => log.Lines).Where(line => Grave().IsMatch(line)))
        {
            _report.Find($"pgmux's log: {line}");
        }
    }

    // An event at Error level or above, the runtime's own last words, or what says that PostgreSQL was misunderstood.
    [GeneratedRegex(@"UTC \[\d+\] (ERROR|FATAL) |Unhandled exception|broke the protocol|Fatal error")]
    private static partial Regex Grave();
}
