using System.Buffers;
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
    // Below this much in a big buffer a stream has calmed down and goes back to ordinary receives.
    private const int CalmBytes = BufferPool.LargeBytes / 2;

    private BufferBlock? _block;
    private InlineCompletion _completion;
    private int _receiveBytes = BufferPool.LargeBytes;
    private ReaderState _state;
    private bool _isExamined;
    private bool _isEnded;
    private bool _isCancelRequested;

    public LoopConnection Connection => connection;

    public bool IsWaiting => _completion.IsWaiting;

    /// <summary>Bytes in our buffer that no read has consumed.</summary>
    public int UnreadBytes => _block?.Used ?? 0;

    /// <summary>Whether nothing stands in the way of moving to another loop.</summary>
    public bool CanMove => _block is null && _state == ReaderState.Idle && _completion.State != WaitState.Ready;

    public override ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
    {
        CheckCanRead();
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<ReadResult>(cancellationToken);
        }

        if (HasResult || (connection.IsReadable && TryReceive()))
        {
            return new ValueTask<ReadResult>(Lend());
        }

        ShrinkRest();
        return new ValueTask<ReadResult>(this, _completion.Start(this, cancellationToken));
    }

    public override bool TryRead(out ReadResult result)
    {
        CheckCanRead();
        if (HasResult || (connection.IsReadable && TryReceive()))
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

        _state = ReaderState.Idle;
        if (_block is not { } block)
        {
            return;
        }

        var consumedIndex = IndexOf(consumed, block.Start, block);
        var examinedIndex = IndexOf(examined, consumedIndex, block);
        block.Start = consumedIndex;
        _isExamined = examinedIndex == block.End;
        if (block.Used == 0 || connection.IsClosing)
        {
            ReleaseBlock();
        }
        else if (!connection.IsReadable)
        {
            ShrinkRest();
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
        ReleaseBlock();
    }

    /// <summary>The link may have bytes or its end. Completes the waiting read inline.</summary>
    public void Resume()
    {
        if (_completion.IsWaiting && (HasResult || (connection.IsReadable && TryReceive())))
        {
            _completion.Complete();
        }
    }

    /// <summary>We close: the waiting read ends, what is unread is dropped unless it is lent.</summary>
    public void End()
    {
        _isEnded = true;
        if (_state != ReaderState.Lent)
        {
            ReleaseBlock();
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

    private bool HasResult => _isCancelRequested || _isEnded || (_block is not null && !_isExamined);

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

        var bytes = _block is { } block
            ? new ReadOnlySequence<byte>(block.Array, block.Offset + block.Start, block.Used)
            : ReadOnlySequence<byte>.Empty;
        return new ReadResult(bytes, isCancelled, _isEnded);
    }

    private bool TryReceive()
    {
        if (!connection.TrySpendRead())
        {
            return false;
        }

        var block = MakeRoom();
        var room = block.Free;
        var result = connection.Receive(block.Span(block.End, room));
        switch (result.Status)
        {
            case TransferStatus.Done:
                block.End += result.Bytes;
                _isExamined = false;
                Adapt(result.Bytes, room);
                return true;
            case TransferStatus.WouldBlock:
                ReleaseEmptyBlock();
                return false;
            default:
                _isEnded = true;
                ReleaseEmptyBlock();
                return true;
        }
    }

    private void Adapt(int received, int room)
    {
        if (received == room)
        {
            _receiveBytes = BufferPool.HugeBytes;
        }
        else if (received < CalmBytes)
        {
            _receiveBytes = BufferPool.LargeBytes;
        }
    }

    private BufferBlock MakeRoom()
    {
        if (_block is not { } block)
        {
            return _block = connection.Buffers.Rent(_receiveBytes);
        }

        // Twice the rest, so that a message that must stand in one piece grows in a few steps.
        var rest = block.Used;
        var wanted = Math.Max(_receiveBytes, (int)Math.Min(rest * 2L, Array.MaxLength));
        if (block.Length < wanted)
        {
            return ReplaceBlock(wanted);
        }

        if (block.Start > 0 && block.Free < block.Length / 2)
        {
            block.Span(block.Start, rest).CopyTo(block.Span(0, rest));
            block.Start = 0;
            block.End = rest;
        }

        return block;
    }

    // Most messages end with the bytes received. A part of one that waits for the rest must not hold a big buffer.
    private void ShrinkRest()
    {
        if (_block is { } block && _isExamined && BufferPool.FittingBytes(block.Used) < block.Length)
        {
            ReplaceBlock(block.Used);
        }
    }

    private BufferBlock ReplaceBlock(int bytes)
    {
        var old = _block!;
        var rest = old.Used;
        var block = connection.Buffers.Rent(bytes);
        old.Span(old.Start, rest).CopyTo(block.Span(0, rest));
        block.End = rest;
        connection.Buffers.Return(old);
        return _block = block;
    }

    private void ReleaseEmptyBlock()
    {
        if (_block is { Used: 0 })
        {
            ReleaseBlock();
        }
    }

    private void ReleaseBlock()
    {
        if (_block is { } block)
        {
            _block = null;
            connection.Buffers.Return(block);
        }
    }

    private static int IndexOf(SequencePosition position, int from, BufferBlock block)
    {
        var index = position.GetInteger() - block.Offset;
        return ReferenceEquals(position.GetObject(), block.Array) && index >= from && index <= block.End
            ? index
            : throw new ArgumentOutOfRangeException(nameof(position), "Not a position of the last read, or examined before consumed");
    }
}
