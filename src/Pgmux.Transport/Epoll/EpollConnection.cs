using System.Net;
using Pgmux.Transport.Loops;
using Pgmux.Transport.Pipes;
using Pgmux.Transport.Sockets;

namespace Pgmux.Transport.Epoll;

/// <summary>A connected socket. Registered once, edge-triggered: no epoll_ctl on the data path.</summary>
internal sealed class EpollConnection(EpollLoop loop, int socket, EndPoint remote, EndPoint? local, SocketTuning tuning)
    : SocketConnection(loop, socket, remote, local, tuning), IPollTarget
{
    private int _slot = -1;
    private bool _waitsForRoom;

    // A Unix socket makes an event each time the peer takes something, so room is asked for only when there was none.
    private PollEvents Interest => IsUnix
        ? PollEvents.In | PollEvents.ReadHangUp
        : PollEvents.In | PollEvents.ReadHangUp | PollEvents.Out | PollEvents.Priority;

    private EpollPoller Poller => ((EpollLoop)Loop).Poller;

    public void Announce(PollEvents events)
    {
        if ((events & ~PollEvents.Out) != 0)
        {
            AnnounceReadable();
        }
    }

    public void OnEvents(PollEvents events)
    {
        var link = LinkEvents.None;
        if ((events & (PollEvents.In | PollEvents.HangUp)) != 0)
        {
            link |= LinkEvents.Readable;
        }

        if ((events & PollEvents.Out) != 0)
        {
            link |= LinkEvents.Writable;
            StopWaitingForRoom();
        }

        if ((events & (PollEvents.ReadHangUp | PollEvents.HangUp)) != 0)
        {
            link |= LinkEvents.HalfClosed;
        }

        if ((events & PollEvents.Error) != 0)
        {
            link |= LinkEvents.Reset;
        }

        if ((events & PollEvents.Priority) != 0)
        {
            link |= LinkEvents.Urgent;
        }

        OnEvents(link);
    }

    public void OnLoopEnd() => Abort();

    internal override LoopCore FindCore(EventLoop loop) => loop is EpollLoop epoll
        ? epoll.Core
        : throw new ArgumentException("A socket moves between epoll loops only", nameof(loop));

    protected override void DetachLink(LoopCore target)
    {
        Poller.Remove(Descriptor, _slot);
        _slot = -1;
    }

    protected override void ForgetLink()
    {
        if (_slot >= 0)
        {
            Poller.Forget(_slot);
            _slot = -1;
        }
    }

    protected override bool TryAttachLink()
    {
        _waitsForRoom = false;
        _slot = Poller.Add(Descriptor, Interest, this);
        return _slot >= 0;
    }

    // A TCP socket waits for room all the time, as that makes no event while there is room.
    protected override void WaitForRoom()
    {
        if (IsUnix && !_waitsForRoom)
        {
            _waitsForRoom = true;
            Poller.Modify(Descriptor, _slot, Interest | PollEvents.Out);
        }
    }

    private void StopWaitingForRoom()
    {
        if (_waitsForRoom)
        {
            _waitsForRoom = false;
            Poller.Modify(Descriptor, _slot, Interest);
        }
    }
}
