using Pgmux.Core.Pooling;

namespace Pgmux.Simulation.Tests.Invariants;

/// <summary>I6: a pool has never more servers than its size and its reserve; one that a reload has made smaller has no more than before.</summary>
internal sealed class PoolSizes : IInvariant
{
    private readonly Dictionary<Pool, int> _before = [];

    public IEnumerable<string> Check(MuxView view)
    {
        foreach (var (pool, servers, _) in view.Pools)
        {
            var before = _before.GetValueOrDefault(pool);
            _before[pool] = servers.Count;
            var most = pool.Policy.Size + pool.Policy.ReserveSize;
            if (pool.Policy.Size > 0 && servers.Count > Math.Max(most, before))
            {
                yield return $"I6: {pool.Key} has {servers.Count} servers, before {before}, and {most} are allowed";
            }
        }
    }
}
