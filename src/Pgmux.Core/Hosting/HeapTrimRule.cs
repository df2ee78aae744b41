namespace Pgmux.Core.Hosting;

/// <summary>
/// Says when what logins and large messages have left behind is worth a collection. Forwarding allocates nothing, so a process that only
/// forwards, or rests, never collects by itself: the garbage of its last burst would stay resident for hours.
/// </summary>
internal sealed class HeapTrimRule
{
    /// <summary>Less garbage than this is left alone: it is little beside what the process takes by itself.</summary>
    public const long LeastGarbageBytes = 1024 * 1024;

    /// <summary>And less than this share of what is in use: a collection takes time in proportion to that.</summary>
    public const long LeastGarbageDivisor = 4;

    /// <summary>More allocated bytes a second than this is a burst that is still going on: a login makes some 10 KB.</summary>
    public const long QuietBytesPerSecond = 100_000;

    /// <summary>More of a processor than this is work that should not be made to wait.</summary>
    public const double QuietProcessorShare = 0.1;

    /// <summary>Looks in a row that have to find the process quiet. They come three times a second.</summary>
    public const int QuietLooks = 2;

    /// <summary>After a collection none follows for so many times as long as it took: together they take 0.2 % of the time at most.</summary>
    public const int RestFactor = 500;

    /// <summary>
    /// But no longer than this, so that memory goes back within a minute: on a machine with much else to do one collection may seem long.
    /// </summary>
    public static readonly TimeSpan LongestRest = TimeSpan.FromSeconds(30);

    private ProcessActivity _last;
    private long _allocatedAtTrim;
    private long _liveBytes;
    private TimeSpan _notBefore;
    private int _quietLooks;

    /// <summary>Bytes allocated since the last collection, as far as the last look knows.</summary>
    public long AllocatedBytes => _last.AllocatedBytes - _allocatedAtTrim;

    /// <summary>Looks at the process; true when it is to collect now, and <see cref="OnTrimmed"/> is to follow.</summary>
    public bool IsDue(in ProcessActivity now)
    {
        var elapsed = now.At - _last.At;
        var isQuiet = now.AllocatedBytes - _last.AllocatedBytes <= QuietBytesPerSecond * elapsed.TotalSeconds
            && now.ProcessorTime - _last.ProcessorTime <= QuietProcessorShare * elapsed;
        _quietLooks = isQuiet ? _quietLooks + 1 : 0;
        _last = now;

        // All that was allocated counts as garbage: how much of it is in use only a collection can say.
        return _quietLooks >= QuietLooks
            && now.At >= _notBefore
            && AllocatedBytes >= Math.Max(LeastGarbageBytes, _liveBytes / LeastGarbageDivisor);
    }

    /// <summary>The heap has been collected.</summary>
    /// <param name="now">What the process has done by now.</param>
    /// <param name="liveBytes">What was left on the heap.</param>
    /// <param name="took">How long all threads stood still.</param>
    public void OnTrimmed(in ProcessActivity now, long liveBytes, TimeSpan took)
    {
        _last = now;
        _allocatedAtTrim = now.AllocatedBytes;
        _liveBytes = liveBytes;
        var rest = took * RestFactor;
        _notBefore = now.At + (rest < LongestRest ? rest : LongestRest);
        _quietLooks = 0;
    }
}
