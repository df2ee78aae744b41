namespace Pgmux.Core.Pooling;

/// <summary>
/// Which pools end because nobody uses them: each user or database that comes once would otherwise stay in memory for ever. Guarded by the
/// lock of <see cref="PoolRegistry"/>.
/// </summary>
internal static class PoolLife
{
    /// <summary>The pools that are to end now.</summary>
    public static HashSet<Pool> FindEnded(IReadOnlyCollection<Pool> pools)
    {
        var ended = pools.Where(IsOver).ToHashSet();
        var automatic = pools.Where(static pool => pool.Policy.Database.IsAutomatic && pool.Policy.DatabaseIdleTimeout > TimeSpan.Zero)
            .GroupBy(static pool => pool.Key.Database, StringComparer.Ordinal)
            .Where(static database => database.All(static pool => pool.IsUnusedFor(pool.Policy.DatabaseIdleTimeout)));
        foreach (var database in automatic)
        {
            ended.UnionWith(database);
        }

        return ended;
    }

    // A pool of a database that only clients have named, and that no server has ever let in, is kept for as long as its failures are remembered:
    // whoever makes names up before a login must not fill the memory with pools.
    private static bool IsOver(Pool pool)
    {
        var policy = pool.Policy;
        return (policy.PoolIdleTimeout > TimeSpan.Zero && pool.IsUnusedFor(policy.PoolIdleTimeout))
            || (policy.Database.IsAutomatic && pool.Welcome is null && pool.IsUnusedFor(policy.ServerLoginRetry) && !pool.HasSucceeded);
    }
}
