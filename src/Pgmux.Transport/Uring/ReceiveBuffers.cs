using System.Runtime.InteropServices;
using Pgmux.Transport.Buffers;
using Pgmux.Transport.Native;

namespace Pgmux.Transport.Uring;

/// <summary>
/// Buffers of one group that the kernel receives into (IORING_REGISTER_PBUF_RING): it takes one when bytes have come, so a connection that waits for
/// some holds none. A filled one becomes the reader's, and another takes its place.
/// </summary>
internal sealed unsafe class ReceiveBuffers : IDisposable
{
    private const int PageBytes = 4096;

    // Blocks begin at multiples of a power of two, and so would compete for the same few lines of the cache: each begins a short message
    // further into its block than the one before.
    private const int Stagger = 320;
    private const int Staggers = 8;

    private readonly BufferPool _pool;
    private readonly BufferGroup _group;
    private readonly BufferBlock[] _blocks;
    private readonly ProvidedBuffer* _ring;
    private ushort _tail;
    private bool _isTailNew;

    private ReceiveBuffers(BufferPool pool, BufferGroup group, ProvidedBuffer* ring)
    {
        _pool = pool;
        _group = group;
        _blocks = new BufferBlock[group.Count];
        _ring = ring;
        for (var id = group.FirstId; id < group.FirstId + group.Count; id++)
        {
            Provide(id, _pool.RentForKernel(group.BlockBytes));
        }

        Publish();
    }

    /// <summary>Gives buffers to a ring; null with the kernel's reason when it takes none.</summary>
    public static ReceiveBuffers? TryRegister(Ring ring, BufferPool pool, BufferGroup group, out Errno error)
    {
        var memory = NativeMemory.AlignedAlloc((nuint)group.Count * (nuint)sizeof(ProvidedBuffer), PageBytes);
        NativeMemory.Clear(memory, (nuint)group.Count * (nuint)sizeof(ProvidedBuffer));
        var registration = new BufferRingRegistration { Address = (ulong)memory, Entries = (uint)group.Count, Group = group.Number };
        if (UringCalls.Register(ring.Descriptor, UringCalls.RegisterBufferRing, &registration, 1) != 0)
        {
            error = ErrnoExtensions.Last();
            NativeMemory.AlignedFree(memory);
            return null;
        }

        error = Errno.None;
        return new ReceiveBuffers(pool, group, (ProvidedBuffer*)memory);
    }

    /// <summary>Takes the block that the kernel has filled. Another one is provided in its place.</summary>
    public BufferBlock Take(int id, int bytes)
    {
        var block = _blocks[id - _group.FirstId];
        _pool.OnRentedByKernel(block);
        block.Start = StartOf(id);
        block.End = block.Start + bytes;
        Provide(id, _pool.RentForKernel(_group.BlockBytes));
        return block;
    }

    /// <summary>Nobody wants what the kernel has put into this buffer.</summary>
    public void GiveBack(int id) => Provide(id, _blocks[id - _group.FirstId]);

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

    private void Provide(int id, BufferBlock block)
    {
        _blocks[id - _group.FirstId] = block;
        var entry = _ring + (_tail++ & (_group.Count - 1));
        var start = StartOf(id);

        // Field by field: the tail stands in what is padding of the first entry.
        entry->Address = (ulong)Marshal.UnsafeAddrOfPinnedArrayElement(block.Array, block.Offset + start);
        entry->Length = (uint)(block.Length - start);
        entry->Id = (ushort)id;
        _isTailNew = true;
    }
}
