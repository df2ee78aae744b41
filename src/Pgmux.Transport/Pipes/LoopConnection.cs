using System.IO.Pipelines;
using Pgmux.Transport.Buffers;
using Pgmux.Transport.Loops;

namespace Pgmux.Transport.Pipes;

/// <summary>
/// A connection over any link that tells its events as edges: pipes, backpressure, closing and moving are the same for a
/// socket and for the in-memory link of the tests, which only move bytes.
/// </summary>
internal abstract class LoopConnection : TransportConnection
{
    // With 64 KiB a receive this is 1 MiB: then other connections have their turn.
    private const byte MostReadsPerRound = 16;

    private readonly ConnectionReader _reader;
    private readonly ConnectionWriter _writer;
    private readonly TimeSpan _closeLinger;
    private LoopCore _core;
    private ConnectionClose? _close;
    private Action<object?>? _arrived;
    private object? _arrivedState;
    private ConnectionPhase _phase;
    private PeerState _peer;
    private PeerState _toldPeer;
    private uint _readRound;
    private byte _reads;
    private bool _mayHoldMore;
    private bool _isResumeQueued;
    private bool _isSendQueued;
    private bool _isHeld;

    protected LoopConnection(LoopCore core, SocketTuning tuning)
    {
        _core = core;
        _closeLinger = tuning.CloseLinger;
        _reader = new ConnectionReader(this);
        _writer = new ConnectionWriter(this, tuning.UnsentLimitBytes);
    }

    public sealed override EventLoop Loop => _core.Owner;

    public sealed override PipeReader Input => _reader;

    public sealed override PipeWriter Output => _writer;

    public sealed override PeerState PeerState => IsClosing ? PeerState.Closed : _peer;

    public sealed override long UnsentBytes => _writer.UnsentBytes + LinkUnsentBytes;

    public sealed override void Flush() => _writer.FlushWithoutWait();

    public sealed override bool TryHandOver(TransportConnection target, int offset, int length) =>
        target is LoopConnection { IsClosing: false } other && other._core == _core && other._writer.CanAppend
        && _reader.TryGive(offset, length) is { } block
        && other._writer.Append(block);

    public sealed override int UnreadBytes => _reader.UnreadBytes;

    public sealed override bool IsHeld
    {
        get => _isHeld;
        set
        {
            if (_isHeld != value)
            {
                _isHeld = value;
                OnHeldChanged();
            }
        }
    }

    // The link is asked only when an event has come that no receive has answered yet: rarely, as a reader mostly waits.
    public sealed override bool HasUnreadBytes => _reader.UnreadBytes > 0 || ((IsReadable || IsUnwatched) && !IsClosing && PeekLink());

    public sealed override bool HasUntoldBytes => !IsClosing && _reader.IsWaiting && (IsReadable || HasUntoldLinkBytes);

    public sealed override bool FindsUntoldBytes() => HasUntoldBytes || (!IsClosing && _reader.IsWaiting && FindsLinkBytes());

    internal BufferPool Buffers => _core.Buffers;

    /// <summary>Whether the link may have something: bytes, its end or an error. When not, nobody asks it.</summary>
    internal bool IsReadable { get; private set; }

    /// <summary>Whether a receive has found the end of the stream or the link broken.</summary>
    internal bool IsEndReceived { get; private set; }

    /// <summary>Whether the link may have something that it would not tell of: one that is watched only while somebody waits for bytes.</summary>
    internal virtual bool IsUnwatched => false;

    /// <summary>Bytes that the link has taken over and not passed on: one that is a connection itself has some of its own.</summary>
    protected virtual long LinkUnsentBytes => 0;

    /// <summary>Whether the link has heard of bytes that it has not told of yet.</summary>
    protected virtual bool HasUntoldLinkBytes => false;

    /// <summary>Whether the link, taken off its loop, has brought something along that no read has had.</summary>
    protected virtual bool HasCarriedBytes => false;

    /// <summary>Whether nothing of the link stands in the way of moving to another loop.</summary>
    protected virtual bool CanLinkMove => true;

    internal bool IsReset => _peer == PeerState.Reset;

    internal bool IsClosing => _phase >= ConnectionPhase.Closing;

    internal bool CanMove => _phase == ConnectionPhase.Open && _reader.CanMove && _writer.CanMove && CanLinkMove;

    protected LoopCore Core => _core;

    /// <summary>
    /// Whether something goes on only when a send that is under way has ended. Otherwise it can be told with whatever comes next: nobody
    /// has to be woken for it.
    /// </summary>
    protected bool IsSendAwaited => IsClosing || _writer.IsFlushWaiting || !_reader.IsWaiting;

    /// <summary>Whether bytes, or the end of the stream, are waited for: by the reader, or by a close that is under way.</summary>
    protected bool WantsBytes => (_reader.IsWaiting && !_isHeld) || _phase == ConnectionPhase.Closing;

    public sealed override void MoveTo(EventLoop target, Action<object?> arrived, object? state)
    {
        if (!CanMove)
        {
            throw new InvalidOperationException("A connection moves only while it is open, with nothing unread, unsent or waiting to be flushed");
        }

        if (target == Loop)
        {
            target.Post(arrived, state);
            return;
        }

        var core = FindCore(target);
        _arrived = arrived;
        _arrivedState = state;
        LeaveFor(core);
        if (!core.Post(static state => ((LoopConnection)state!).Arrive(), this))
        {
            Release();
        }
    }

    public sealed override int Detach()
    {
        if (!CanMove || _peer != PeerState.Open || IsEndReceived)
        {
            return -1;
        }

        LeaveFor(_core);
        var descriptor = HasCarriedBytes ? -1 : TakeDescriptor();
        if (descriptor < 0)
        {
            Settle();
            return -1;
        }

        _phase = ConnectionPhase.Open;
        Abort();
        return descriptor;
    }

    /// <summary>Takes the connection off its loop. It is the other loop's from here on, which puts it there by <see cref="Settle"/>.</summary>
    internal void LeaveFor(LoopCore core)
    {
        DetachLink(core);
        _phase = ConnectionPhase.Moving;
        _isSendQueued = false;
        _isResumeQueued = false;
        Volatile.Write(ref _core, core);
    }

    /// <summary>The connection has arrived on the loop that it left for.</summary>
    internal void Settle()
    {
        _phase = ConnectionPhase.Open;
        if (!TryAttachLink())
        {
            OnSendBroken();
        }

        // What was asked of the waiting read before the move is done here.
        QueueResume();
    }

    public sealed override void Close()
    {
        if (!IsClosing)
        {
            StartClosing();
            _writer.End();
            _close = new ConnectionClose(this, _core);
            _close.Start(_closeLinger);
        }
    }

    public sealed override void Abort()
    {
        if (!IsClosing)
        {
            StartClosing();
        }

        Release();
    }

    /// <summary>The link has news. Called on the loop.</summary>
    internal void OnEvents(LinkEvents events)
    {
        if (_phase is ConnectionPhase.Moving or ConnectionPhase.Closed)
        {
            return;
        }

        IsReadable |= (events & ~LinkEvents.Writable) != 0;
        _mayHoldMore |= (events & (LinkEvents.HalfClosed | LinkEvents.Reset | LinkEvents.Urgent)) != 0;
        if ((events & (LinkEvents.HalfClosed | LinkEvents.Reset)) != 0)
        {
            NotePeer((events & LinkEvents.Reset) != 0 ? PeerState.Reset : PeerState.HalfClosed);
        }

        if ((events & (LinkEvents.Writable | LinkEvents.Reset)) != 0)
        {
            _writer.Unblock();
        }

        if (IsClosing)
        {
            _close?.Continue();
            return;
        }

        var core = _core;
        _reader.Resume();
        if (IsStillOn(core))
        {
            TellPeerClosed();
        }
    }

    /// <summary>The link has news of more than room, which <see cref="OnEvents"/> tells later in this turn.</summary>
    protected void AnnounceReadable() => IsReadable |= _phase == ConnectionPhase.Open;

    /// <summary>Reading has stopped: a link that has an order for bytes takes it back.</summary>
    protected virtual void OnHeld()
    {
    }

    /// <summary>Somebody waits for bytes and finds none. A link that tells by itself when some come has nothing to do.</summary>
    internal virtual void AwaitReadable()
    {
    }

    /// <summary>
    /// Takes a block that the link has received into by itself, of <see cref="Buffers"/>; null when there is none. Whether there may be
    /// more is told beside it.
    /// </summary>
    internal virtual BufferBlock? TakeArrived(out bool hasMore)
    {
        hasMore = false;
        return null;
    }

    /// <summary>Counts a receive; false when the connection has had its share and goes on in the next round.</summary>
    internal bool TrySpendRead()
    {
        if (_readRound != _core.Round)
        {
            _readRound = _core.Round;
            _reads = 0;
        }

        if (_reads < MostReadsPerRound)
        {
            _reads++;
            return true;
        }

        QueueResume();
        return false;
    }

    /// <summary>Receives behind what the buffer has.</summary>
    internal TransferResult ReceiveInto(ref ReceiveBuffer buffer)
    {
        if (TakeArrived(out var hasMore) is { } arrived)
        {
            var bytes = arrived.Used;
            buffer.Adopt(arrived, Buffers);
            IsReadable = hasMore || _mayHoldMore;
            return TransferResult.Done(bytes);
        }

        var result = Receive(buffer.MakeRoom(Buffers));
        if (result.Status == TransferStatus.Done)
        {
            buffer.Add(result.Bytes);
        }
        else
        {
            buffer.ReleaseIfEmpty(Buffers);
        }

        return result;
    }

    /// <summary>Receives what is only dropped.</summary>
    internal TransferResult ReceiveToDrop(Span<byte> room)
    {
        if (TakeArrived(out var hasMore) is { } arrived)
        {
            var bytes = arrived.Used;
            Buffers.Return(arrived);
            IsReadable = hasMore || _mayHoldMore;
            return TransferResult.Done(bytes);
        }

        return Receive(room);
    }

    private TransferResult Receive(Span<byte> room)
    {
        var result = ReceiveFromLink(room);
        switch (result.Status)
        {
            case TransferStatus.Done:
                // Less than asked for: there is no more, and the next byte makes an event. That spares the receive that
                // would only find nothing.
                IsReadable = result.Bytes == room.Length || _mayHoldMore;
                break;
            case TransferStatus.WouldBlock:
                IsReadable = false;
                _mayHoldMore = false;
                break;
            case TransferStatus.EndOfStream:
                IsEndReceived = true;
                NotePeer(PeerState.HalfClosed);
                break;
            case TransferStatus.Broken:
                IsEndReceived = true;
                NotePeer(PeerState.Reset);
                break;
        }

        return result;
    }

    internal TransferResult Send(BufferBlock head, long bytes) => SendToLink(head, bytes);

    internal void QueueSend()
    {
        if (!_isSendQueued)
        {
            _isSendQueued = true;
            _core.QueueSend(this);
        }
    }

    /// <summary>The end of the turn: sends what is flushed. A connection that has moved meanwhile is not this loop's.</summary>
    internal void SendQueued(LoopCore core)
    {
        if (!IsStillOn(core) || !_isSendQueued || _phase == ConnectionPhase.Closed)
        {
            return;
        }

        _isSendQueued = false;
        _writer.Send();
        if (IsStillOn(core) && IsClosing)
        {
            _close?.Continue();
        }
    }

    /// <summary>The link has ended a send that it had started (<see cref="TransferStatus.Started"/>).</summary>
    protected void OnSendEnded(TransferResult result)
    {
        var core = _core;
        _writer.OnSendEnded(result);
        if (IsStillOn(core) && IsClosing)
        {
            _close?.Continue();
        }
    }

    /// <summary>The link takes no more. What the peer has sent before may still be read.</summary>
    internal void OnSendBroken()
    {
        NotePeer(PeerState.Reset);
        _writer.Drop();
        IsReadable = true;
        _mayHoldMore = true;
        QueueResume();
    }

    /// <summary>The writer has nothing left.</summary>
    internal void OnDrained()
    {
        if (LinkUnsentBytes == 0)
        {
            Observer?.OnDrained(this);
        }
    }

    /// <summary>A read tells the consumer that the peer has gone: the observer need not.</summary>
    internal void OnEndRead() => _toldPeer = _peer;

    /// <summary>The link has nothing left to send of what it took over (<see cref="LinkUnsentBytes"/>).</summary>
    protected void OnLinkDrained()
    {
        if (IsClosing)
        {
            _close?.Continue();
        }
        else
        {
            _writer.OnLinkDrained();
        }
    }

    internal void ResumeReader()
    {
        if (IsHere)
        {
            _reader.Resume();
        }
    }

    internal void ResumeWriter()
    {
        if (IsHere)
        {
            _writer.Resume();
        }
    }

    internal void Shutdown() => ShutdownLink();

    /// <summary>Gives the link back; what is unsent is dropped.</summary>
    internal void Release()
    {
        if (_phase == ConnectionPhase.Closed)
        {
            return;
        }

        _phase = ConnectionPhase.Closed;
        _close?.End();
        _close = null;
        CloseLink();
        _writer.OnLinkClosed();
    }

    /// <summary>The part of a loop that runs this kind of connection.</summary>
    internal abstract LoopCore FindCore(EventLoop loop);

    protected abstract TransferResult ReceiveFromLink(Span<byte> room);

    /// <summary>Sends up to <paramref name="bytes"/> of a chain.</summary>
    protected abstract TransferResult SendToLink(BufferBlock head, long bytes);

    /// <summary>Whether a receive would bring something: bytes, the end of the stream or an error.</summary>
    protected abstract bool PeekLink();

    /// <summary>Whether the link has something of which it will tell the waiting read, although its loop may not have heard of it.</summary>
    protected abstract bool FindsLinkBytes();

    /// <summary>Sends our FIN.</summary>
    protected abstract void ShutdownLink();

    protected abstract void CloseLink();

    /// <summary>Takes the link off its loop, on its way to another.</summary>
    protected abstract void DetachLink(LoopCore target);

    /// <summary>Gives the descriptor of a link away that is on no loop; -1 when there is none to give.</summary>
    protected virtual int TakeDescriptor() => -1;

    /// <summary>Puts the link on the loop of <see cref="Core"/>, which then tells anew what the link has. False when it cannot.</summary>
    protected abstract bool TryAttachLink();

    // Posts to the old loop may still be on their way when the connection has moved.
    private bool IsHere => _core.Owner.IsCurrent && _phase != ConnectionPhase.Moving;

    // A session that has just gone on may have given the connection to another thread. That writes the phase before the core.
    private bool IsStillOn(LoopCore core) => Volatile.Read(ref _core) == core && _phase != ConnectionPhase.Moving;

    private void Arrive()
    {
        var arrived = _arrived!;
        var state = _arrivedState;
        _arrived = null;
        _arrivedState = null;
        Settle();
        arrived(state);
    }

    private void OnHeldChanged()
    {
        if (IsClosing || _phase == ConnectionPhase.Moving)
        {
            return;
        }

        if (_isHeld)
        {
            OnHeld();
        }
        else
        {
            QueueResume();
        }
    }

    private void QueueResume()
    {
        if (!_isResumeQueued)
        {
            _isResumeQueued = true;
            _core.Post(static state => ((LoopConnection)state!).ResumeQueued(), this);
        }
    }

    private void ResumeQueued()
    {
        var core = _core;
        if (!IsHere)
        {
            return;
        }

        _isResumeQueued = false;
        _writer.Resume();
        if (IsStillOn(core))
        {
            _reader.Resume();
        }

        if (IsStillOn(core))
        {
            TellPeerClosed();
        }
    }

    private void NotePeer(PeerState peer)
    {
        if (peer > _peer)
        {
            _peer = peer;
        }
    }

    private void TellPeerClosed()
    {
        if (_peer > _toldPeer && !_reader.IsWaiting && !IsClosing && Observer is { } observer)
        {
            _toldPeer = _peer;
            observer.OnPeerClosed(this);
        }
    }

    private void StartClosing()
    {
        if (_phase == ConnectionPhase.Moving)
        {
            throw new InvalidOperationException("The connection is on its way to another loop");
        }

        _phase = ConnectionPhase.Closing;
        _reader.End();
    }
}
