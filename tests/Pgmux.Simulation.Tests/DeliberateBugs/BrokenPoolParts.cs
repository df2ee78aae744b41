using Pgmux.Core.Pooling;

namespace Pgmux.Simulation.Tests.DeliberateBugs;

/// <summary>Parts of pools, one of them broken.</summary>
internal sealed class BrokenPoolParts : PoolParts
{
    public Func<WaitQueue>? Waiters { get; init; }

    public Func<Pool, Lock, LeaseDelivery>? Delivery { get; init; }

    public Func<ConnectionLedger>? Ledger { get; init; }

    public override WaitQueue CreateWaiters() => Waiters?.Invoke() ?? base.CreateWaiters();

    public override LeaseDelivery CreateDelivery(Pool pool, Lock gate) => Delivery?.Invoke(pool, gate) ?? base.CreateDelivery(pool, gate);

    public override ConnectionLedger CreateLedger() => Ledger?.Invoke() ?? base.CreateLedger();
}
