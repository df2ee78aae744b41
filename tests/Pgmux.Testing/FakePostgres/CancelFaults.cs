namespace Pgmux.Testing.FakePostgres;

/// <summary>How a <see cref="FakePostgres"/> deals with cancel requests when it is slow or out of order.</summary>
internal sealed class CancelFaults(Random random)
{
    /// <summary>The longest time from a request to the signal, which hits whatever the backend runs then.</summary>
    public TimeSpan MostSignalDelay { get; set; }

    /// <summary>The longest time from the signal to the end of the connection, which says that the signal has been sent.</summary>
    public TimeSpan MostCloseDelay { get; set; }

    /// <summary>How likely the connection is broken at once, without a signal, from 0 to 1.</summary>
    public double RefusalRate { get; set; }

    /// <summary>How likely nothing happens until <see cref="FakePostgres.Heal"/>, from 0 to 1.</summary>
    public double HangRate { get; set; }

    /// <summary>What becomes of the next request.</summary>
    public (bool IsRefused, bool Hangs, TimeSpan SignalDelay, TimeSpan CloseDelay) Next()
    {
        var drawn = random.NextDouble();
        return (
            drawn < RefusalRate,
            drawn >= RefusalRate && drawn < RefusalRate + HangRate,
            random.NextDouble() * MostSignalDelay,
            random.NextDouble() * MostCloseDelay);
    }
}
