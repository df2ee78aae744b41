namespace Pgmux.Core.Pooling;

/// <summary>Makes what pools consist of. The tests replace single parts by broken ones, to see that they would notice.</summary>
internal class PoolParts
{
    /// <summary>Who waits for a server of one pool.</summary>
    public virtual WaitQueue CreateWaiters() => new();

    /// <summary>What brings the servers of one pool to its clients.</summary>
    /// <param name="pool">The pool.</param>
    /// <param name="gate">Its lock.</param>
    public virtual LeaseDelivery CreateDelivery(Pool pool, Lock gate) => new(pool, gate);

    /// <summary>Servers per database and per user.</summary>
    public virtual ConnectionLedger CreateLedger() => new();
}
