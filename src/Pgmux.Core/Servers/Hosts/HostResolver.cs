using System.Net;
using Microsoft.Extensions.Logging;
using Pgmux.Transport;

namespace Pgmux.Core.Servers.Hosts;

/// <summary>
/// The one resolver of the process: keeps the addresses of hosts for as long as they may be used, asks again in the background for those that
/// are in use, and says which addresses have vanished. Questions run off the loops, and all who want the same host wait for one of them.
/// Shared by all loops; asked once per connection to a server.
/// </summary>
/// <param name="lookup">Whom it asks.</param>
/// <param name="clock">The clock of the loops.</param>
/// <param name="logger">Where events go.</param>
internal sealed class HostResolver(IHostLookup lookup, TimeProvider clock, ILogger logger)
{
    /// <summary>Hosts that are kept; more than a configuration names. Beyond it those go that were wanted least lately.</summary>
    public const int Capacity = 4096;

    /// <summary>Questions under way at once, each on a thread of its own with the system's resolver: a few more than that of glibc has (20 at most).</summary>
    public const int QueryLimit = 16;

    /// <summary>How long a connection waits for a new answer while the last one could serve: the client response timer of RFC 8767, section 5.</summary>
    public static readonly TimeSpan FreshAnswerWait = TimeSpan.FromSeconds(1.8);

    /// <summary>Least time between questions about one host that nobody waits for, whatever dns_max_ttl and the answers say.</summary>
    public static readonly TimeSpan ShortestRefresh = TimeSpan.FromSeconds(1);

    // Where server_connect_timeout is 0: as long as the kernel tries to connect.
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(2);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, HostEntry> _entries = new(StringComparer.OrdinalIgnoreCase);
    private readonly SemaphoreSlim _queries = new(QueryLimit);
    private readonly ZoneChecks _zones = new(lookup, clock, logger);
    private int _active;
    private int _waiting;

    /// <summary>How long answers are good.</summary>
    public HostPolicy Policy { get; set; } = HostPolicy.From(new Configuration.PgmuxOptions());

    /// <summary>Told which addresses of a host have vanished. Called on whichever thread has the answer, outside of the lock.</summary>
    public Action<string, IReadOnlyList<IPAddress>>? Vanished { get; set; }

    /// <summary>Hosts that are kept.</summary>
    public int HostCount
    {
        get
        {
            lock (_gate)
            {
                return _entries.Count;
            }
        }
    }

    /// <summary>Questions that have been sent and wait for their answers.</summary>
    public int ActiveQueries => Volatile.Read(ref _active) + _zones.ActiveQueries;

    /// <summary>Questions that wait until others have ended.</summary>
    public int WaitingQueries => Volatile.Read(ref _waiting);

    /// <summary>
    /// The addresses of a host for one connection. Waits for the answer where the last one is too old; not for long where that could serve.
    /// Comes back to the loop.
    /// </summary>
    /// <exception cref="OperationCanceledException">The connection is not wanted any more.</exception>
    public async Task<HostAddresses> FindAsync(EventLoop loop, string host, TimeSpan limit, CancellationToken cancellationToken)
    {
        HostEntry entry;
        Task answered;
        bool isMine;
        TimeSpan wait;
        lock (_gate)
        {
            entry = EntryOf(host);
            entry.WantedAt = clock.GetTimestamp();
            if (entry.Pending is null && entry.ExpiresAt > entry.WantedAt)
            {
                return entry.TakeTurn();
            }

            wait = limit > TimeSpan.Zero && limit < LongestWait ? limit : LongestWait;
            wait = entry.Addresses.Count > 0 && FreshAnswerWait < wait ? FreshAnswerWait : wait;
            isMine = TryBegin(entry);
            answered = entry.Pending!.Task;
        }

        if (isMine)
        {
            _ = AskAsync(loop, entry);
        }

        var isLate = false;
        try
        {
            await answered.WaitAsync(wait, clock, cancellationToken);
        }
        catch (TimeoutException)
        {
            isLate = true;
        }

        lock (_gate)
        {
            return isLate && entry.Addresses.Count == 0
                ? new HostAddresses([], $"no answer from the name server within {wait.TotalSeconds:0.###} s")
                : entry.TakeTurn();
        }
    }

    /// <summary>Asks again for what has grown too old, drops what nobody uses, looks at zones. Called by one loop, a few times a second.</summary>
    /// <param name="loop">That loop.</param>
    /// <param name="used">Makes the set of the hosts that are in use; only called when it is needed.</param>
    public void Sweep(EventLoop loop, Func<IReadOnlySet<string>> used)
    {
        if (HasExpired())
        {
            AskAgain(loop, used());
        }

        _zones.Sweep(loop, Policy.ZoneCheckPeriod, Zones, zone => AskAgain(loop, zone));
    }

    /// <summary>The hosts that are kept, by name.</summary>
    public IReadOnlyList<HostRow> Hosts()
    {
        lock (_gate)
        {
            var now = clock.GetTimestamp();
            return
            [
                .. _entries.Values.OrderBy(entry => entry.Host, StringComparer.Ordinal).Select(entry => new HostRow(
                    entry.Host,
                    entry.ExpiresAt > now ? clock.GetElapsedTime(now, entry.ExpiresAt.Value) : TimeSpan.Zero,
                    entry.Addresses)),
            ];
        }
    }

    /// <summary>The zones of these hosts, by name.</summary>
    public IReadOnlyList<ZoneRow> ZoneRows() => [.. CountZones().Select(zone => new ZoneRow(zone.Key, _zones.SerialOf(zone.Key), zone.Value))];

    private static string Join(IEnumerable<IPAddress> addresses) => string.Join(", ", addresses);

    private IReadOnlyList<string> Zones() => [.. CountZones().Keys];

    private SortedDictionary<string, int> CountZones()
    {
        lock (_gate)
        {
            var zones = new SortedDictionary<string, int>(StringComparer.OrdinalIgnoreCase);
            foreach (var zone in _entries.Values.Select(entry => entry.Zone).OfType<string>())
            {
                zones[zone] = zones.GetValueOrDefault(zone) + 1;
            }

            return zones;
        }
    }

    private bool HasExpired()
    {
        lock (_gate)
        {
            var now = clock.GetTimestamp();
            return _entries.Values.Any(entry => IsDue(entry, now));
        }
    }

    private bool IsDue(HostEntry entry, long now) =>
        entry.Pending is null && entry.ExpiresAt <= now && clock.GetElapsedTime(entry.AskedAt, now) >= ShortestRefresh;

    private void AskAgain(EventLoop loop, IReadOnlySet<string> used)
    {
        List<HostEntry> begun = [];
        lock (_gate)
        {
            var now = clock.GetTimestamp();
            foreach (var entry in _entries.Values.Where(entry => IsDue(entry, now)).ToArray())
            {
                if (!used.Contains(entry.Host))
                {
                    _entries.Remove(entry.Host);
                }
                else if (TryBegin(entry))
                {
                    begun.Add(entry);
                }
            }
        }

        Ask(loop, begun);
    }

    private void AskAgain(EventLoop loop, string zone)
    {
        List<HostEntry> begun;
        lock (_gate)
        {
            begun = [.. _entries.Values.Where(entry => string.Equals(entry.Zone, zone, StringComparison.OrdinalIgnoreCase) && TryBegin(entry))];
        }

        Ask(loop, begun);
    }

    private void Ask(EventLoop loop, List<HostEntry> begun)
    {
        foreach (var entry in begun)
        {
            _ = AskAsync(loop, entry);
        }
    }

    private HostEntry EntryOf(string host)
    {
        if (_entries.TryGetValue(host, out var entry))
        {
            return entry;
        }

        // Those that are being asked about are bounded by the connections that wait for them.
        if (_entries.Count >= Capacity && _entries.Values.Where(idle => idle.Pending is null).MinBy(idle => idle.WantedAt) is { } oldest)
        {
            _entries.Remove(oldest.Host);
        }

        entry = new HostEntry(host);
        _entries.Add(host, entry);
        return entry;
    }

    private bool TryBegin(HostEntry entry)
    {
        if (entry.Pending is not null)
        {
            return false;
        }

        // Completed as the last thing of an answer, so who waits on that loop may go on at once; others are posted to.
        entry.Pending = new TaskCompletionSource();
        entry.AskedAt = clock.GetTimestamp();
        return true;
    }

    private async Task AskAsync(EventLoop loop, HostEntry entry)
    {
        var answer = HostAnswer.Failed("the lookup was given up");
        try
        {
            answer = await AskInTurnAsync(loop, entry.Host);
        }
        catch (Exception failure)
        {
            // A fault of ours: nobody awaits this method, and the logins that wait must be told.
            HostsLog.Fault(logger, failure, entry.Host);
            answer = HostAnswer.Failed("internal error");
        }
        finally
        {
            Complete(entry, answer);
        }
    }

    private async Task<HostAnswer> AskInTurnAsync(EventLoop loop, string host)
    {
        Interlocked.Increment(ref _waiting);
        await _queries.WaitAsync();
        Interlocked.Decrement(ref _waiting);
        Interlocked.Increment(ref _active);
        try
        {
            return await await loop.OffloadAsync(() => lookup.LookUpAsync(host));
        }
        finally
        {
            Interlocked.Decrement(ref _active);
            _queries.Release();
        }
    }

    private void Complete(HostEntry entry, HostAnswer answer)
    {
        TaskCompletionSource pending;
        IReadOnlyList<IPAddress> before;
        IReadOnlyList<IPAddress> gone;
        lock (_gate)
        {
            before = entry.Addresses;
            entry.Take(answer);
            gone = answer is { Kind: HostAnswerKind.Found, IsPartial: false } ? entry.History.Take(answer.Addresses) : [];
            var now = clock.GetTimestamp();
            entry.ExpiresAt = now + (long)(Policy.AgeOf(answer).TotalSeconds * clock.TimestampFrequency);
            pending = entry.Pending!;
            entry.Pending = null;
        }

        Report(entry.Host, answer, before);
        if (gone.Count > 0)
        {
            HostsLog.AddressesGone(logger, entry.Host, Join(gone));
            Vanished?.Invoke(entry.Host, gone);
        }

        pending.SetResult();
    }

    private void Report(string host, HostAnswer answer, IReadOnlyList<IPAddress> before)
    {
        if (answer.Kind == HostAnswerKind.Failed && before.Count > 0)
        {
            HostsLog.LastAnswerKept(logger, host, answer.Problem, Join(before));
        }
        else if (answer.Kind != HostAnswerKind.Found)
        {
            HostsLog.LookupFailed(logger, host, answer.Problem);
        }
        else if (!answer.Addresses.ToHashSet().SetEquals(before))
        {
            HostsLog.Resolved(logger, host, Join(answer.Addresses));
            if (answer.LeftOut > 0)
            {
                HostsLog.AddressesLeftOut(logger, host, answer.LeftOut, HostAnswer.MostAddresses);
            }
        }
    }
}
