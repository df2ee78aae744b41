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
            var ofDatabase = _ofDatabase.GetValueOrDefault(key.Database);
            var ofUser = _ofUser.GetValueOrDefault(key.User);
            if (maximumOfDatabase > 0 && ofDatabase >= maximumOfDatabase)
            {
                return LedgerOutcome.DatabaseFull;
            }

            if (maximumOfUser > 0 && ofUser >= maximumOfUser)
            {
                return LedgerOutcome.UserFull;
            }

            _ofDatabase[key.Database] = ofDatabase + 1;
            _ofUser[key.User] = ofUser + 1;
            return LedgerOutcome.Added;
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
