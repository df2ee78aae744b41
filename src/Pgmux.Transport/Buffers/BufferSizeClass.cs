using Pgmux.Transport.Native;

namespace Pgmux.Transport.Buffers;

/// <summary>
/// Blocks of one size. Slabs that still have a free block stand in a list: partly used ones at the front, unused ones at the
/// back, so that those at the back stay unused and can be given back.
/// </summary>
internal sealed class BufferSizeClass(int blockBytes, int blocksPerSlab, int mostUnusedSlabs)
{
    private readonly LinkedList<BufferSlab> _available = new();
    private int _slabs;
    private int _unused;
    private int _leastUnused;
    private int _rented;

    public int BlockBytes { get; } = blockBytes;

    public long SlabBytes => (long)_slabs * BlockBytes * blocksPerSlab;

    /// <summary>The blocks that are out, and those that are not.</summary>
    public BufferUse Use => new(BlockBytes, _rented, (_slabs * blocksPerSlab) - _rented);

    /// <summary>Whether there is more than the one unused slab that is always kept.</summary>
    public bool CanTrim => _unused > 1;

    public BufferBlock Rent()
    {
        var slab = _available.First?.Value ?? AddSlab();
        if (slab.IsUnused)
        {
            _unused--;
            _leastUnused = Math.Min(_leastUnused, _unused);
        }

        _rented++;
        var block = slab.Take();
        if (slab.FreeCount == 0)
        {
            _available.Remove(slab.Node!);
        }

        return block;
    }

    public void Return(BufferBlock block)
    {
        var slab = block.Slab!;
        if (slab.FreeCount == 0)
        {
            _available.AddFirst(slab.Node!);
        }

        _rented--;
        slab.Put(block);
        if (!slab.IsUnused)
        {
            return;
        }

        _available.Remove(slab.Node!);
        if (_unused >= mostUnusedSlabs)
        {
            Release(slab);
            return;
        }

        _available.AddLast(slab.Node!);
        _unused++;
    }

    /// <summary>Gives back the slabs that nobody has used since the last call, but for one.</summary>
    public void Trim()
    {
        for (var spare = Math.Min(_leastUnused, _unused - 1); spare > 0; spare--)
        {
            var slab = _available.Last!.Value;
            _available.RemoveLast();
            _unused--;
            Release(slab);
        }

        _leastUnused = _unused;
    }

    private BufferSlab AddSlab()
    {
        var slab = new BufferSlab(this, BlockBytes, blocksPerSlab);
        slab.Node = _available.AddLast(slab);
        _slabs++;
        _unused++;
        return slab;
    }

    private void Release(BufferSlab slab)
    {
        _slabs--;
        MemoryAdvice.Release(slab.Array);
    }
}
