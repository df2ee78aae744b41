using Pgmux.Core.Servers;
using Pgmux.Protocol;

namespace Pgmux.Core.Pooling;

/// <summary>
/// The clients that one pool keeps waiting: for a server, or only for what its servers say of themselves. Both queues are served longest
/// waiter first. Guarded by the pool's lock.
/// </summary>
/// <param name="forServer">Who waits for a server.</param>
/// <param name="delivery">What brings them their answers.</param>
/// <param name="clock">The loops' clock.</param>
internal sealed class PoolWaiters(WaitQueue forServer, LeaseDelivery delivery, TimeProvider clock)
{
    private readonly WaitQueue _forWelcome = new();

    // A waiter of a server's own loop may overtake by a millisecond at most.
    private readonly long _tolerance = clock.TimestampFrequency / 1000;

    /// <summary>All of them.</summary>
    public int Count => forServer.Count + _forWelcome.Count;

    /// <summary>Those that wait for a server.</summary>
    public int ForServer => forServer.Count;

    /// <summary>Whether somebody waits for the first login only.</summary>
    public bool HasForWelcome => _forWelcome.Count > 0;

    /// <summary>Who has waited longest for a server; null when nobody does.</summary>
    public LeaseRequest? First => forServer.First;

    /// <summary>Who has waited longest but for <paramref name="index"/> others; null when nobody has.</summary>
    public LeaseRequest? At(int index)
    {
        var request = forServer.First;
        for (var i = 0; i < index && request is not null; i++)
        {
            request = request.Later;
        }

        return request;
    }

    /// <summary>How long the first has waited.</summary>
    public TimeSpan LongestWait => (forServer.First ?? _forWelcome.First) is { } first ? clock.GetElapsedTime(first.QueuedAt) : TimeSpan.Zero;

    /// <summary>Puts a client behind all others that wait for the same.</summary>
    public void Add(LeaseRequest request) => QueueOf(request).AddLast(request);

    /// <summary>The client is the next in turn again: its server died on its way.</summary>
    public void PutBack(LeaseRequest request) => forServer.PutBack(request);

    /// <summary>Takes a client out that has given up.</summary>
    public void Remove(LeaseRequest request) => QueueOf(request).Remove(request);

    /// <summary>Whose turn it is for a server of this loop.</summary>
    public LeaseRequest? PeekFor(int loop) => forServer.PeekFor(loop, _tolerance);

    /// <summary>Takes a client out and binds a server to it; <see cref="LeaseDelivery.Deliver"/> follows.</summary>
    public void Assign(LeaseRequest request, ServerConnection server)
    {
        forServer.Remove(request);
        delivery.Assign(request, server);
    }

    /// <summary>Lets those go on that waited for the first login.</summary>
    public void WelcomeAll()
    {
        while (_forWelcome.First is { } request)
        {
            _forWelcome.Remove(request);
            delivery.Welcome(request);
        }
    }

    /// <summary>Sends everybody away.</summary>
    public void RefuseAll(LeaseOutcome outcome, ErrorFields? error)
    {
        RefuseAll(forServer, outcome, error);
        RefuseAll(_forWelcome, outcome, error);
    }

    private void RefuseAll(WaitQueue queue, LeaseOutcome outcome, ErrorFields? error)
    {
        while (queue.First is { } request)
        {
            queue.Remove(request);
            delivery.Refuse(request, outcome, error);
        }
    }

    private WaitQueue QueueOf(LeaseRequest request) => request.IsForWelcome ? _forWelcome : forServer;
}
