using Pgmux.Core.Pooling;
using Pgmux.Protocol;
using Pgmux.Transport;

namespace Pgmux.Core.Clients;

/// <summary>
/// When a client's query cycles and transactions begin and end, and what they add to the counters of its pool. All times are the
/// loop's time of the turn: no clock is read here.
/// </summary>
internal struct ClientMeter(long acceptedAt)
{
    /// <summary>When the current transaction began; 0 before the first.</summary>
    public long TransactionSince { get; private set; }

    /// <summary>When the current query cycle began; 0 before the first.</summary>
    public long RequestSince { get; private set; }

    /// <summary>When the last message of the current query cycle began, or the cycle before ended; 0 before the first.</summary>
    public long MessageSince { get; private set; }

    /// <summary>When the last query cycle ended, or the client was accepted.</summary>
    public long IdleSince { get; private set; } = acceptedAt;

    /// <summary>The client is parked from now on.</summary>
    public void OnParked(EventLoop loop) => IdleSince = loop.Timestamp;

    /// <summary>The client has been given a server that it wanted since <paramref name="queuedAt"/>.</summary>
    public void OnLeased(Pool pool, EventLoop loop, long queuedAt)
    {
        var counters = pool.CountersOf(loop);
        counters.ServerAssignments++;
        counters.WaitTicks += loop.Timestamp - queuedAt;
        OnCycleStarted(loop, isTransactionStart: true);
    }

    /// <summary>The first message of a query cycle is about to be sent.</summary>
    public void OnCycleStarted(EventLoop loop, bool isTransactionStart)
    {
        RequestSince = loop.Timestamp;
        MessageSince = RequestSince;
        if (isTransactionStart)
        {
            TransactionSince = RequestSince;
        }
    }

    /// <summary>A further message of the query cycle has begun.</summary>
    public void OnMessage(EventLoop loop) => MessageSince = loop.Timestamp;

    /// <summary>A ReadyForQuery has reached the client.</summary>
    public void OnReadyForQuery(Pool pool, EventLoop loop, TransactionStatus status)
    {
        var counters = pool.CountersOf(loop);
        var now = loop.Timestamp;
        counters.Queries++;
        counters.QueryTicks += now - RequestSince;
        RequestSince = now;
        MessageSince = now;
        IdleSince = now;
        if (status == TransactionStatus.Idle)
        {
            counters.Transactions++;
            counters.TransactionTicks += now - TransactionSince;
            TransactionSince = now;
        }
    }
}
