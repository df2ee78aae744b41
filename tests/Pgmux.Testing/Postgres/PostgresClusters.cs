namespace Pgmux.Testing.Postgres;

/// <summary>
/// One cluster per version for the whole test assembly, started when the first test asks. A test that stops PostgreSQL or changes its
/// configuration makes its own.
/// </summary>
internal static class PostgresClusters
{
    private static readonly Lock Gate = new();
    private static readonly Dictionary<int, Task<PostgresCluster>> Shared = [];

    public static Task<PostgresCluster> GetAsync(int major)
    {
        lock (Gate)
        {
            if (!Shared.TryGetValue(major, out var cluster))
            {
                cluster = PostgresCluster.StartAsync(major);
                Shared.Add(major, cluster);
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
    }
}
