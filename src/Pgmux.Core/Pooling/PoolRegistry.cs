using Pgmux.Core.Configuration;
using Pgmux.Core.Servers;
using Pgmux.Transport;

namespace Pgmux.Core.Pooling;

/// <summary>All pools of the process. Asked at logins, by the console and by sweeps; never per transaction.</summary>
internal sealed class PoolRegistry(PoolEnvironment environment)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<PoolKey, Pool> _pools = [];
    private readonly DatabaseSwitches _switches = new();
    private Pool[] _all = [];

    /// <summary>What all pools share.</summary>
    public PoolEnvironment Environment { get; } = environment;

    /// <summary>The pools of the moment.</summary>
    public IReadOnlyList<Pool> All => Volatile.Read(ref _all);

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

            Volatile.Write(ref _all, [.. _pools.Values]);
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

        if (loop.Index == 0)
        {
            ForgetUnused();
        }
    }

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

    private void ForgetUnused()
    {
        if (!All.Any(pool => pool.MayBeUnused))
        {
            return;
        }

        lock (_gate)
        {
            foreach (var pool in _pools.Values.Where(pool => pool.MayBeUnused && pool.TryEndUnused()).ToArray())
            {
                _pools.Remove(pool.Key);
            }

            Volatile.Write(ref _all, [.. _pools.Values]);
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
                Volatile.Write(ref _all, [.. _pools.Values]);
            }

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
