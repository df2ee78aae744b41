namespace Pgmux.Testing.Transport;

/// <summary>A timer of a <see cref="VirtualTimeProvider"/>.</summary>
internal sealed class VirtualTimer(VirtualTimeProvider time, TimerCallback callback, object? state) : ITimer
{
    private TimeSpan _period = Timeout.InfiniteTimeSpan;

    public long Due { get; private set; } = long.MaxValue;

    public bool Change(TimeSpan dueTime, TimeSpan period)
    {
        time.Remove(this);
        _period = period;
        if (dueTime != Timeout.InfiniteTimeSpan)
        {
            Due = time.GetTimestamp() + dueTime.Ticks;
            time.Add(this);
        }

        return true;
    }

    public void Fire()
    {
        var isPeriodic = _period != Timeout.InfiniteTimeSpan && _period > TimeSpan.Zero;
        Change(isPeriodic ? _period : Timeout.InfiniteTimeSpan, _period);
        callback(state);
    }

    public void Dispose() => time.Remove(this);

    public ValueTask DisposeAsync()
    {
        Dispose();
        return ValueTask.CompletedTask;
    }
}
