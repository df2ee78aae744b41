namespace Pgmux.Core.Pooling;

/// <summary>Clients that wait, longest first. Guarded by the pool's lock.</summary>
internal class WaitQueue
{
    // How far a loop looks for a waiter of its own: enough for a few loops, and never a walk through thousands.
    private const int LookAhead = 16;

    /// <summary>The longest waiter.</summary>
    public LeaseRequest? First { get; private set; }

    /// <summary>The latest waiter.</summary>
    public LeaseRequest? Last { get; private set; }

    /// <summary>Number of waiters.</summary>
    public int Count { get; private set; }

    /// <summary>Puts a waiter behind all others.</summary>
    public virtual void AddLast(LeaseRequest request)
    {
        request.State = LeaseRequestState.Queued;
        request.Earlier = Last;
        request.Later = null;
        if (Last is null)
        {
            First = request;
        }
        else
        {
            Last.Later = request;
        }

        Last = request;
        Count++;
    }

    /// <summary>Puts a waiter before all others: one whose turn it was already.</summary>
    public void AddFirst(LeaseRequest request)
    {
        request.State = LeaseRequestState.Queued;
        request.Earlier = null;
        request.Later = First;
        if (First is null)
        {
            Last = request;
        }
        else
        {
            First.Earlier = request;
        }

        First = request;
        Count++;
    }

    /// <summary>Takes a waiter out.</summary>
    public void Remove(LeaseRequest request)
    {
        if (request.Earlier is null)
        {
            First = request.Later;
        }
        else
        {
            request.Earlier.Later = request.Later;
        }

        if (request.Later is null)
        {
            Last = request.Earlier;
        }
        else
        {
            request.Later.Earlier = request.Earlier;
        }

        request.Earlier = null;
        request.Later = null;
        request.State = LeaseRequestState.None;
        Count--;
    }

    /// <summary>
    /// The waiter to serve with a server of this loop: the longest one; one of the own loop before it when it came at most
    /// <paramref name="tolerance"/> ticks later, because moving a server costs two wake-ups.
    /// </summary>
    public LeaseRequest? PeekFor(int loop, long tolerance)
    {
        var first = First;
        var candidate = first;
        for (var i = 0; i < LookAhead && candidate is not null && candidate.QueuedAt - first!.QueuedAt <= tolerance; i++)
        {
            if (candidate.Loop.Index == loop)
            {
                return candidate;
            }

            candidate = candidate.Later;
        }

        return first;
    }
}
