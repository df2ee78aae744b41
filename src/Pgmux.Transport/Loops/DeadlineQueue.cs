namespace Pgmux.Transport.Loops;

/// <summary>
/// The few exact time limits of a loop: connects, closes, pauses of a listener. Limits of sessions are checked by the sweep.
/// </summary>
internal sealed class DeadlineQueue
{
    private readonly PriorityQueue<Deadline, long> _queue = new();

    /// <summary>Timestamp of the nearest deadline; <see cref="long.MaxValue"/> when there is none.</summary>
    public long Next
    {
        get
        {
            while (_queue.TryPeek(out var deadline, out var due))
            {
                if (!deadline.IsCancelled)
                {
                    return due;
                }

                _queue.Dequeue();
            }

            return long.MaxValue;
        }
    }

    public void Add(Deadline deadline, long due) => _queue.Enqueue(deadline, due);

    /// <summary>Takes the next deadline that is due at <paramref name="now"/>.</summary>
    public Deadline? TakeDue(long now) => Next <= now ? _queue.Dequeue() : null;
}
