using System.Numerics;
using Pgmux.Transport.Native;

namespace Pgmux.Transport.Buffers;

/// <summary>
/// The buffers of one loop. Used on the loop's thread only, so it needs no lock; connections bring no buffer along when they
/// move to another loop.
/// </summary>
internal class BufferPool
{
    /// <summary>A rest that waits for more, such as a message header or the head of a Parse.</summary>
    public const int SmallBytes = 512;

    /// <summary>A short answer.</summary>
    public const int MediumBytes = 4 * 1024;

    /// <summary>The first receive of a connection.</summary>
    public const int LargeBytes = 16 * 1024;

    /// <summary>Receives and sends of a connection that streams.</summary>
    public const int HugeBytes = 64 * 1024;

    private const byte Poison = 0xDB;

    // A view lives for the rest of one read: one is enough, unless readers are stopped in the middle.
    private const int MostSpareViews = 16;

    private static readonly TimeSpan TrimInterval = TimeSpan.FromSeconds(10);

    // Slabs of 64 to 512 KiB: a burst needs few of them, and one block in use keeps little alive. Unused ones are bounded to
    // about 4 MiB a class, so that a load that comes and goes within seconds does not ask the system each time.
    private readonly BufferSizeClass _small = new(SmallBytes, blocksPerSlab: 128, mostUnusedSlabs: 64);
    private readonly BufferSizeClass _medium = new(MediumBytes, blocksPerSlab: 32, mostUnusedSlabs: 32);
    private readonly BufferSizeClass _large = new(LargeBytes, blocksPerSlab: 16, mostUnusedSlabs: 16);
    private readonly BufferSizeClass _huge = new(HugeBytes, blocksPerSlab: 8, mostUnusedSlabs: 8);
    private readonly Stack<BufferBlock> _views = new();
    private long _lastTrim;

    /// <summary>Overwrites what comes back, so that a test sees a use after return.</summary>
    public bool PoisonsReturned { get; init; }

    /// <summary>Blocks that are out. An idle loop has none.</summary>
    public int RentedBlocks { get; private set; }

    /// <summary>Bytes of the blocks that are out.</summary>
    public long RentedBytes { get; private set; }

    /// <summary>Bytes held from the system, in use or not.</summary>
    public long SlabBytes => _small.SlabBytes + _medium.SlabBytes + _large.SlabBytes + _huge.SlabBytes;

    /// <summary>The blocks of each size class.</summary>
    public IReadOnlyList<BufferUse> Use => [_small.Use, _medium.Use, _large.Use, _huge.Use];

    /// <summary>Whether <see cref="Trim"/> has to be called on, although nothing else is to be done.</summary>
    public bool NeedsTrim => _small.CanTrim || _medium.CanTrim || _large.CanTrim || _huge.CanTrim;

    /// <summary>Length of the block that <see cref="Rent"/> gives for so many bytes.</summary>
    public static int FittingBytes(int minimumBytes) => minimumBytes switch
    {
        <= SmallBytes => SmallBytes,
        <= MediumBytes => MediumBytes,
        <= LargeBytes => LargeBytes,
        <= HugeBytes => HugeBytes,
        _ => (int)Math.Min(BitOperations.RoundUpToPowerOf2((uint)minimumBytes), (uint)Array.MaxLength),
    };

    public virtual BufferBlock Rent(int minimumBytes)
    {
        var bytes = FittingBytes(minimumBytes);
        var block = bytes > HugeBytes
            ? new BufferBlock(GC.AllocateUninitializedArray<byte>(bytes, pinned: true), 0, bytes, null)
            : ClassFor(bytes).Rent();
        block.IsRented = true;
        RentedBlocks++;
        RentedBytes += block.Length;
        return block;
    }

    /// <summary>
    /// A block of this length, one of the constants, that the kernel may receive into. It counts as rented once a connection has it
    /// (<see cref="OnRentedByKernel"/>).
    /// </summary>
    public BufferBlock RentForKernel(int bytes) => ClassFor(bytes).Rent();

    /// <summary>The kernel has put bytes into a block, which goes back by <see cref="Return"/> from now on.</summary>
    public void OnRentedByKernel(BufferBlock block)
    {
        block.IsRented = true;
        RentedBlocks++;
        RentedBytes += block.Length;
    }

    /// <summary>
    /// What a reader keeps of a block that it has given away: the same bytes, to be looked at until the read that is going on has ended.
    /// It counts as no block.
    /// </summary>
    public BufferBlock RentView(BufferBlock block)
    {
        var view = _views.Count > 0 ? _views.Pop() : BufferBlock.CreateView();
        view.Show(block);
        return view;
    }

    public virtual void Return(BufferBlock block)
    {
        if (block.IsView)
        {
            block.Show(null);
            if (_views.Count < MostSpareViews)
            {
                _views.Push(block);
            }

            return;
        }

        if (!block.IsRented)
        {
            throw new InvalidOperationException("A buffer was returned twice");
        }

        block.IsRented = false;
        block.IsSealed = false;
        block.Start = 0;
        block.End = 0;
        RentedBlocks--;
        RentedBytes -= block.Length;
        if (PoisonsReturned)
        {
            block.Span(0, block.Length).Fill(Poison);
        }

        if (block.Slab is { } slab)
        {
            slab.SizeClass.Return(block);
        }
        else if (!PoisonsReturned)
        {
            // Garbage from now on. The collector does not move pinned arrays and keeps the pages between two that are in use.
            MemoryAdvice.Release(block.Array);
        }
    }

    /// <summary>Called by the loop's sweep: what was not used for 10 to 20 seconds goes back to the system.</summary>
    public void Trim(TimeProvider time, long now)
    {
        if (time.GetElapsedTime(_lastTrim, now) < TrimInterval)
        {
            return;
        }

        _lastTrim = now;
        _small.Trim();
        _medium.Trim();
        _large.Trim();
        _huge.Trim();
    }

    private BufferSizeClass ClassFor(int bytes) => bytes switch
    {
        SmallBytes => _small,
        MediumBytes => _medium,
        LargeBytes => _large,
        _ => _huge,
    };
}
