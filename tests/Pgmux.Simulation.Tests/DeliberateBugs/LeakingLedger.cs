using Pgmux.Core.Pooling;

namespace Pgmux.Simulation.Tests.DeliberateBugs;

/// <summary>Forgets to count down one connection in four.</summary>
internal sealed class LeakingLedger : ConnectionLedger
{
    private const int Every = 4;

    private int _removed;

    public override void Remove(PoolKey key)
    {
        if (++_removed % Every != 0)
        {
            base.Remove(key);
        }
    }
}
