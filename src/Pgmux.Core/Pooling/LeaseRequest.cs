using Pgmux.Core.Servers;
using Pgmux.Protocol;
using Pgmux.Transport;

namespace Pgmux.Core.Pooling;

/// <summary>
/// A client's wish for a server: a node of the wait queue. A client has one while it wishes, and the next client of its loop uses it again.
/// </summary>
internal sealed class LeaseRequest(EventLoop loop, ILeaseReceiver receiver)
{
    /// <summary>The client's loop.</summary>
    public EventLoop Loop { get; } = loop;

    /// <summary>Who waits; null while nobody has the request.</summary>
    public ILeaseReceiver? Receiver { get; set; } = receiver;

    /// <summary>Where the wish stands; guarded by the pool's lock.</summary>
    public LeaseRequestState State { get; set; }

    /// <summary>Whether only the pool's welcome is wanted, not a server.</summary>
    public bool IsForWelcome { get; set; }

    /// <summary>When the wait began, in ticks of the loops' clock.</summary>
    public long QueuedAt { get; set; }

    /// <summary>Whether the client has been told that it waits. Only its loop touches it.</summary>
    public bool IsWaitTold { get; set; }

    /// <summary>The server that is on its way, while <see cref="LeaseRequestState.Assigned"/>.</summary>
    public ServerConnection? Server { get; set; }

    /// <summary>Why there will be no server, while <see cref="LeaseRequestState.Refused"/>.</summary>
    public LeaseOutcome Outcome { get; set; }

    /// <summary>What the server said, while <see cref="LeaseRequestState.Refused"/>.</summary>
    public ErrorFields? Error { get; set; }

    /// <summary>What brings the answer.</summary>
    internal LeaseDelivery? Delivery { get; set; }

    /// <summary>Neighbour towards the longest waiter; guarded by the pool's lock.</summary>
    internal LeaseRequest? Earlier { get; set; }

    /// <summary>Neighbour towards the latest waiter; guarded by the pool's lock.</summary>
    internal LeaseRequest? Later { get; set; }
}
