namespace Pgmux.Core.Clients.UserLookup;

/// <summary>
/// How often auth_query may be run for one user: a few times at once, then at a steady pace, whatever number of logins and wrong
/// passwords there is. A leaky bucket, kept as the time at which it will be empty.
/// </summary>
internal struct AuthQueryAllowance
{
    /// <summary>Queries that may follow each other at once: more logins than somebody makes by hand who has just changed a password.</summary>
    public const int Burst = 5;

    /// <summary>
    /// Time between queries after that. It is also how old an answer can get by default while logins come faster: short enough that nobody
    /// sees it, and five queries a second for one user are nothing to a server.
    /// </summary>
    public static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(200);

    /// <summary>Time after which nothing is left of earlier queries.</summary>
    public static readonly TimeSpan Recovery = Pace * Burst;

    private long _emptyAt;

    /// <summary>Takes one query; false when it has to wait.</summary>
    /// <param name="now">In ticks of the loops' clock.</param>
    /// <param name="ticksPerSecond">Of that clock.</param>
    public bool TryTake(long now, long ticksPerSecond)
    {
        var pace = (long)(Pace.TotalSeconds * ticksPerSecond);
        var from = Math.Max(_emptyAt, now);
        if (from - now > pace * (Burst - 1))
        {
            return false;
        }

        _emptyAt = from + pace;
        return true;
    }
}
