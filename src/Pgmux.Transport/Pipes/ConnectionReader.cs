using System.IO.Pipelines;
using System.Threading.Tasks.Sources;
using Pgmux.Transport.Buffers;

namespace Pgmux.Transport.Pipes;

/// <summary>
/// Received bytes, always lent as one segment. A buffer is held only while there are bytes in it: it is rented when the link
/// says that something has come, and a rest that waits for more lies in a block of its own size.
/// </summary>
internal sealed class ConnectionReader(LoopConnection connection) : PipeReader, IValueTaskSource<ReadResult>, IInlineWait
{
    private ReceiveBuffer _buffer = new();
    private InlineCompletion _completion;
    private ReaderState _state;
    private bool _isExamined;
    private bool _isEnded;
    private bool _isCancelRequested;

    public LoopConnection Connection => connection;

    public bool IsWaiting => _completion.IsWaiting;

    /// <summary>Bytes in our buffer that no read has consumed.</summary>
    public int UnreadBytes => _buffer.UnreadBytes;

    /// <summary>Whether nothing stands in the way of moving to another loop.</summary>
    public bool CanMove => _buffer.IsEmpty && _state == ReaderState.Idle && _completion.State != WaitState.Ready;

    public override ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
    {
        CheckCanRead();
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<ReadResult>(cancellationToken);
        }

        if (HasResult || (connection.IsReadable && !connection.IsHeld && TryReceive()))
        {
            return new ValueTask<ReadResult>(Lend());
        }

        // All is examined: only a rest that needs more can be here.
        _buffer.Shrink(connection.Buffers);
        var token = _completion.Start(this, cancellationToken);
        if (!connection.IsHeld)
        {
            connection.AwaitReadable();
        }

        return new ValueTask<ReadResult>(this, token);
    }

    public override bool TryRead(out ReadResult result)
    {
        CheckCanRead();
        if (HasResult || ((connection.IsReadable || connection.IsUnwatched) && !connection.IsHeld && TryReceive()))
        {
            result = Lend();
            return true;
        }

        result = default;
        return false;
    }

    public override void AdvanceTo(SequencePosition consumed) => AdvanceTo(consumed, consumed);

    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined)
    {
        if (_state != ReaderState.Lent)
        {
            throw new InvalidOperationException("AdvanceTo without a read");
        }

        _isExamined = _buffer.Advance(consumed, examined, connection.Buffers);
        _state = ReaderState.Idle;
        if (connection.IsClosing)
        {
            _buffer.Release(connection.Buffers);
        }
        else if (_isExamined && !connection.IsReadable)
        {
            _buffer.Shrink(connection.Buffers);
        }
    }

    public override void CancelPendingRead()
    {
        _isCancelRequested = true;
        ResumeLater();
    }

    public override void Complete(Exception? exception = null)
    {
        if (_completion.IsWaiting)
        {
            throw new InvalidOperationException("A read is waiting");
        }

        _state = ReaderState.Completed;
        _buffer.Release(connection.Buffers);
    }

    /// <summary>Gives a part of what is lent away, with the block that it is in; null when it is too little to be worth it.</summary>
    public BufferBlock? TryGive(int offset, int length) => _state == ReaderState.Lent ? _buffer.TryGive(offset, length, connection.Buffers) : null;

    /// <summary>The link may have bytes or its end. Completes the waiting read inline.</summary>
    public void Resume()
    {
        if (!_completion.IsWaiting)
        {
            return;
        }

        if (HasResult || (connection.IsReadable && !connection.IsHeld && TryReceive()))
        {
            _completion.Complete();
        }
        else if (!connection.IsHeld)
        {
            connection.AwaitReadable();
        }
    }

    /// <summary>We close: the waiting read ends, what is unread is dropped unless it is lent.</summary>
    public void End()
    {
        _isEnded = true;
        if (_state != ReaderState.Lent)
        {
            _buffer.Release(connection.Buffers);
        }

        ResumeLater();
    }

    public void CancelWait(short token) => _completion.Cancel(token);

    ReadResult IValueTaskSource<ReadResult>.GetResult(short token)
    {
        _completion.Finish(token);
        return Lend();
    }

    ValueTaskSourceStatus IValueTaskSource<ReadResult>.GetStatus(short token) => _completion.GetStatus(token);

    void IValueTaskSource<ReadResult>.OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _completion.OnCompleted(connection.Loop, continuation, state, token);

    private bool HasResult => _isCancelRequested || _isEnded || (!_buffer.IsEmpty && !_isExamined && !connection.IsHeld);

    // Whoever closes or cancels is in the middle of something: the session that waits runs after it, not within it.
    private void ResumeLater()
    {
        if (_completion.IsWaiting)
        {
            connection.Loop.Post(static state => ((LoopConnection)state!).ResumeReader(), connection);
        }
    }

    private void CheckCanRead()
    {
        if (_state != ReaderState.Idle || _completion.State != WaitState.Idle)
        {
            throw new InvalidOperationException(_state switch
            {
                ReaderState.Completed => "Reading is completed",
                ReaderState.Lent => "The last read has not been advanced",
                _ => "A read is waiting",
            });
        }
    }

    private ReadResult Lend()
    {
        _state = ReaderState.Lent;
        var isCancelled = _isCancelRequested;
        _isCancelRequested = false;
        if (_isEnded)
        {
            connection.OnEndRead();
        }

        return new ReadResult(_buffer.Sequence, isCancelled, _isEnded);
    }

    private bool TryReceive()
    {
        if (!connection.TrySpendRead())
        {
            return false;
        }

        switch (connection.ReceiveInto(ref _buffer).Status)
        {
            case TransferStatus.Done:
                _isExamined = false;
                return true;
            case TransferStatus.WouldBlock:
                return false;
            default:
                _isEnded = true;
                return true;
        }
    }
}
