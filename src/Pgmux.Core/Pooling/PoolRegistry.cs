using Pgmux.Core.Configuration;
using Pgmux.Core.Servers;
using Pgmux.Transport;

namespace Pgmux.Core.Pooling;

/// <summary>All pools of the process. Asked at logins, by the console and by sweeps; never per transaction.</summary>
internal sealed class PoolRegistry(PoolEnvironment environment)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<PoolKey, Pool> _pools = [];
    private Pool[] _all = [];

    /// <summary>What all pools share.</summary>
    public PoolEnvironment Environment { get; } = environment;

    /// <summary>The pools of the moment.</summary>
    public IReadOnlyList<Pool> All => Volatile.Read(ref _all);

    /// <summary>
    /// The pool of clients of a database that log in as <paramref name="user"/>; made when it is asked for first. A database with a
    /// user of its own has one pool for all its clients.
    /// </summary>
    public Pool GetOrAdd(ConfigSnapshot snapshot, DatabaseOptions database, string user)
    {
        var key = new PoolKey(database.Name, database.User ?? user);
        lock (_gate)
        {
            if (!_pools.TryGetValue(key, out var pool))
            {
                pool = new Pool(key, PoolPolicy.From(snapshot, database, key), Environment);
                _pools.Add(key, pool);
                Volatile.Write(ref _all, [.. _pools.Values]);
            }

            return pool;
        }
    }

    /// <summary>Gives every pool what a reload says, and closes those whose database is gone.</summary>
    /// <returns>The pools that were closed.</returns>
    public IReadOnlyList<Pool> Apply(ConfigSnapshot snapshot)
    {
        var removed = new List<Pool>();
        lock (_gate)
        {
            foreach (var pool in _pools.Values.ToArray())
            {
                if (snapshot.FindDatabase(pool.Key.Database) is { } database && (database.User ?? pool.Key.User) == pool.Key.User)
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
    }
}
