using System.IO.Pipelines;
using System.Threading.Tasks.Sources;
using Pgmux.Transport.Buffers;

namespace Pgmux.Transport.Pipes;

/// <summary>
/// Bytes to send. What one turn writes and flushes is sent together at its end; a flush waits while more is unsent than the
/// limit, until half of that is left. After the link has broken or is closed, bytes are accepted and dropped.
/// </summary>
internal sealed class ConnectionWriter(LoopConnection connection, int unsentLimit)
    : PipeWriter, IValueTaskSource<FlushResult>, IInlineWait
{
    private SendQueue _queue;
    private InlineCompletion _completion;
    private bool _isEnded;
    private bool _isBlocked;
    private bool _isSending;
    private bool _isDropped;
    private bool _isCancelRequested;

    public LoopConnection Connection => connection;

    public long UnsentBytes => _isDropped ? 0 : _queue.Bytes;

    /// <summary>Whether a flush waits for room.</summary>
    public bool IsFlushWaiting => _completion.IsWaiting;

    /// <summary>Whether nothing stands in the way of moving to another loop.</summary>
    public bool CanMove => _queue.Bytes == 0 && _completion.State == WaitState.Idle;

    public override bool CanGetUnflushedBytes => true;

    public override long UnflushedBytes => _queue.UnflushedBytes;

    public override Memory<byte> GetMemory(int sizeHint = 0) => _queue.Lend(connection.Buffers, sizeHint);

    public override Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

    public override void Advance(int bytes)
    {
        // What is written behind the end goes nowhere; what stood before it still goes out.
        _queue.Advance(_isEnded ? 0 : bytes);
        if (_isEnded)
        {
            _queue.Flush(connection.Buffers);
        }
    }

    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
    {
        if (_completion.State != WaitState.Idle)
        {
            throw new InvalidOperationException("A flush is waiting");
        }

        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<FlushResult>(cancellationToken);
        }

        _queue.Flush(connection.Buffers);
        QueueSend();
        if (_isEnded || _isCancelRequested || connection.UnsentBytes <= unsentLimit)
        {
            return new ValueTask<FlushResult>(TakeResult());
        }

        return new ValueTask<FlushResult>(this, _completion.Start(this, cancellationToken));
    }

    /// <summary>Whether a block may follow what has been written.</summary>
    public bool CanAppend => !_isEnded && _queue.CanAppend;

    /// <summary>Writes a block that somebody else has filled, which is the queue's from now on.</summary>
    public bool Append(BufferBlock block)
    {
        _queue.Append(block);
        return true;
    }

    /// <summary>Has what was written sent; a flush that waits goes on waiting.</summary>
    public void FlushWithoutWait()
    {
        _queue.Flush(connection.Buffers);
        QueueSend();
    }

    public override void CancelPendingFlush()
    {
        _isCancelRequested = true;
        ResumeLater();
    }

    public override void Complete(Exception? exception = null) => connection.Close();

    /// <summary>The link takes bytes again.</summary>
    public void Unblock()
    {
        if (_isBlocked && !_isSending)
        {
            _isBlocked = false;
            QueueSend();
        }
    }

    /// <summary>Sends what has been flushed, as far as the link takes it.</summary>
    public void Send()
    {
        if (_isBlocked || _queue.FlushedBytes == 0)
        {
            return;
        }

        var result = connection.Send(_queue.Head, _queue.FlushedBytes);
        if (result.Status == TransferStatus.Started)
        {
            _isBlocked = true;
            _isSending = true;
            return;
        }

        OnSent(result);
    }

    /// <summary>A send that was under way has ended.</summary>
    public void OnSendEnded(TransferResult result)
    {
        _isBlocked = false;
        _isSending = false;
        if (_isDropped)
        {
            DropQueue();
        }
        else
        {
            OnSent(result);
        }
    }

    /// <summary>The link is closed: nothing is under way any more, and everything that is unsent is dropped.</summary>
    public void OnLinkClosed()
    {
        _isSending = false;
        Drop();
    }

    private void OnSent(TransferResult result)
    {
        _queue.Sent(connection.Buffers, result.Bytes);
        switch (result.Status)
        {
            case TransferStatus.Done when _queue.FlushedBytes > 0:
                // More pieces than one call takes: the rest goes in the next round.
                QueueSend();
                break;
            case TransferStatus.WouldBlock:
                _isBlocked = true;
                break;
            case TransferStatus.Broken:
                connection.OnSendBroken();
                return;
        }

        OnProgress();
    }

    /// <summary>The link, which is a connection itself, has nothing left to send.</summary>
    public void OnLinkDrained()
    {
        Unblock();
        OnProgress();
    }

    private void OnProgress()
    {
        if (_queue.Bytes == 0)
        {
            // A waiting flush keeps the connection from moving now. Without one this is the last thing done here.
            var isFlushWaiting = _completion.IsWaiting;
            connection.OnDrained();
            if (!isFlushWaiting)
            {
                return;
            }
        }

        // The session that goes on may move the connection to another thread: nothing is touched after this.
        Resume();
    }

    /// <summary>We close: releases the rest for sending and takes no more. The waiting flush ends.</summary>
    public void End()
    {
        _isEnded = true;
        _queue.Flush(connection.Buffers);
        QueueSend();
        ResumeLater();
    }

    /// <summary>Drops everything that is unsent; the link takes no more.</summary>
    public void Drop()
    {
        _isEnded = true;
        DropQueue();
        ResumeLater();
    }

    /// <summary>Completes the waiting flush inline, if its time has come.</summary>
    public void Resume()
    {
        if (_completion.IsWaiting && (_isEnded || _isCancelRequested || connection.UnsentBytes <= unsentLimit / 2))
        {
            _completion.Complete();
        }
    }

    public void CancelWait(short token) => _completion.Cancel(token);

    FlushResult IValueTaskSource<FlushResult>.GetResult(short token)
    {
        _completion.Finish(token);
        return TakeResult();
    }

    ValueTaskSourceStatus IValueTaskSource<FlushResult>.GetStatus(short token) => _completion.GetStatus(token);

    void IValueTaskSource<FlushResult>.OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _completion.OnCompleted(connection.Loop, continuation, state, token);

    // What is under way stays where it is until the link is done with it.
    private void DropQueue()
    {
        _isDropped = _isSending;
        if (!_isSending)
        {
            _queue.Drop(connection.Buffers);
        }
    }

    private FlushResult TakeResult()
    {
        var isCancelled = _isCancelRequested;
        _isCancelRequested = false;
        return new FlushResult(isCancelled, _isEnded);
    }

    private void QueueSend()
    {
        if (!_isBlocked && _queue.FlushedBytes > 0)
        {
            connection.QueueSend();
        }
    }

    private void ResumeLater()
    {
        if (_completion.IsWaiting)
        {
            connection.Loop.Post(static state => ((LoopConnection)state!).ResumeWriter(), connection);
        }
    }
}
