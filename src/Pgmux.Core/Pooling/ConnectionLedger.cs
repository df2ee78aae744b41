namespace Pgmux.Core.Pooling;

/// <summary>
/// Counts connections per database and per user over all pools: one for servers (max_db_connections, max_user_connections), one for
/// clients (max_db_client_connections, max_user_client_connections).
/// </summary>
internal class ConnectionLedger
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, int> _ofDatabase = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _ofUser = new(StringComparer.Ordinal);

    /// <summary>Counts one connection more, unless a limit is reached; 0 is no limit.</summary>
    public LedgerOutcome Add(PoolKey key, int maximumOfDatabase, int maximumOfUser)
    {
        lock (_gate)
        {
            var outcome = Look(key, maximumOfDatabase, maximumOfUser);
            if (outcome == LedgerOutcome.Added)
            {
                _ofDatabase[key.Database] = _ofDatabase.GetValueOrDefault(key.Database) + 1;
                _ofUser[key.User] = _ofUser.GetValueOrDefault(key.User) + 1;
            }

            return outcome;
        }
    }

    /// <summary>What <see cref="Add"/> would say.</summary>
    public LedgerOutcome Look(PoolKey key, int maximumOfDatabase, int maximumOfUser)
    {
        lock (_gate)
        {
            if (maximumOfDatabase > 0 && _ofDatabase.GetValueOrDefault(key.Database) >= maximumOfDatabase)
            {
                return LedgerOutcome.DatabaseFull;
            }

            return maximumOfUser > 0 && _ofUser.GetValueOrDefault(key.User) >= maximumOfUser ? LedgerOutcome.UserFull : LedgerOutcome.Added;
        }
    }

    /// <summary>Counts one connection less.</summary>
    public virtual void Remove(PoolKey key)
    {
        lock (_gate)
        {
            Decrement(_ofDatabase, key.Database);
            Decrement(_ofUser, key.User);
        }
    }

    /// <summary>Connections of a database over all its users.</summary>
    public int OfDatabase(string database)
    {
        lock (_gate)
        {
            return _ofDatabase.GetValueOrDefault(database);
        }
    }

    /// <summary>Connections of a user over all databases.</summary>
    public int OfUser(string user)
    {
        lock (_gate)
        {
            return _ofUser.GetValueOrDefault(user);
        }
    }

    private static void Decrement(Dictionary<string, int> counts, string name)
    {
        var left = counts[name] - 1;
        if (left == 0)
        {
            counts.Remove(name);
        }
        else
        {
            counts[name] = left;
        }
    }
}
