namespace Pgmux.Testing.Postgres;

/// <summary>
/// One cluster per version for every worker of NUnit, started when its first test asks. Fixtures that run side by side never share one:
/// a test may look at all sessions of its cluster, terminate them, or count lines in its log. A fixture stays on one worker from its
/// set-up to its end. A test that stops PostgreSQL or changes its configuration makes its own.
/// </summary>
internal static class PostgresClusters
{
    private static readonly Lock Gate = new();
    private static readonly Dictionary<(int Major, string Worker), Task<PostgresCluster>> Shared = [];

    /// <summary>
    /// The cluster for a fixture. What a fixture before it has left asleep is ended: a backend that runs pg_sleep does not notice that nobody
    /// is there any more, and would be counted by tests that count sessions.
    /// </summary>
    public static async Task<PostgresCluster> GetAsync(int major)
    {
        var cluster = await FindAsync(major);
        await cluster.TerminateBackendsAsync("state = 'active'");
        await cluster.WaitForBackendsAsync("state = 'active'", 0);
        return cluster;
    }

    private static Task<PostgresCluster> FindAsync(int major)
    {
        // Without parallelism no worker has a name.
        var key = (major, TestContext.CurrentContext.WorkerId ?? "");
        lock (Gate)
        {
            if (!Shared.TryGetValue(key, out var cluster))
            {
                cluster = PostgresCluster.StartAsync(major);
                Shared.Add(key, cluster);
            }

            return cluster;
        }
    }

    public static async Task StopAllAsync()
    {
        Task<PostgresCluster>[] clusters;
        lock (Gate)
        {
            clusters = [.. Shared.Values];
            Shared.Clear();
        }

        foreach (var cluster in clusters.Where(cluster => cluster.IsCompletedSuccessfully))
        {
            await (await cluster).DisposeAsync();
        }

        await PostgresTemplates.RemoveAllAsync();
    }
}
