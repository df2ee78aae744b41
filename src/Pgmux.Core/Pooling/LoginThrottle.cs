using Pgmux.Protocol;

namespace Pgmux.Core.Pooling;

/// <summary>
/// How many logins a pool may have under way, and when it may try again after a failure. One login until the first has
/// succeeded, so that a wrong password is tried once and not once per client; several after that, so that a pool fills quickly.
/// Guarded by the pool's lock.
/// </summary>
internal sealed class LoginThrottle
{
    /// <summary>Logins under way at once when they are known to succeed: what a server of a few cores forks without queueing.</summary>
    public const int InFlightLimit = 8;

    /// <summary>Wait after the first failure; doubled by each further one, up to server_login_retry.</summary>
    public static readonly TimeSpan FirstRetry = TimeSpan.FromMilliseconds(100);

    private static readonly HashSet<string> TemporaryStates = new(StringComparer.Ordinal)
    {
        SqlState.CannotConnectNow,
        SqlState.TooManyConnections,
        SqlState.AdminShutdown,
        SqlState.CrashShutdown,
        SqlState.ConnectionFailure,
        SqlState.ConnectionException,
    };

    private int _failures;
    private int _losses;
    private long _lastLoss;

    /// <summary>Whether the last login failed.</summary>
    public bool IsFailing => _failures > 0;

    /// <summary>Logins that have failed since the last success.</summary>
    public int Failures => _failures;

    /// <summary>Whether the last failure was one that passes by itself while the server is there: starting up, or full.</summary>
    public bool IsServerBusy { get; private set; }

    /// <summary>What was said at the last failure.</summary>
    public ErrorFields? LastError { get; private set; }

    /// <summary>Earliest time of the next try, in ticks of the loops' clock.</summary>
    public long RetryAt { get; private set; }

    /// <summary>Whether another login may start now, with this many under way.</summary>
    public bool MayStart(int inFlight, bool hasSucceeded, long now) =>
        now >= RetryAt && inFlight < (hasSucceeded && !IsFailing ? InFlightLimit : 1);

    /// <summary>A login has succeeded.</summary>
    public void OnSucceeded()
    {
        _failures = 0;
        IsServerBusy = false;
        LastError = null;
    }

    /// <summary>A login has failed.</summary>
    /// <returns>How long to wait before the next.</returns>
    public TimeSpan OnFailed(ErrorFields? error, TimeSpan longestRetry, long now, long ticksPerSecond)
    {
        LastError = error;
        IsServerBusy = error?.SqlState is SqlState.CannotConnectNow or SqlState.TooManyConnections;
        return WaitAfter(_failures++, longestRetry, now, ticksPerSecond);
    }

    /// <summary>
    /// A server was lost that had logged in and served nobody. Nobody is refused for it, but the next login waits: a server that closes
    /// behind its welcome would be logged in to as fast as it can answer.
    /// </summary>
    /// <returns>How long to wait before the next login.</returns>
    public TimeSpan OnLostUnused(TimeSpan longestRetry, long now, long ticksPerSecond)
    {
        _losses = now - _lastLoss > longestRetry.TotalSeconds * ticksPerSecond ? 0 : _losses;
        _lastLoss = now;
        return WaitAfter(_losses++, longestRetry, now, ticksPerSecond);
    }

    /// <summary>Whether the server's refusal will not pass by waiting, so that waiting clients hear of it at once.</summary>
    public static bool IsPermanent(ErrorFields? error) => error is not null && !TemporaryStates.Contains(error.SqlState);

    private TimeSpan WaitAfter(int earlier, TimeSpan longest, long now, long ticksPerSecond)
    {
        var doubled = FirstRetry * Math.Pow(2, Math.Min(earlier, 30));
        var wait = doubled < longest ? doubled : longest;
        RetryAt = now + (long)(wait.TotalSeconds * ticksPerSecond);
        return wait;
    }
}
