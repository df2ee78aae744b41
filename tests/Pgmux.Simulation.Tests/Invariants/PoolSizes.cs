using Pgmux.Core.Pooling;

namespace Pgmux.Simulation.Tests.Invariants;

/// <summary>I6: a pool has never more servers than its size; one that a reload has made smaller has no more than before.</summary>
internal sealed class PoolSizes : IInvariant
{
    private readonly Dictionary<Pool, int> _before = [];

    public IEnumerable<string> Check(MuxView view)
    {
        foreach (var (pool, servers, _) in view.Pools)
        {
            var before = _before.GetValueOrDefault(pool);
            _before[pool] = servers.Count;
            if (pool.Policy.Size > 0 && servers.Count > Math.Max(pool.Policy.Size, before))
            {
                yield return $"I6: {pool.Key} has {servers.Count} servers, before {before}, and {pool.Policy.Size} are allowed";
            }
        }
    }
}
