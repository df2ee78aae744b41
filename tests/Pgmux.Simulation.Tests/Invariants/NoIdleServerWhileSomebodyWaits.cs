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
            // Who waits while a server is being checked waits for that one.
            if (counts.Waiting > counts.Tested && counts.Idle > 0)
            {
                yield return $"I7: {counts.Waiting} wait in {pool.Key} beside {counts.Idle} idle servers";
            }
        }
    }
}
