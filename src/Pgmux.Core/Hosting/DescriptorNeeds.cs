using Pgmux.Core.Configuration;

namespace Pgmux.Core.Hosting;

/// <summary>How many descriptors a configuration may come to need. PgBouncer's estimate, which operators compare with their limits.</summary>
internal static class DescriptorNeeds
{
    // Listeners, the log, the loops' own: PgBouncer's allowance.
    private const long OfTheProcess = 10;

    /// <summary>All clients, and every pool that the listed databases and users may have at its full size.</summary>
    public static long Of(ConfigSnapshot snapshot)
    {
        var servers = 0L;
        foreach (var database in snapshot.Databases.Values)
        {
            var users = database.User is null ? Math.Max(1, snapshot.Users.Count) : 1;
            servers += (long)snapshot.PoolSizeFor(database, database.User ?? "") * users;
        }

        return snapshot.Options.MaxClientConn + servers + OfTheProcess;
    }
}
