namespace Pgmux.Testing.Chaos.Faults;

/// <summary>The faults of a run, from its seed alone.</summary>
internal static class ChaosSchedule
{
    private static readonly TimeSpan ShortestGap = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestGap = TimeSpan.FromSeconds(5);

    /// <summary>No fault lasts longer, so that every limit of time in pgmux's configuration stays above them or is meant to be met.</summary>
    private static readonly TimeSpan LongestFault = TimeSpan.FromSeconds(3);

    private static readonly (ChaosEventKind Kind, int Share)[] Shares =
    [
        (ChaosEventKind.ClientAborts, 24),
        (ChaosEventKind.SlowReaders, 5),
        (ChaosEventKind.CancelStorm, 8),
        (ChaosEventKind.TerminateBackends, 10),
        (ChaosEventKind.CrashBackend, 5),
        (ChaosEventKind.StopBackend, 4),
        (ChaosEventKind.RestartFast, 3),
        (ChaosEventKind.RestartImmediate, 3),
        (ChaosEventKind.Reload, 10),
        (ChaosEventKind.RestartOnline, 4),
        (ChaosEventKind.HoldNetwork, 5),
        (ChaosEventKind.SlowNetwork, 4),
        (ChaosEventKind.LosePackets, 3),
        (ChaosEventKind.ResetLinks, 4),
        (ChaosEventKind.VanishLinks, 4),
        (ChaosEventKind.RefuseConnects, 2),
        (ChaosEventKind.HangConnects, 2),
    ];

    public static IReadOnlyList<ChaosEvent> Make(int seed, TimeSpan time)
    {
        var random = new Random(seed);
        var events = new List<ChaosEvent>();
        for (var at = Between(random, TimeSpan.Zero, ShortestGap); at < time; at += Between(random, ShortestGap, LongestGap))
        {
            events.Add(new ChaosEvent(at, Next(random), Between(random, TimeSpan.FromSeconds(0.2), LongestFault), random.Next()));
        }

        return events;
    }

    private static TimeSpan Between(Random random, TimeSpan least, TimeSpan most) => least + (random.NextDouble() * (most - least));

    private static ChaosEventKind Next(Random random)
    {
        var at = random.Next(Shares.Sum(share => share.Share));
        var next = 0;
        while (at >= Shares[next].Share)
        {
            at -= Shares[next++].Share;
        }

        return Shares[next].Kind;
    }
}
