using System.Net;
using Pgmux.Transport.Buffers;
using Pgmux.Transport.Loops;
using Pgmux.Transport.Native;
using Pgmux.Transport.Pipes;
using Pgmux.Transport.Sockets;

namespace Pgmux.Transport.Uring;

/// <summary>
/// A connected socket whose receives wait in the kernel, one at a time and only while somebody wants bytes. What there is for certain
/// (the rest of a large message) is fetched by plain receives into larger buffers.
/// </summary>
internal sealed class UringConnection(UringLoop loop, int socket, EndPoint remote, EndPoint? local, SocketTuning tuning)
    : SocketConnection(loop, socket, remote, local, tuning), IRingTarget
{
    // Each flush hands a cancellation over and lets it run; one is enough unless the kernel is out of memory.
    private const int MostFlushes = 100;

    private int _slot = -1;
    private PendingRequests _pending;
    private LinkEvents _events;
    private BufferBlock? _arrived;
    private byte[]? _carried;
    private TransferStatus _end;
    private uint _receivedTurn;
    private int _sendBytes;
    private int? _sent;
    private bool _wasBlocked;
    private bool _hasMore;
    private bool _expectsMuch;
    private bool _isReceiveQueued;
    private bool _isReadyQueued;
    private bool _isPeerWatchQueued;

    private UringLoop Uring => (UringLoop)Loop;

    // What has come since this turn's completions is news for the next turn, whoever asks.
    internal override bool IsUnwatched => !IsReceiving && _slot >= 0 && _receivedTurn != (uint)Core.Turns;

    private bool IsReceiving => (_pending & PendingRequests.Receive) != 0;

    public void OnCompleted(RingOperation operation, in CompletionEntry completion)
    {
        switch (operation)
        {
            case RingOperation.Receive:
                _pending &= ~PendingRequests.Receive;
                _receivedTurn = (uint)Core.Turns;
                OnReceived(completion);
                QueuePeerWatch();
                break;
            case RingOperation.Send:
                _pending &= ~PendingRequests.Send;
                _sent = completion.Result;
                QueueReady();
                break;
            case RingOperation.Room:
                _pending &= ~PendingRequests.Room;
                Note(completion.Result > 0 ? LinkEvents.Writable : LinkEvents.None);
                break;
            case RingOperation.PeerWatch:
                OnPeerEvents(completion);
                break;
        }
    }

    public void RunCompleted(UringLoop loop)
    {
        if (IsOn(loop))
        {
            var events = _events;
            _events = LinkEvents.None;
            _isReadyQueued = false;
            EndSend();
            if (events != LinkEvents.None && IsOn(loop))
            {
                OnEvents(events);
            }
        }
    }

    /// <summary>Whether the end of the send that is under way has to be told at once.</summary>
    public bool IsSendUrgent => IsSendAwaited || _wasBlocked;

    public void OnLoopEnd() => Abort();

    /// <summary>The end of the turn: asks the kernel for bytes if somebody still wants some.</summary>
    public void ReceiveQueued(UringLoop loop)
    {
        if (!IsOn(loop))
        {
            return;
        }

        _isReceiveQueued = false;
        if (WantsBytes && !IsReadable && !IsReceiving)
        {
            loop.Receive(_slot, Descriptor, _expectsMuch ? BufferGroup.Long : BufferGroup.Short, mayHaveMore: _hasMore || IsUnwatched);
            _pending |= PendingRequests.Receive;
        }
    }

    /// <summary>Has the peer's end told, if no receive would.</summary>
    public void WatchPeer(UringLoop loop)
    {
        if (!IsOn(loop))
        {
            return;
        }

        _isPeerWatchQueued = false;
        if ((_pending & (PendingRequests.Receive | PendingRequests.PeerWatch)) == 0 && PeerState is PeerState.Open or PeerState.HalfClosed)
        {
            // One that goes on: a reset may follow a FIN.
            _pending |= PendingRequests.PeerWatch;
            loop.Poll(_slot, RingOperation.PeerWatch, Descriptor, PollEvents.ReadHangUp, SubmissionEntry.PollMultishot);
        }
    }

    // Its end is told like any other, and finds that nobody wants bytes. What has come before it stays with us.
    protected override void OnHeld()
    {
        if (_slot >= 0)
        {
            Cancel(PendingRequests.Receive, RingOperation.Receive);
        }
    }

    internal override void AwaitReadable()
    {
        if (!_isReceiveQueued && !IsReceiving && _slot >= 0)
        {
            _isReceiveQueued = true;
            Uring.QueueReceive(this);
        }
    }

    internal override BufferBlock? TakeArrived(out bool hasMore)
    {
        var arrived = _arrived;
        _arrived = null;
        hasMore = _hasMore || _end != TransferStatus.Done;
        return arrived;
    }

    protected override bool HasCarriedBytes => _carried is not null || _end != TransferStatus.Done;

    internal override LoopCore FindCore(EventLoop loop) => loop is UringLoop uring
        ? uring.Core
        : throw new ArgumentException("A socket moves between loops of one kind only", nameof(loop));

    protected override TransferResult ReceiveFromLink(Span<byte> room)
    {
        if (_end != TransferStatus.Done)
        {
            return new TransferResult(_end, 0);
        }

        return IsReceiving ? TransferResult.WouldBlock : base.ReceiveFromLink(room);
    }

    // The usual send is one piece. It never waits for room, so it ends with the call that hands it over.
    protected override TransferResult SendToLink(BufferBlock head, long bytes)
    {
        if (bytes > head.Used)
        {
            return base.SendToLink(head, bytes);
        }

        _pending |= PendingRequests.Send;
        _sendBytes = (int)bytes;
        Uring.Send(this, _slot, Descriptor, head, _sendBytes);
        return TransferResult.Started;
    }

    protected override bool PeekLink() => _arrived is not null || _end != TransferStatus.Done || (!IsReceiving && base.PeekLink());

    protected override void WaitForRoom()
    {
        if ((_pending & PendingRequests.Room) == 0)
        {
            _wasBlocked = true;
            _pending |= PendingRequests.Room;
            Uring.Poll(_slot, RingOperation.Room, Descriptor, PollEvents.Out, flags: 0);
        }
    }

    protected override void DetachLink(LoopCore target)
    {
        CancelPending();
        if (_arrived is { } arrived)
        {
            // Buffers belong to their loop.
            _carried = arrived.Span(arrived.Start, arrived.Used).ToArray();
            _arrived = null;
            Buffers.Return(arrived);
        }

        Leave();
    }

    protected override void ForgetLink()
    {
        if (_slot < 0)
        {
            return;
        }

        CancelPending();
        if (_arrived is { } arrived)
        {
            _arrived = null;
            Buffers.Return(arrived);
        }

        Leave();
    }

    protected override bool TryAttachLink()
    {
        _slot = Uring.Targets.Add(this);
        _receivedTurn = (uint)Core.Turns;
        if (_carried is { } carried)
        {
            _carried = null;
            _arrived = Buffers.Rent(carried.Length);
            carried.CopyTo(_arrived.Span(0, carried.Length));
            _arrived.End = carried.Length;
            Note(LinkEvents.Readable);
        }

        if (_end != TransferStatus.Done)
        {
            Note(_end == TransferStatus.EndOfStream ? LinkEvents.HalfClosed : LinkEvents.Reset);
        }

        QueuePeerWatch();
        return true;
    }

    private bool IsOn(UringLoop loop) => Loop == loop && _slot >= 0;

    private void OnReceived(in CompletionEntry completion)
    {
        _hasMore = false;
        if (completion.Result > 0)
        {
            _arrived = Uring.TakeReceived(completion);
            _hasMore = completion.IsSocketNotEmpty || _arrived.Free == 0;
            _expectsMuch = _hasMore || completion.Result > BufferPool.MediumBytes;
            Note(LinkEvents.Readable);
            return;
        }

        switch (completion.Error)
        {
            case Errno.None:
                _end = TransferStatus.EndOfStream;
                Note(LinkEvents.HalfClosed);
                break;
            case Errno.NoBufferSpace:
                // All buffers were filled in this turn; there are others in the next.
                _hasMore = true;
                AwaitReadable();
                break;
            case Errno.Cancelled or Errno.Interrupted or Errno.TryAgain:
                AwaitReadable();
                break;
            default:
                _end = TransferStatus.Broken;
                Note(LinkEvents.Reset);
                break;
        }
    }

    private void OnPeerEvents(in CompletionEntry completion)
    {
        if (!completion.GoesOn)
        {
            _pending &= ~PendingRequests.PeerWatch;
        }

        var events = (PollEvents)Math.Max(completion.Result, 0);
        Note(((events & (PollEvents.ReadHangUp | PollEvents.HangUp)) != 0 ? LinkEvents.HalfClosed : LinkEvents.None)
            | ((events & PollEvents.Error) != 0 ? LinkEvents.Reset : LinkEvents.None));
    }

    private void Note(LinkEvents events)
    {
        if (events == LinkEvents.None)
        {
            return;
        }

        _events |= events;
        if ((events & ~LinkEvents.Writable) != 0)
        {
            AnnounceReadable();
        }

        QueueReady();
    }

    private void QueueReady()
    {
        if (!_isReadyQueued)
        {
            _isReadyQueued = true;
            Uring.QueueReady(this);
        }
    }

    private void EndSend()
    {
        if (_sent is not { } sent)
        {
            return;
        }

        _sent = null;
        _wasBlocked = false;
        if (sent == _sendBytes)
        {
            OnSendEnded(TransferResult.Done(sent));
        }
        else if (sent >= 0 || (Errno)(-sent) is Errno.TryAgain or Errno.Interrupted)
        {
            WaitForRoom();
            OnSendEnded(new TransferResult(TransferStatus.WouldBlock, Math.Max(sent, 0)));
        }
        else
        {
            OnSendEnded(TransferResult.Broken);
        }
    }

    private void QueuePeerWatch()
    {
        if (!_isPeerWatchQueued)
        {
            _isPeerWatchQueued = true;
            Uring.QueuePeerWatch(this);
        }
    }

    private void CancelPending()
    {
        for (var flushes = 0; _pending != PendingRequests.None; flushes++)
        {
            if (flushes == MostFlushes)
            {
                throw new IOException($"The kernel does not give back a socket of an io_uring: {_pending}");
            }

            Cancel(PendingRequests.Receive, RingOperation.Receive);
            Cancel(PendingRequests.Room, RingOperation.Room);
            Cancel(PendingRequests.PeerWatch, RingOperation.PeerWatch);
            Uring.Flush();
        }
    }

    private void Cancel(PendingRequests request, RingOperation operation)
    {
        if ((_pending & request) != 0)
        {
            Uring.Cancel(_slot, operation);
        }
    }

    private void Leave()
    {
        Uring.Targets.Remove(_slot);
        _slot = -1;
        _events = LinkEvents.None;
        _isReceiveQueued = false;
        _isReadyQueued = false;
        _isPeerWatchQueued = false;
    }
}
