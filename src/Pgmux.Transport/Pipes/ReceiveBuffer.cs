using System.Buffers;
using Pgmux.Transport.Buffers;

namespace Pgmux.Transport.Pipes;

/// <summary>
/// The one block that a reader receives into. There is none while nothing is unread; a rest that waits for more lies in a
/// block of its own size.
/// </summary>
internal struct ReceiveBuffer()
{
    // Below this much in a big block a stream has calmed down and goes back to ordinary receives.
    private const int CalmBytes = BufferPool.LargeBytes / 2;

    private BufferBlock? _block;
    private int _receiveBytes = BufferPool.LargeBytes;

    /// <summary>Bytes received and not consumed.</summary>
    public readonly int UnreadBytes => _block?.Used ?? 0;

    public readonly bool IsEmpty => _block is null;

    public readonly ReadOnlySequence<byte> Sequence => _block is { } block
        ? new ReadOnlySequence<byte>(block.Array, block.Offset + block.Start, block.Used)
        : ReadOnlySequence<byte>.Empty;

    /// <summary>Room for a receive, behind what is unread.</summary>
    public Span<byte> MakeRoom(BufferPool buffers)
    {
        var block = _block ??= buffers.Rent(_receiveBytes);

        // Twice the rest, so that a message that must stand in one piece grows in a few steps.
        var rest = block.Used;
        var wanted = Math.Max(_receiveBytes, (int)Math.Min(rest * 2L, Array.MaxLength));
        if (block.Length < wanted)
        {
            block = Replace(block, wanted, buffers);
        }
        else if (block.Start > 0 && block.Free < block.Length / 2)
        {
            Compact(block);
        }

        return block.Span(block.End, block.Free);
    }

    /// <summary>Takes in what a receive has put into the room.</summary>
    public void Add(int received)
    {
        var block = _block!;
        ChooseReceiveBytes(received, block.Free);
        block.End += received;
    }

    /// <summary>Takes a block over that something has been received into, behind what is unread.</summary>
    public void Adopt(BufferBlock received, BufferPool buffers)
    {
        ChooseReceiveBytes(received.Used, received.Used + received.Free);
        if (_block is not { } block)
        {
            _block = received;
        }
        else
        {
            var bytes = received.Used;
            block = Reserve(block, bytes, buffers);
            received.Span(received.Start, bytes).CopyTo(block.Span(block.End, bytes));
            block.End += bytes;
            buffers.Return(received);
        }
    }

    /// <summary>Forgets what is consumed; true when all that is left has been examined.</summary>
    public bool Advance(SequencePosition consumed, SequencePosition examined, BufferPool buffers)
    {
        if (_block is not { } block)
        {
            return true;
        }

        var consumedIndex = IndexOf(consumed, block.Start, block);
        var examinedIndex = IndexOf(examined, consumedIndex, block);
        block.Start = consumedIndex;
        var isExamined = examinedIndex == block.End;
        ReleaseIfEmpty(buffers);
        if (_block is { IsView: true } view)
        {
            // A rest of what has been given away, before its new owner is done with it.
            Replace(view, view.Used, buffers);
        }

        return isExamined;
    }

    /// <summary>
    /// Gives away the block, of which the new owner sends a part; null when that part is less than half of it: then copying is cheaper
    /// than the memory that would be held. What is lent stays to be looked at until <see cref="Advance"/>.
    /// </summary>
    public BufferBlock? TryGive(int offset, int length, BufferPool buffers)
    {
        if (_block is not { IsView: false } block || length < block.Length / 2)
        {
            return null;
        }

        _block = buffers.RentView(block);
        block.Start += offset;
        block.End = block.Start + length;
        return block;
    }

    /// <summary>Moves a rest that waits for more into the smallest block: it must not hold a big one.</summary>
    public void Shrink(BufferPool buffers)
    {
        if (_block is { } block && BufferPool.FittingBytes(block.Used) < block.Length)
        {
            Replace(block, block.Used, buffers);
        }
    }

    public void ReleaseIfEmpty(BufferPool buffers)
    {
        if (_block is { Used: 0 })
        {
            Release(buffers);
        }
    }

    public void Release(BufferPool buffers)
    {
        if (_block is { } block)
        {
            _block = null;
            buffers.Return(block);
        }
    }

    private void ChooseReceiveBytes(int received, int room)
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

    private BufferBlock Reserve(BufferBlock block, int bytes, BufferPool buffers)
    {
        if (block.Length - block.Used < bytes)
        {
            // Twice, so that a message that must stand in one piece grows in a few steps.
            return Replace(block, (int)Math.Min(2L * (block.Used + (long)bytes), Array.MaxLength), buffers);
        }

        if (block.Free < bytes)
        {
            Compact(block);
        }

        return block;
    }

    private static void Compact(BufferBlock block)
    {
        var rest = block.Used;
        block.Span(block.Start, rest).CopyTo(block.Span(0, rest));
        block.Start = 0;
        block.End = rest;
    }

    private BufferBlock Replace(BufferBlock old, int bytes, BufferPool buffers)
    {
        var rest = old.Used;
        var block = buffers.Rent(bytes);
        old.Span(old.Start, rest).CopyTo(block.Span(0, rest));
        block.End = rest;
        buffers.Return(old);
        return _block = block;
    }

    private static int IndexOf(SequencePosition position, int from, BufferBlock block)
    {
        var index = position.GetInteger() - block.Offset;
        return ReferenceEquals(position.GetObject(), block.Array) && index >= from && index <= block.End
            ? index
            : throw new ArgumentOutOfRangeException(nameof(position), "Not a position of the last read, or examined before consumed");
    }
}
