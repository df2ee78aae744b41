using Pgmux.Core.Servers;
using Pgmux.Transport;

namespace Pgmux.Core.Pooling;

/// <summary>
/// Makes room where max_db_connections or max_user_connections is reached: closes the server that has been idle for longest among the pools
/// that count for the limit, as PgBouncer does. Who wants room stands in a list, each pool once, and is served in its order, one server at a
/// time; nobody else takes the room meanwhile. The looking is done on one loop, and no pool's lock is held while another pool is looked at.
/// </summary>
internal sealed class ServerEviction(EventLoop home)
{
    private static readonly Action<object?> Look = static state => ((ServerEviction)state!).ServeAll();

    private readonly Lock _gate = new();
    private readonly List<(Pool Pool, LedgerOutcome Limit)> _wanting = [];
    private readonly Dictionary<Pool, ServerConnection> _evicted = [];
    private int _wantingCount;
    private int _isLookPosted;

    /// <summary>All pools of the moment.</summary>
    public Func<IReadOnlyList<Pool>> Pools { get; set; } = static () => [];

    /// <summary>A client of this pool waits for a server that a limit over several pools forbids. Any thread, under any lock.</summary>
    public void Want(Pool pool, LedgerOutcome limit)
    {
        lock (_gate)
        {
            if (_wanting.Exists(entry => entry.Pool == pool))
            {
                return;
            }

            _wanting.Add((pool, limit));
            Volatile.Write(ref _wantingCount, _wanting.Count);
        }

        PostLook();
    }

    /// <summary>The limit at which another pool has waited for longer than this one; null when it is this one's turn. Under any lock.</summary>
    public LedgerOutcome? FindEarlierWish(Pool pool)
    {
        if (Volatile.Read(ref _wantingCount) == 0)
        {
            return null;
        }

        lock (_gate)
        {
            foreach (var (earlier, limit) in _wanting)
            {
                if (earlier == pool)
                {
                    return null;
                }

                if (Counts(earlier.Key, limit, pool))
                {
                    return limit;
                }
            }

            return null;
        }
    }

    /// <summary>A server has become idle or has closed. Any thread, under any lock; one read when nobody wants room.</summary>
    public void OnChange()
    {
        if (Volatile.Read(ref _wantingCount) > 0)
        {
            PostLook();
        }
    }

    private void PostLook()
    {
        if (Interlocked.Exchange(ref _isLookPosted, 1) == 0)
        {
            home.Post(Look, this);
        }
    }

    private void ServeAll()
    {
        Volatile.Write(ref _isLookPosted, 0);
        Pool[] wanting;
        lock (_gate)
        {
            wanting = [.. _wanting.Select(static entry => entry.Pool)];
        }

        foreach (var pool in wanting)
        {
            Serve(pool);
        }
    }

    private void Serve(Pool pool)
    {
        if (_evicted.TryGetValue(pool, out var leaving) && leaving.State != ServerState.Closed)
        {
            return;
        }

        _evicted.Remove(pool);
        if (pool.FindFullLimit() == LedgerOutcome.Added)
        {
            pool.OpenWanted();
        }

        if (pool.FindFullLimit() is not { } limit)
        {
            lock (_gate)
            {
                _wanting.RemoveAll(entry => entry.Pool == pool);
                Volatile.Write(ref _wantingCount, _wanting.Count);
            }

            // There may be room for the next one.
            OnChange();
        }
        else if (limit != LedgerOutcome.Added && Evict(pool.Key, limit) is { } server)
        {
            _evicted[pool] = server;
        }
    }

    private static bool Counts(PoolKey key, LedgerOutcome limit, Pool pool) =>
        limit == LedgerOutcome.DatabaseFull ? pool.Key.Database == key.Database : pool.Key.User == key.User;

    private ServerConnection? Evict(PoolKey key, LedgerOutcome limit)
    {
        Pool? owner = null;
        ServerConnection? longest = null;
        foreach (var pool in Pools())
        {
            if (Counts(key, limit, pool) && pool.FindLongestIdle() is { } server && (longest is null || server.LastUsedAt < longest.LastUsedAt))
            {
                (owner, longest) = (pool, server);
            }
        }

        // Lent in the meantime: it is looked for another when the next becomes idle.
        return longest is not null && owner!.TryEvict(longest) ? longest : null;
    }
}
