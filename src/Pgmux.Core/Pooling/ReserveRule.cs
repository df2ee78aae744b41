using Microsoft.Extensions.Logging;

namespace Pgmux.Core.Pooling;

/// <summary>
/// For whom a full pool opens one server more: PgBouncer's reserve_pool_size and reserve_pool_timeout. Guarded by the pool's lock.
/// </summary>
internal sealed class ReserveRule(PoolServers servers, PoolWaiters waiters, ServerExpiry expiry, ILogger logger)
{
    /// <summary>
    /// The client that a server of the reserve would be for; null when there is none. Each server that connects is for one of the longest
    /// waiters, so the next is for the one behind them, when it has waited for long enough as well.
    /// </summary>
    public LeaseRequest? FindWaiter(PoolPolicy policy, long now) =>
        servers.Count - policy.Size < policy.ReserveSize
        && waiters.At(servers.Connecting) is { } waiter
        && expiry.IsOver(waiter.QueuedAt, policy.ReserveTimeout, now) ? waiter : null;

    /// <summary>Its server is being opened, which is logged once for each, on the client's loop.</summary>
    public void OnTaken(LeaseRequest waiter)
    {
        // The request may be another client's by then.
        var receiver = waiter.Receiver!;
        waiter.Loop.Post(_ => PoolingLog.ReserveTaken(logger, receiver.LogName), null);
    }
}
