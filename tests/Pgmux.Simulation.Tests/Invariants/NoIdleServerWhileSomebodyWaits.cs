using Pgmux.Core.Pooling;

namespace Pgmux.Simulation.Tests.Invariants;

/// <summary>I7: when everything has settled, nobody waits beside an idle server, and nobody beside room for one.</summary>
internal sealed class NoIdleServerWhileSomebodyWaits : IInvariant
{
    public IEnumerable<string> Check(MuxView view)
    {
        if (!view.IsAtRest)
        {
            yield break;
        }

        foreach (var (pool, _, counts) in view.Pools)
        {
            if (counts.Waiting > 0 && counts.Idle > 0)
            {
                yield return $"I7: {counts.Waiting} wait in {pool.Key} beside {counts.Idle} idle servers";
            }
        }
    }
}
