namespace Pgmux.Transport.Buffers;

/// <summary>
/// A piece of pinned memory with one owner at a time: a reader's receive buffer or a link of a writer's chain. What
/// <see cref="Start"/> and <see cref="End"/> mean is the owner's affair.
/// </summary>
internal sealed class BufferBlock(byte[] array, int offset, int length, BufferSlab? slab)
{
    public byte[] Array { get; } = array;

    /// <summary>Where the block begins in <see cref="Array"/>.</summary>
    public int Offset { get; } = offset;

    public int Length { get; } = length;

    /// <summary>Where the block goes back to; null for one that was made for a single large request.</summary>
    public BufferSlab? Slab { get; } = slab;

    /// <summary>First used byte, counted from <see cref="Offset"/>.</summary>
    public int Start { get; set; }

    /// <summary>Behind the last used byte, counted from <see cref="Offset"/>.</summary>
    public int End { get; set; }

    /// <summary>Next in a writer's chain or in the free list.</summary>
    public BufferBlock? Next { get; set; }

    /// <summary>Whether somebody owns the block. Returning it twice would hand one buffer to two connections.</summary>
    public bool IsRented { get; set; }

    public int Used => End - Start;

    public int Free => Length - End;

    public Span<byte> Span(int start, int length) => Array.AsSpan(Offset + start, length);

    public Memory<byte> Memory(int start, int length) => Array.AsMemory(Offset + start, length);
}
