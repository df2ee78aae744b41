namespace Pgmux.Testing.Transport;

/// <summary>Decides which loop runs next and which news a loop hears of in its turn. The same seed decides the same.</summary>
internal sealed class SeededSchedule(ScheduleKind kind, Random random)
{
    // Waiting has an end, as with a kernel: long enough for a whole exchange of the others to go past.
    private const int MostPassedOver = 50;

    // One change of priorities in so many choices, which gives a run a handful of them.
    private const int ChoicesPerChange = 100;

    private readonly List<SimulatedLoop> _ready = [];
    private long _lowest;

    /// <summary>Of the loops that have work, the one that runs now; null when none has.</summary>
    public SimulatedLoop? NextLoop(List<SimulatedLoop> loops)
    {
        // In the order in which they became ready.
        _ready.RemoveAll(static loop => !loop.HasWork);
        foreach (var loop in loops)
        {
            if (loop.HasWork && !_ready.Contains(loop))
            {
                _ready.Add(loop);
            }
        }

        return _ready.Count == 0 ? null : Take(_ready);
    }

    /// <summary>Takes what is delivered in this turn out of what waits, in the order of its delivery. Something always is.</summary>
    public void TakeDeliveries(List<InMemoryConnection> waiting, List<InMemoryConnection> delivered)
    {
        // The kinds that rank deliver one by one: what a delivery causes may then overtake the rest.
        var count = kind is ScheduleKind.Uniform or ScheduleKind.StarveOne ? random.Next(waiting.Count) + 1 : 1;
        for (; count > 0 && waiting.Count > 0; count--)
        {
            delivered.Add(Take(waiting));
        }
    }

    private T Take<T>(List<T> ready)
        where T : IScheduled
    {
        var index = Choose(ready);
        var taken = ready[index];
        ready.RemoveAt(index);
        foreach (var other in ready)
        {
            other.Schedule.PassedOver++;
        }

        taken.Schedule.PassedOver = 0;
        if (random.Next(ChoicesPerChange) == 0)
        {
            taken.Schedule.Priority = --_lowest;
        }

        return taken;
    }

    private int Choose<T>(List<T> ready)
        where T : IScheduled
    {
        var overdue = ready.FindIndex(static item => item.Schedule.PassedOver >= MostPassedOver);
        return overdue >= 0 ? overdue : kind switch
        {
            ScheduleKind.StarveOne => ChooseButLowest(ready),
            ScheduleKind.Lifo => ready.Count - 1,
            ScheduleKind.PriorityChange => Extreme(ready, sign: 1),
            _ => random.Next(ready.Count),
        };
    }

    private int ChooseButLowest<T>(List<T> ready)
        where T : IScheduled
    {
        if (ready.Count == 1)
        {
            return 0;
        }

        var lowest = Extreme(ready, sign: -1);
        var index = random.Next(ready.Count - 1);
        return index < lowest ? index : index + 1;
    }

    private int Extreme<T>(List<T> ready, int sign)
        where T : IScheduled
    {
        var found = 0;
        for (var index = 0; index < ready.Count; index++)
        {
            if (sign * PriorityOf(ready[index]) > sign * PriorityOf(ready[found]))
            {
                found = index;
            }
        }

        return found;
    }

    private long PriorityOf(IScheduled item) => item.Schedule.Priority ??= random.Next();
}
