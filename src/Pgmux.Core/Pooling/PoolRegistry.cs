using Pgmux.Core.Configuration;
using Pgmux.Core.Servers;
using Pgmux.Transport;

namespace Pgmux.Core.Pooling;

/// <summary>All pools of the process. Asked at logins, by the console and by sweeps; never per transaction.</summary>
internal sealed class PoolRegistry
{
    private readonly Lock _gate = new();
    private readonly Dictionary<PoolKey, Pool> _pools = [];
    private readonly DatabaseSwitches _switches = new();
    private readonly HashSet<string> _automatic = new(StringComparer.Ordinal);
    private Pool[]? _all = [];
    private long _lookedAt;

    public PoolRegistry(PoolEnvironment environment)
    {
        Environment = environment;
        environment.Eviction.Pools = () => All;
    }

    /// <summary>What all pools share.</summary>
    public PoolEnvironment Environment { get; }

    /// <summary>The pools of the moment.</summary>
    public IReadOnlyList<Pool> All => Volatile.Read(ref _all) ?? List();

    /// <summary>
    /// The same for a client that logs in and has the pool from then on, until <see cref="PoolUse.Leave"/>.
    /// </summary>
    public Pool Enter(ConfigSnapshot snapshot, DatabaseOptions database, string user)
    {
        lock (_gate)
        {
            var pool = GetOrAdd(snapshot, database, user);
            pool.Use.Enter();
            return pool;
        }
    }

    /// <summary>
    /// The pool of clients of a database that log in as <paramref name="user"/>; made when it is asked for first. A database with a
    /// user of its own has one pool for all its clients.
    /// </summary>
    public Pool GetOrAdd(ConfigSnapshot snapshot, DatabaseOptions database, string user) =>
        GetOrAdd(snapshot, database, new PoolKey(database.Name, database.User ?? user));

    /// <summary>
    /// The pool of the servers that auth_user logs in to by its own name, to ask for users of a database; clients of that name share it,
    /// and the same limits hold.
    /// </summary>
    public Pool GetOrAddForAuthQuery(ConfigSnapshot snapshot, DatabaseOptions database, string authUser) =>
        GetOrAdd(snapshot, database.OfUser(authUser), new PoolKey(database.Name, authUser));

    /// <summary>Whether PAUSE holds for all databases.</summary>
    public bool IsPaused
    {
        get
        {
            lock (_gate)
            {
                return _switches.IsAllPaused;
            }
        }
    }

    /// <summary>Whether PAUSE or KILL holds for some database by its name.</summary>
    public bool HasPausedDatabase
    {
        get
        {
            lock (_gate)
            {
                return _switches.HasPaused;
            }
        }
    }

    /// <summary>The pools of a database; null is all.</summary>
    public IEnumerable<Pool> Of(string? database) => All.Where(pool => database is null || pool.Key.Database == database);

    /// <summary>Whether PAUSE or KILL holds for this database, whatever holds for all.</summary>
    public bool IsDatabasePaused(string database)
    {
        lock (_gate)
        {
            return _switches.IsPaused(database);
        }
    }

    /// <summary>Whether nobody may log in to this database.</summary>
    public bool IsDisabled(string database)
    {
        lock (_gate)
        {
            return _switches.IsDisabled(database);
        }
    }

    /// <summary>DISABLE and ENABLE.</summary>
    public void SetDisabled(string database, bool isDisabled)
    {
        lock (_gate)
        {
            _switches.SetDisabled(database, isDisabled);
        }
    }

    /// <summary>Pauses all pools, and those that come, or ends that. False when it is so already.</summary>
    public bool TrySetPaused(bool isPaused)
    {
        lock (_gate)
        {
            if (_switches.IsAllPaused == isPaused)
            {
                return false;
            }

            _switches.IsAllPaused = isPaused;
            FollowSwitches(null);
            return true;
        }
    }

    /// <summary>The same for one database.</summary>
    public bool TrySetPaused(string database, bool isPaused)
    {
        lock (_gate)
        {
            var isNew = _switches.TrySetPaused(database, isPaused);
            FollowSwitches(database);
            return isNew;
        }
    }

    /// <summary>Gives every pool what a reload says, and closes those whose database is gone.</summary>
    /// <returns>The pools that were closed.</returns>
    public IReadOnlyList<Pool> Apply(ConfigSnapshot snapshot)
    {
        var removed = new List<Pool>();
        lock (_gate)
        {
            _switches.Apply(snapshot);
            foreach (var pool in _pools.Values.ToArray())
            {
                if (EntryOf(snapshot, pool.Key) is { } database)
                {
                    pool.Apply(PoolPolicy.From(snapshot, database, pool.Key));
                }
                else
                {
                    _pools.Remove(pool.Key);
                    removed.Add(pool);
                }
            }

            Volatile.Write(ref _all, null);
            _automatic.RemoveWhere(name => snapshot.FindDatabase(name) is not { IsAutomatic: true });
        }

        foreach (var pool in removed)
        {
            pool.Close(LeaseOutcome.DatabaseRemoved, ServerCloseReason.ConfigurationChanged);
        }

        return removed;
    }

    /// <summary>Time limits and minimum sizes, for the servers of one loop.</summary>
    public void Sweep(EventLoop loop)
    {
        foreach (var pool in All)
        {
            pool.Sweep(loop);
        }
    }

    /// <summary>Ends the pools that nobody has used for long; looks for them once a second at most. On the first loop.</summary>
    /// <returns>Those that have ended; null is none.</returns>
    public IReadOnlyCollection<Pool>? EndUnused(EventLoop loop)
    {
        if (Environment.Clock.GetElapsedTime(_lookedAt, loop.Timestamp) < TimeSpan.FromSeconds(1))
        {
            return null;
        }

        _lookedAt = loop.Timestamp;
        lock (_gate)
        {
            var ended = PoolLife.FindEnded(_pools.Values);
            if (ended.Count == 0)
            {
                return null;
            }

            foreach (var pool in ended)
            {
                pool.EndUnused();
                _pools.Remove(pool.Key);
            }

            Volatile.Write(ref _all, null);
            ForgetDatabases(ended);
            return ended;
        }
    }

    /// <summary>
    /// Makes the pools of databases whose clients all share one user when they have a min_pool_size, so that it is there before the first
    /// client. PgBouncer's rule.
    /// </summary>
    public void KeepMinimums(ConfigSnapshot snapshot)
    {
        foreach (var database in snapshot.Databases.Values)
        {
            if (database.User is { } user && snapshot.MinPoolSizeFor(database) > 0)
            {
                GetOrAdd(snapshot, database, user);
            }
        }
    }

    /// <summary>Whether a database still has a pool.</summary>
    public bool HasPoolOf(string database) => All.Any(pool => pool.Key.Database == database);

    private void FollowSwitches(string? database)
    {
        foreach (var pool in _pools.Values.Where(pool => database is null || pool.Key.Database == database))
        {
            if (_switches.MayLend(pool.Key.Database))
            {
                pool.Resume();
            }
            else
            {
                pool.Pause();
            }
        }
    }

    private void ForgetDatabases(HashSet<Pool> ended)
    {
        var left = _pools.Keys.Select(static key => key.Database).ToHashSet(StringComparer.Ordinal);
        foreach (var database in ended.Select(static pool => pool.Key.Database).Distinct(StringComparer.Ordinal))
        {
            if (!left.Contains(database) && _automatic.Remove(database))
            {
                PoolingLog.AutomaticDatabaseDropped(Environment.Servers.Logger, database);
            }
        }
    }

    // Made anew when it is asked for: a crowd of new users at once would copy it for each of them.
    private Pool[] List()
    {
        lock (_gate)
        {
            Pool[] all = [.. _pools.Values];
            Volatile.Write(ref _all, all);
            return all;
        }
    }

    private Pool GetOrAdd(ConfigSnapshot snapshot, DatabaseOptions database, PoolKey key)
    {
        lock (_gate)
        {
            if (!_pools.TryGetValue(key, out var pool))
            {
                pool = new Pool(key, PoolPolicy.From(snapshot, database, key), Environment);
                if (!_switches.MayLend(key.Database))
                {
                    pool.Pause();
                }

                _pools.Add(key, pool);
                Volatile.Write(ref _all, null);
                if (database.IsAutomatic && _automatic.Add(key.Database))
                {
                    PoolingLog.AutomaticDatabaseAdded(Environment.Servers.Logger, key.Database);
                }
            }

            pool.Use.Touch();
            return pool;
        }
    }

    // What the pool's servers are opened by; null when nobody may have them any more.
    private static DatabaseOptions? EntryOf(ConfigSnapshot snapshot, PoolKey key) => snapshot.FindDatabase(key.Database) switch
    {
        { User: { } user } database when user != key.User => snapshot.IsAuthUser(key.User) ? database.OfUser(key.User) : null,
        var database => database,
    };
}
