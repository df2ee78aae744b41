using System.Collections.Concurrent;

namespace Pgmux.Transport.Loops;

/// <summary>
/// Work posted to a loop: a plain queue for the loop's own thread, a concurrent one for all others, which wake the loop only
/// when it sleeps.
/// </summary>
internal sealed class WorkQueue(Action wake, Action<Exception> report)
{
    private readonly Queue<WorkItem> _local = new();
    private readonly ConcurrentQueue<WorkItem> _remote = new();
    private int _sleeping;

    public bool IsEmpty => _local.Count == 0 && _remote.IsEmpty;

    public void PostLocal(WorkItem item) => _local.Enqueue(item);

    public void PostRemote(WorkItem item)
    {
        _remote.Enqueue(item);

        // The loop announces its sleep before it looks at the queue a last time; we look at the announcement after the
        // enqueue. So at least one of the two sees the other.
        Interlocked.MemoryBarrier();
        if (Volatile.Read(ref _sleeping) != 0 && Interlocked.Exchange(ref _sleeping, 0) != 0)
        {
            wake();
        }
    }

    /// <summary>Announces that the loop is going to sleep. False when there is work and it must not.</summary>
    public bool TrySleep()
    {
        if (!IsEmpty)
        {
            return false;
        }

        Interlocked.Exchange(ref _sleeping, 1);
        if (_remote.IsEmpty)
        {
            return true;
        }

        Awake();
        return false;
    }

    /// <summary>The loop runs again: nobody needs to wake it.</summary>
    public void Awake() => Volatile.Write(ref _sleeping, 0);

    /// <summary>Runs what has been posted so far. What these callbacks post waits for the next call.</summary>
    public void Run()
    {
        for (var count = _local.Count; count > 0; count--)
        {
            Run(_local.Dequeue());
        }

        if (_remote.IsEmpty)
        {
            return;
        }

        for (var count = _remote.Count; count > 0 && _remote.TryDequeue(out var item); count--)
        {
            Run(item);
        }
    }

    private void Run(WorkItem item)
    {
        try
        {
            item.Run();
        }
        catch (Exception exception)
        {
            report(exception);
        }
    }
}
