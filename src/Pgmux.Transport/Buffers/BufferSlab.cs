namespace Pgmux.Transport.Buffers;

/// <summary>One pinned array, cut into blocks of a size class.</summary>
internal sealed class BufferSlab
{
    private BufferBlock? _free;

    public BufferSlab(BufferSizeClass sizeClass, int blockBytes, int blocks)
    {
        SizeClass = sizeClass;
        BlockCount = blocks;
        Array = GC.AllocateUninitializedArray<byte>(blockBytes * blocks, pinned: true);
        for (var index = blocks - 1; index >= 0; index--)
        {
            _free = new BufferBlock(Array, index * blockBytes, blockBytes, this) { Next = _free };
        }

        FreeCount = blocks;
    }

    public BufferSizeClass SizeClass { get; }

    public byte[] Array { get; }

    public int BlockCount { get; }

    public int FreeCount { get; private set; }

    public bool IsUnused => FreeCount == BlockCount;

    public LinkedListNode<BufferSlab>? Node { get; set; }

    public BufferBlock Take()
    {
        var block = _free!;
        _free = block.Next;
        block.Next = null;
        FreeCount--;
        return block;
    }

    public void Put(BufferBlock block)
    {
        block.Next = _free;
        _free = block;
        FreeCount++;
    }
}
