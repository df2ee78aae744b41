using System.Runtime.InteropServices;

namespace Pgmux.Transport.Buffers;

/// <summary>
/// A piece of pinned memory with one owner at a time: a reader's receive buffer or a link of a writer's chain. What
/// <see cref="Start"/> and <see cref="End"/> mean is the owner's affair.
/// </summary>
internal sealed class BufferBlock(byte[] array, int offset, int length, BufferSlab? slab)
{
    public byte[] Array { get; private set; } = array;

    /// <summary>Where the block begins in <see cref="Array"/>.</summary>
    public int Offset { get; private set; } = offset;

    public int Length { get; private set; } = length;

    /// <summary>Where the used bytes are in memory; they are pinned.</summary>
    public nint Address => Marshal.UnsafeAddrOfPinnedArrayElement(Array, Offset + Start);

    /// <summary>Where the block goes back to; null for one that was made for a single large request.</summary>
    public BufferSlab? Slab { get; } = slab;

    /// <summary>First used byte, counted from <see cref="Offset"/>.</summary>
    public int Start { get; set; }

    /// <summary>Behind the last used byte, counted from <see cref="Offset"/>.</summary>
    public int End { get; set; }

    /// <summary>Whether it only shows the bytes of a block that somebody else owns by now (<see cref="BufferPool.RentView"/>).</summary>
    public bool IsView { get; private init; }

    /// <summary>Next in a writer's chain or in the free list.</summary>
    public BufferBlock? Next { get; set; }

    /// <summary>Whether somebody owns the block. Returning it twice would hand one buffer to two connections.</summary>
    public bool IsRented { get; set; }

    /// <summary>Whether what lies behind <see cref="End"/> is not to be written to: it is what somebody else still reads.</summary>
    public bool IsSealed { get; set; }

    public int Used => End - Start;

    public int Free => IsSealed ? 0 : Length - End;

    /// <summary>A view that shows nothing yet.</summary>
    public static BufferBlock CreateView() => new([], 0, 0, null) { IsView = true };

    /// <summary>Lets a view show what <paramref name="block"/> has; null lets go of it.</summary>
    public void Show(BufferBlock? block)
    {
        Array = block?.Array ?? [];
        Offset = block?.Offset ?? 0;
        Length = block?.Length ?? 0;
        Start = block?.Start ?? 0;
        End = block?.End ?? 0;
    }

    public Span<byte> Span(int start, int length) => Array.AsSpan(Offset + start, length);

    public Memory<byte> Memory(int start, int length) => Array.AsMemory(Offset + start, length);
}
