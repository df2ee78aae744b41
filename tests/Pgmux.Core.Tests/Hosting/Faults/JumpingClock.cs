namespace Pgmux.Core.Tests.Hosting.Faults;

/// <summary>A clock whose time of day somebody sets, while its timestamps go on as before.</summary>
internal sealed class JumpingClock(TimeProvider clock) : TimeProvider
{
    /// <summary>By how much the time of day is wrong.</summary>
    public TimeSpan Jump { get; set; }

    public override long TimestampFrequency => clock.TimestampFrequency;

    public override TimeZoneInfo LocalTimeZone => clock.LocalTimeZone;

    public override long GetTimestamp() => clock.GetTimestamp();

    public override DateTimeOffset GetUtcNow() => clock.GetUtcNow() + Jump;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        clock.CreateTimer(callback, state, dueTime, period);
}
