namespace Pgmux.Core.Pooling;

/// <summary>Counts servers per database and per user over all pools, for max_db_connections and max_user_connections.</summary>
internal sealed class ConnectionLedger
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, int> _ofDatabase = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _ofUser = new(StringComparer.Ordinal);

    /// <summary>Counts one more server, unless a limit is reached; 0 is no limit.</summary>
    public bool TryAdd(PoolKey key, int maximumOfDatabase, int maximumOfUser)
    {
        lock (_gate)
        {
            var ofDatabase = _ofDatabase.GetValueOrDefault(key.Database);
            var ofUser = _ofUser.GetValueOrDefault(key.User);
            if ((maximumOfDatabase > 0 && ofDatabase >= maximumOfDatabase) || (maximumOfUser > 0 && ofUser >= maximumOfUser))
            {
                return false;
            }

            _ofDatabase[key.Database] = ofDatabase + 1;
            _ofUser[key.User] = ofUser + 1;
            return true;
        }
    }

    /// <summary>Counts one server less.</summary>
    public void Remove(PoolKey key)
    {
        lock (_gate)
        {
            Decrement(_ofDatabase, key.Database);
            Decrement(_ofUser, key.User);
        }
    }

    /// <summary>Servers of a database over all its users.</summary>
    public int OfDatabase(string database)
    {
        lock (_gate)
        {
            return _ofDatabase.GetValueOrDefault(database);
        }
    }

    /// <summary>Servers of a user over all databases.</summary>
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
