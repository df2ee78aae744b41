using Pgmux.Transport.Buffers;

namespace Pgmux.Transport.Pipes;

/// <summary>
/// A chain of blocks with the bytes that a writer has written and the link has not taken. Blocks go back as soon as they are
/// sent, so an idle writer holds none.
/// </summary>
internal struct SendQueue
{
    private BufferBlock? _head;
    private BufferBlock? _tail;
    private bool _isLent;

    /// <summary>First block with unsent bytes.</summary>
    public readonly BufferBlock Head => _head!;

    /// <summary>Bytes written and not taken yet.</summary>
    public long Bytes { get; private set; }

    /// <summary>Those of them that no flush has released for sending.</summary>
    public long UnflushedBytes { get; private set; }

    public readonly long FlushedBytes => Bytes - UnflushedBytes;

    public Memory<byte> Lend(BufferPool buffers, int sizeHint)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(sizeHint);
        if (_tail is not { } tail || tail.Free < Math.Max(sizeHint, 1))
        {
            tail = Append(buffers, sizeHint);
        }

        _isLent = true;
        return tail.Memory(tail.End, tail.Free);
    }

    /// <summary>Whether nobody is writing into the last block.</summary>
    public readonly bool CanAppend => !_isLent;

    /// <summary>Puts a filled block behind what has been written. Nothing is written into it any more.</summary>
    public void Append(BufferBlock block)
    {
        block.IsSealed = true;
        Bytes += block.Used;
        UnflushedBytes += block.Used;
        Link(block);
    }

    public void Advance(int bytes)
    {
        if (!_isLent || bytes < 0 || bytes > _tail!.Free)
        {
            throw new ArgumentOutOfRangeException(nameof(bytes), "More than the memory that was lent");
        }

        _tail.End += bytes;
        Bytes += bytes;
        UnflushedBytes += bytes;

        // By the contract of IBufferWriter memory is asked for anew after this, so nobody writes into it any more.
        _isLent = false;
    }

    /// <summary>Releases what is written for sending; memory that was lent is no longer written to.</summary>
    public void Flush(BufferPool buffers)
    {
        UnflushedBytes = 0;
        _isLent = false;
        if (Bytes == 0)
        {
            Drop(buffers);
        }
    }

    /// <summary>Takes away what the link has taken.</summary>
    public void Sent(BufferPool buffers, long bytes)
    {
        Bytes -= bytes;
        while (_head is { } head)
        {
            var taken = (int)Math.Min(bytes, head.Used);
            head.Start += taken;
            bytes -= taken;
            if (head.Used > 0 || (head == _tail && _isLent))
            {
                return;
            }

            _head = head.Next;
            head.Next = null;
            buffers.Return(head);
        }

        _tail = null;
    }

    /// <summary>Forgets all bytes. Memory that is lent stays until the writer is done with it.</summary>
    public void Drop(BufferPool buffers)
    {
        Bytes = 0;
        UnflushedBytes = 0;
        while (_head is { } head && !(head == _tail && _isLent))
        {
            _head = head.Next;
            head.Next = null;
            buffers.Return(head);
        }

        if (_head is { } lent)
        {
            lent.Start = lent.End;
        }
        else
        {
            _tail = null;
        }
    }

    // A first answer is mostly short; who writes more streams and gets bigger blocks. Behind a block that somebody else has filled stands
    // the little that did not fit there: a big one would be mostly empty, and there may be as many as of those.
    private BufferBlock Append(BufferPool buffers, int sizeHint)
    {
        var usual = _tail switch
        {
            null => BufferPool.MediumBytes,
            { IsSealed: true } => BufferPool.SmallBytes,
            { Length: < BufferPool.LargeBytes } => BufferPool.LargeBytes,
            _ => BufferPool.HugeBytes,
        };
        return Link(buffers.Rent(Math.Max(usual, sizeHint)));
    }

    private BufferBlock Link(BufferBlock block)
    {
        if (_tail is null)
        {
            _head = block;
        }
        else
        {
            _tail.Next = block;
        }

        return _tail = block;
    }
}
