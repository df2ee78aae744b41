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
    public virtual void AddLast(LeaseRequest request) => AddBehind(Last, request);

    /// <summary>Puts back a waiter whose turn it was already: before all that came later.</summary>
    public void PutBack(LeaseRequest request)
    {
        // Who has waited for longer was put back too, or was overtaken by the tolerance: a few, all in front.
        LeaseRequest? earlier = null;
        for (var next = First; next is not null && next.QueuedAt < request.QueuedAt; next = next.Later)
        {
            earlier = next;
        }

        AddBehind(earlier, request);
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

    /// <summary>Puts a waiter behind this one; before all when it is null.</summary>
    protected void AddBehind(LeaseRequest? earlier, LeaseRequest request)
    {
        var later = earlier is null ? First : earlier.Later;
        request.State = LeaseRequestState.Queued;
        request.Earlier = earlier;
        request.Later = later;
        if (earlier is null)
        {
            First = request;
        }
        else
        {
            earlier.Later = request;
        }

        if (later is null)
        {
            Last = request;
        }
        else
        {
            later.Earlier = request;
        }

        Count++;
    }
}
