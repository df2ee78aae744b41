using Pgmux.Core.Authentication;
using Pgmux.Core.Configuration;

namespace Pgmux.Core.Clients.UserLookup;

/// <summary>
/// The last answers of auth_query and the queries under way, by user. As a rule each login asks anew, so that whatever the server knows
/// holds at once: a changed password, an expired one, a dropped role. The last answer serves where it is younger than auth_query_cache_age,
/// and where a user logs in more often than <see cref="AuthQueryAllowance"/> lets it be asked for. Shared by all loops.
/// </summary>
internal sealed class AuthQueryCache(TimeProvider clock)
{
    /// <summary>Most answers kept, of about 500 bytes each: as many users as keys are kept for (<see cref="ScramSecretCache.DefaultCapacity"/>).</summary>
    public const int Capacity = ScramSecretCache.DefaultCapacity;

    private readonly Lock _lock = new();
    private readonly Dictionary<AuthQueryKey, AuthQueryEntry> _entries = [];
    private readonly LinkedList<AuthQueryEntry> _byAge = [];
    private readonly long[] _kinds = new long[(int)UserSecretKind.Scram + 1];
    private long _validFrom;

    /// <summary>Users about whom something is kept, those that are being asked for included.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _entries.Count;
            }
        }
    }

    /// <summary>
    /// The kind of secret that most users have had that were found, and SCRAM, PostgreSQL's default, before any was: an unknown user is
    /// given one of the same kind, so that it does not stand out.
    /// </summary>
    public UserSecretKind CommonKind
    {
        get
        {
            lock (_lock)
            {
                var common = UserSecretKind.Scram;
                for (var kind = UserSecretKind.Plain; kind < UserSecretKind.Scram; kind++)
                {
                    common = _kinds[(int)kind] > _kinds[(int)common] ? kind : common;
                }

                return common;
            }
        }
    }

    /// <summary>A login asks for its user.</summary>
    /// <param name="key">For whom.</param>
    /// <param name="client">Who asks.</param>
    /// <param name="oldest">How old an answer may be: auth_query_cache_age.</param>
    /// <param name="create">Makes the query when one is to be started.</param>
    public AuthQueryStep Find(AuthQueryKey key, ClientConnection client, TimeSpan oldest, Func<AuthQueryFlight> create)
    {
        lock (_lock)
        {
            var entry = GetOrAdd(key);
            var now = clock.GetTimestamp();
            if (entry.Flight is null && entry.Answer is { } known)
            {
                // That somebody does not exist, or cannot be found, is asked again: it may be why somebody changes it.
                var isYoung = known.Secret is not null && clock.GetElapsedTime(entry.AskedAt, now) < oldest;
                if (isYoung || !entry.Allowance.TryTake(now, clock.TimestampFrequency))
                {
                    return new AuthQueryStep(known, null, null);
                }
            }
            else if (entry.Flight is null)
            {
                // Without an answer there is nothing else to go by; the pool has its own pace for servers that fail.
                entry.Allowance.TryTake(now, clock.TimestampFrequency);
            }

            return Join(entry, client, create);
        }
    }

    /// <summary>
    /// A login has failed by an answer that was given before it came: it may have been the right password all the same. Null when it was
    /// asked often enough lately.
    /// </summary>
    public AuthQueryStep? FindAnew(AuthQueryKey key, ClientConnection client, Func<AuthQueryFlight> create)
    {
        lock (_lock)
        {
            var entry = GetOrAdd(key);
            return entry.Flight is not null || entry.Allowance.TryTake(clock.GetTimestamp(), clock.TimestampFrequency)
                ? Join(entry, client, create)
                : null;
        }
    }

    /// <summary>A login waits no longer.</summary>
    /// <returns>The query, when nobody waits for it any more.</returns>
    public AuthQueryFlight? Leave(AuthQueryKey key, AuthQueryWaiter waiter)
    {
        lock (_lock)
        {
            return _entries.TryGetValue(key, out var entry) && entry.Flight is { } flight && flight.Waiters.Remove(waiter)
                && flight.Waiters.Count == 0
                ? flight
                : null;
        }
    }

    /// <summary>Ends a query that nobody waits for, as nobody has needed it yet; false when somebody has come meanwhile.</summary>
    public bool TryDrop(AuthQueryFlight flight)
    {
        lock (_lock)
        {
            if (flight.Waiters.Count > 0 || !_entries.TryGetValue(flight.Key, out var entry) || entry.Flight != flight)
            {
                return false;
            }

            entry.Flight = null;
            RemoveIfEmpty(entry);
            return true;
        }
    }

    /// <summary>A query has its answer, and all who wait get it. Called once for each query that was not dropped.</summary>
    public void Complete(AuthQueryFlight flight, AuthQueryAnswer answer)
    {
        lock (_lock)
        {
            var entry = _entries[flight.Key];
            entry.Flight = null;
            if (answer.Refusal is null && flight.StartedAt >= _validFrom)
            {
                Keep(entry, answer, flight.StartedAt);
            }
            else
            {
                RemoveIfEmpty(entry);
            }

            foreach (var waiter in flight.Waiters)
            {
                waiter.Tell(answer);
            }

            flight.Waiters.Clear();
        }
    }

    /// <summary>Forgets all answers: a reload may lead to other servers. What is under way is told, and not kept.</summary>
    public void Clear()
    {
        lock (_lock)
        {
            _validFrom = clock.GetTimestamp();
            while (_byAge.First is { } oldest)
            {
                Forget(oldest);
            }
        }
    }

    /// <summary>Forgets answers that can serve nobody any more, so that no secret is kept for longer than it is needed.</summary>
    public void Sweep(TimeSpan oldest)
    {
        var kept = oldest > AuthQueryAllowance.Recovery ? oldest : AuthQueryAllowance.Recovery;
        lock (_lock)
        {
            var now = clock.GetTimestamp();
            while (_byAge.First is { } first && clock.GetElapsedTime(first.Value.AskedAt, now) >= kept)
            {
                Forget(first);
            }
        }
    }

    private AuthQueryEntry GetOrAdd(AuthQueryKey key)
    {
        if (!_entries.TryGetValue(key, out var entry))
        {
            _entries.Add(key, entry = new AuthQueryEntry(key));
        }

        return entry;
    }

    private static AuthQueryStep Join(AuthQueryEntry entry, ClientConnection client, Func<AuthQueryFlight> create)
    {
        var started = entry.Flight is null ? create() : null;
        var flight = entry.Flight ??= started!;
        var waiter = new AuthQueryWaiter(client);
        flight.Waiters.Add(waiter);
        return new AuthQueryStep(null, waiter, started);
    }

    private void Keep(AuthQueryEntry entry, AuthQueryAnswer answer, long askedAt)
    {
        if (entry.Node is { } before)
        {
            _byAge.Remove(before);
        }
        else if (_byAge.Count == Capacity)
        {
            Forget(_byAge.First!);
        }

        entry.Answer = answer;
        entry.AskedAt = askedAt;
        entry.Node = _byAge.AddLast(entry);
        _kinds[(int)(answer.Secret?.Kind ?? UserSecretKind.None)]++;
    }

    private void Forget(LinkedListNode<AuthQueryEntry> node)
    {
        var entry = node.Value;
        _byAge.Remove(node);
        entry.Node = null;
        entry.Answer = null;
        RemoveIfEmpty(entry);
    }

    private void RemoveIfEmpty(AuthQueryEntry entry)
    {
        if (entry is { Flight: null, Answer: null })
        {
            _entries.Remove(entry.Key);
        }
    }
}
