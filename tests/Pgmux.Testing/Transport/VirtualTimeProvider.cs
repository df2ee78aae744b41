namespace Pgmux.Testing.Transport;

/// <summary>A clock that stands still until a test moves it. Timers fire on the thread that moves it.</summary>
internal sealed class VirtualTimeProvider : TimeProvider
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly List<VirtualTimer> _timers = [];
    private long _ticks;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <summary>Timestamp of the nearest timer; <see cref="long.MaxValue"/> when there is none.</summary>
    public long NextDue => _timers.Count == 0 ? long.MaxValue : _timers.Min(timer => timer.Due);

    public override long GetTimestamp() => _ticks;

    public override DateTimeOffset GetUtcNow() => Start.AddTicks(_ticks);

    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new VirtualTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Sets the clock forward and fires the timers that are due then, in their order.</summary>
    public void MoveTo(long timestamp)
    {
        _ticks = Math.Max(_ticks, timestamp);
        while (_timers.Where(timer => timer.Due <= _ticks).MinBy(timer => timer.Due) is { } due)
        {
            due.Fire();
        }
    }

    internal void Add(VirtualTimer timer) => _timers.Add(timer);

    internal void Remove(VirtualTimer timer) => _timers.Remove(timer);
}
