namespace Pgmux.Core.Configuration;

/// <summary>A pool cannot keep more servers open than it may hold. PgBouncer takes such a file, so it is a warning.</summary>
internal sealed class PoolSizeRule : IOptionsRule
{
    /// <inheritdoc/>
    public void Check(ConfigSnapshot snapshot, ICollection<ConfigFault> faults, ICollection<ConfigFault> warnings)
    {
        var options = snapshot.Options;
        Compare(snapshot.LocationOf("min_pool_size"), options.MinPoolSize, options.DefaultPoolSize, warnings);
        foreach (var database in snapshot.AllDatabases())
        {
            if (database.MinPoolSize is not null || database.PoolSize is not null)
            {
                Compare(database.Location, snapshot.MinPoolSizeFor(database), database.PoolSize ?? options.DefaultPoolSize, warnings);
            }
        }
    }

    private static void Compare(SourceLocation place, int minimum, int size, ICollection<ConfigFault> warnings)
    {
        if (size > 0 && minimum > size)
        {
            warnings.Add(place.Fault($"min_pool_size {minimum} is above the pool size {size}, which wins"));
        }
    }
}
