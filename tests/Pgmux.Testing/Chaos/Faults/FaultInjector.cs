using System.Diagnostics;

namespace Pgmux.Testing.Chaos.Faults;

/// <summary>Makes the events of a schedule happen, one after the other.</summary>
internal sealed class FaultInjector(ClientFaults clients, ServerFaults servers, NetworkFaults network, ConfigurationFaults configuration, ChaosReport report, ChaosLog log)
{
    /// <summary>From the end of a fault to the next success of any client; beyond it service does not come back by itself.</summary>
    private static readonly TimeSpan LongestRecovery = TimeSpan.FromSeconds(15);

    private readonly Dictionary<ChaosEventKind, int> _counts = [];

    /// <summary>The longest time from the end of a fault to the first action that a client finished.</summary>
    public TimeSpan SlowestRecovery { get; private set; }

    public string Counts => string.Join(", ", _counts.OrderBy(pair => pair.Key).Select(pair => $"{pair.Key} {pair.Value}"));

    public async Task RunAsync(IReadOnlyList<ChaosEvent> schedule)
    {
        var began = Stopwatch.GetTimestamp();
        foreach (var next in schedule)
        {
            var left = next.At - Stopwatch.GetElapsedTime(began);
            if (left > TimeSpan.Zero)
            {
                await Task.Delay(left);
            }

            log.Write($"fault: {next}");
            await RunAsync(next);
            _counts[next.Kind] = _counts.GetValueOrDefault(next.Kind) + 1;
            await WaitForRecoveryAsync(next);
        }
    }

    private Task RunAsync(ChaosEvent fault)
    {
        var random = new Random(fault.Seed);
        switch (fault.Kind)
        {
            case ChaosEventKind.SlowReaders:
                clients.ReadSlowly(random);
                return Task.CompletedTask;
            case ChaosEventKind.ResetLinks:
                network.Reset(random);
                return Task.CompletedTask;
            default:
                return RunAsync(fault, random);
        }
    }

    private Task RunAsync(ChaosEvent fault, Random random) => fault.Kind switch
    {
        ChaosEventKind.ClientAborts => clients.AbortAsync(random),
        ChaosEventKind.CancelStorm => clients.CancelAsync(random),
        ChaosEventKind.TerminateBackends => servers.TerminateAsync(random),
        ChaosEventKind.CrashBackend => servers.CrashAsync(),
        ChaosEventKind.StopBackend => servers.StopOneAsync(fault.Duration),
        ChaosEventKind.RestartFast => servers.RestartAsync(immediately: false),
        ChaosEventKind.RestartImmediate => servers.RestartAsync(immediately: true),
        ChaosEventKind.Reload => configuration.ReloadAsync(random, fault.Duration),
        ChaosEventKind.RestartOnline => configuration.RestartOnlineAsync(),
        ChaosEventKind.HoldNetwork => network.HoldAsync(random, fault.Duration),
        ChaosEventKind.SlowNetwork => network.SlowAsync(random, fault.Duration),
        ChaosEventKind.LosePackets => network.LosePacketsAsync(random, fault.Duration),
        ChaosEventKind.VanishLinks => network.VanishAsync(random, fault.Duration),
        ChaosEventKind.RefuseConnects => network.LoseServersAsync(ProxyMode.Refuse, random, fault.Duration),
        ChaosEventKind.HangConnects => network.LoseServersAsync(ProxyMode.Hang, random, fault.Duration),
        _ => throw new UnreachableException($"{fault.Kind} has no code"),
    };

    private async Task WaitForRecoveryAsync(ChaosEvent fault)
    {
        var before = report.ActionCount;
        var began = Stopwatch.GetTimestamp();
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(5));
        while (report.ActionCount == before && await timer.WaitForNextTickAsync())
        {
            if (Stopwatch.GetElapsedTime(began) > LongestRecovery)
            {
                report.Find($"no client was served for {LongestRecovery.TotalSeconds} s after {fault}");
                break;
            }
        }

        var took = Stopwatch.GetElapsedTime(began);
        SlowestRecovery = took > SlowestRecovery ? took : SlowestRecovery;
    }
}
