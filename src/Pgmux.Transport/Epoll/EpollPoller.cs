using Pgmux.Transport.Loops;
using Pgmux.Transport.Native;
using Pgmux.Transport.Sockets;

namespace Pgmux.Transport.Epoll;

/// <summary>The epoll instance of a loop, with the table of those who hear of its events.</summary>
internal sealed unsafe class EpollPoller : IDisposable
{
    // As many as a busy loop finds in a turn; the rest comes with the next call.
    private const int EventsPerWait = 256;

    private readonly EpollEventBuffer _events = new(EventsPerWait);
    private readonly EpollEventBuffer _argument = new(1);
    private readonly SlotTable<IPollTarget> _slots = new();
    private readonly int _epoll;

    public EpollPoller(WakeUp wakeUp)
    {
        _epoll = EpollCalls.Create();
        if (_epoll < 0)
        {
            throw new IOException($"Cannot create an epoll instance: {ErrnoExtensions.Last().Describe()}");
        }

        // The wake-up needs no target: it is enough that the wait returns.
        _argument.Set(0, (uint)PollEvents.In | EpollCalls.EdgeTriggered, ulong.MaxValue);
        _ = EpollCalls.Control(_epoll, EpollCalls.Add, wakeUp.Descriptor, _argument.Pointer);
    }

    public int TargetCount => _slots.Count;

    /// <summary>Registers a descriptor, edge-triggered. Its slot; negative with errno when the kernel refuses.</summary>
    public int Add(int descriptor, PollEvents interest, IPollTarget target)
    {
        var slot = _slots.Add(target);
        _argument.Set(0, (uint)interest | EpollCalls.EdgeTriggered, _slots.DataOf(slot));
        if (EpollCalls.Control(_epoll, EpollCalls.Add, descriptor, _argument.Pointer) == 0)
        {
            return slot;
        }

        _slots.Remove(slot);
        return -1;
    }

    /// <summary>Changes what a descriptor waits for; what is already so makes an event.</summary>
    public void Modify(int descriptor, int slot, PollEvents interest)
    {
        _argument.Set(0, (uint)interest | EpollCalls.EdgeTriggered, _slots.DataOf(slot));
        _ = EpollCalls.Control(_epoll, EpollCalls.Modify, descriptor, _argument.Pointer);
    }

    /// <summary>Takes a descriptor off, which stays open.</summary>
    public void Remove(int descriptor, int slot)
    {
        _ = EpollCalls.Control(_epoll, EpollCalls.Delete, descriptor, _argument.Pointer);
        _slots.Remove(slot);
    }

    /// <summary>Forgets a descriptor that is about to be closed: the kernel takes it off by itself.</summary>
    public void Forget(int slot) => _slots.Remove(slot);

    /// <summary>Waits for events; -1 waits without limit.</summary>
    public int Wait(int timeoutMilliseconds)
    {
        var count = EpollCalls.Wait(_epoll, _events.Pointer, _events.Capacity, timeoutMilliseconds);
        if (count >= 0)
        {
            return count;
        }

        var error = ErrnoExtensions.Last();
        return error == Errno.Interrupted ? 0 : throw new IOException($"epoll_wait failed: {error.Describe()}");
    }

    /// <summary>Who an event of the last wait is for; null when it is stale or only woke us.</summary>
    public IPollTarget? TargetOf(int index, out PollEvents events)
    {
        events = (PollEvents)_events.Events(index);
        var data = _events.Data(index);
        return data == ulong.MaxValue ? null : _slots.Find(data);
    }

    public IPollTarget[] Targets() => _slots.ToArray();

    public void Dispose()
    {
        _ = SocketCalls.Close(_epoll);
        _events.Dispose();
        _argument.Dispose();
    }
}
