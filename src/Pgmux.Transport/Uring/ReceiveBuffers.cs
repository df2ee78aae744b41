using System.Runtime.InteropServices;
using Pgmux.Transport.Buffers;
using Pgmux.Transport.Native;

namespace Pgmux.Transport.Uring;

/// <summary>
/// Buffers that the kernel receives into (IORING_REGISTER_PBUF_RING): it takes one when bytes have come, so a connection that waits for
/// some holds none. A filled one becomes the reader's, and another takes its place.
/// </summary>
internal sealed unsafe class ReceiveBuffers : IDisposable
{
    /// <summary>The group's number in requests. There is one group.</summary>
    public const ushort Group = 0;

    // Receives that end between two turns. Where more do, the rest is asked for again in the next turn. The kernel takes them in turn, so
    // all of them have to stay in the processor's cache; a power of two, as the kernel wants it.
    private const int Count = 64;
    private const int PageBytes = 4096;

    // Blocks begin at multiples of a power of two, and so would compete for the same few lines of the cache: each begins a short message
    // further into its block than the one before.
    private const int Stagger = 320;
    private const int Staggers = 8;

    private readonly BufferPool _pool;
    private readonly BufferBlock[] _blocks = new BufferBlock[Count];
    private readonly ProvidedBuffer* _ring;
    private ushort _tail;
    private bool _isTailNew;

    private ReceiveBuffers(BufferPool pool, ProvidedBuffer* ring)
    {
        _pool = pool;
        _ring = ring;
        for (var id = 0; id < Count; id++)
        {
            Provide((ushort)id, _pool.RentForKernel());
        }

        Publish();
    }

    /// <summary>Gives buffers to a ring; null with the kernel's reason when it takes none.</summary>
    public static ReceiveBuffers? TryRegister(Ring ring, BufferPool pool, out Errno error)
    {
        var memory = NativeMemory.AlignedAlloc(Count * (nuint)sizeof(ProvidedBuffer), PageBytes);
        NativeMemory.Clear(memory, Count * (nuint)sizeof(ProvidedBuffer));
        var registration = new BufferRingRegistration { Address = (ulong)memory, Entries = Count, Group = Group };
        if (UringCalls.Register(ring.Descriptor, UringCalls.RegisterBufferRing, &registration, 1) != 0)
        {
            error = ErrnoExtensions.Last();
            NativeMemory.AlignedFree(memory);
            return null;
        }

        error = Errno.None;
        return new ReceiveBuffers(pool, (ProvidedBuffer*)memory);
    }

    /// <summary>Takes the block that the kernel has filled. Another one is provided in its place.</summary>
    public BufferBlock Take(int id, int bytes)
    {
        var block = _blocks[id];
        _pool.OnRentedByKernel(block);
        block.Start = StartOf(id);
        block.End = block.Start + bytes;
        Provide((ushort)id, _pool.RentForKernel());
        return block;
    }

    /// <summary>Nobody wants what the kernel has put into this buffer.</summary>
    public void GiveBack(int id) => Provide((ushort)id, _blocks[id]);

    /// <summary>Lets the kernel see what has been provided.</summary>
    public void Publish()
    {
        if (_isTailNew)
        {
            _isTailNew = false;
            Volatile.Write(ref _ring->Tail, _tail);
        }
    }

    /// <summary>After the ring is closed.</summary>
    public void Dispose() => NativeMemory.AlignedFree(_ring);

    private static int StartOf(int id) => id % Staggers * Stagger;

    private void Provide(ushort id, BufferBlock block)
    {
        _blocks[id] = block;
        var entry = _ring + (_tail++ & (Count - 1));
        var start = StartOf(id);

        // Field by field: the tail stands in what is padding of the first entry.
        entry->Address = (ulong)Marshal.UnsafeAddrOfPinnedArrayElement(block.Array, block.Offset + start);
        entry->Length = (uint)(block.Length - start);
        entry->Id = id;
        _isTailNew = true;
    }
}
