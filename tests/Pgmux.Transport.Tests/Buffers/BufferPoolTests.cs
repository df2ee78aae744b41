using Pgmux.Transport.Buffers;

namespace Pgmux.Transport.Tests.Buffers;

public sealed class BufferPoolTests
{
    private const int Megabyte = 1024 * 1024;

    private static readonly long TrimSeconds = 11;

    [Test]
    public void A_large_block_gives_its_pages_back_at_once()
    {
        const int Bytes = 16 * BufferPool.HugeBytes;
        var pool = new BufferPool();
        var block = pool.Rent(Bytes);
        block.Span(0, Bytes).Fill(1);
        pool.Return(block);

        // Pages that have gone read as zeros. Those at either end may be shared with others.
        var inside = block.Span(Environment.SystemPageSize, Bytes - (2 * Environment.SystemPageSize));
        Assert.That(inside.ContainsAnyExcept((byte)0), Is.False);
    }

    [Test]
    public void A_block_is_the_smallest_that_fits()
    {
        var pool = new BufferPool();
        Assert.That(pool.Rent(1).Length, Is.EqualTo(512));
        Assert.That(pool.Rent(512).Length, Is.EqualTo(512));
        Assert.That(pool.Rent(513).Length, Is.EqualTo(4_096));
        Assert.That(pool.Rent(16_384).Length, Is.EqualTo(16_384));
        Assert.That(pool.Rent(16_385).Length, Is.EqualTo(65_536));
        Assert.That(pool.Rent(65_537).Length, Is.EqualTo(131_072));
        Assert.That(pool.RentedBlocks, Is.EqualTo(6));
    }

    [Test]
    public void Blocks_do_not_overlap()
    {
        var pool = new BufferPool();
        var blocks = Enumerable.Range(0, 300).Select(_ => pool.Rent(512)).ToArray();
        for (var index = 0; index < blocks.Length; index++)
        {
            blocks[index].Span(0, 512).Fill((byte)index);
        }

        for (var index = 0; index < blocks.Length; index++)
        {
            Assert.That(blocks[index].Span(0, 512).IndexOfAnyExcept((byte)index), Is.Negative);
        }
    }

    [Test]
    public void A_block_that_comes_back_is_used_again()
    {
        var pool = new BufferPool();
        var block = pool.Rent(100);
        pool.Return(block);
        Assert.That(pool.Rent(100), Is.SameAs(block));
        Assert.That(pool.RentedBytes, Is.EqualTo(512));
    }

    [Test]
    public void A_double_return_is_refused()
    {
        var pool = new BufferPool();
        var block = pool.Rent(100);
        pool.Return(block);
        Assert.That(() => pool.Return(block), Throws.InvalidOperationException);
    }

    [Test]
    public void A_poisoning_pool_overwrites_what_comes_back()
    {
        var pool = new BufferPool { PoisonsReturned = true };
        var block = pool.Rent(100);
        block.Span(0, 512).Clear();
        pool.Return(block);
        Assert.That(block.Span(0, 512).Contains((byte)0), Is.False);
    }

    [Test]
    public void What_a_burst_needed_goes_back_when_it_was_not_used_for_a_while()
    {
        var pool = new BufferPool();
        var blocks = Enumerable.Range(0, 1_000).Select(_ => pool.Rent(BufferPool.LargeBytes)).ToArray();
        Assert.That(pool.SlabBytes, Is.GreaterThanOrEqualTo(1_000 * BufferPool.LargeBytes));
        foreach (var block in blocks)
        {
            pool.Return(block);
        }

        Assert.That(pool.RentedBytes, Is.Zero);
        Assert.That(pool.SlabBytes, Is.LessThanOrEqualTo(5 * Megabyte), "at most a few unused slabs are kept");
        Assert.That(pool.NeedsTrim, Is.True);
        Trim(pool, 1);
        Trim(pool, 2);
        Assert.That(pool.SlabBytes, Is.EqualTo(16 * BufferPool.LargeBytes), "one slab is left");
        Assert.That(pool.NeedsTrim, Is.False);
    }

    [Test]
    public void What_is_used_stays()
    {
        var pool = new BufferPool();
        for (var interval = 1; interval < 5; interval++)
        {
            var blocks = Enumerable.Range(0, 100).Select(_ => pool.Rent(BufferPool.LargeBytes)).ToArray();
            Array.ForEach(blocks, pool.Return);
            var before = pool.SlabBytes;
            Trim(pool, interval);
            if (interval > 1)
            {
                Assert.That(pool.SlabBytes, Is.EqualTo(before));
            }
        }
    }

    [Test]
    public void A_slab_with_a_block_in_use_stays()
    {
        var pool = new BufferPool();
        var blocks = Enumerable.Range(0, 64).Select(_ => pool.Rent(BufferPool.LargeBytes)).ToArray();
        blocks[5].Span(0, 1)[0] = 42;
        foreach (var block in blocks.Where((_, index) => index != 5))
        {
            pool.Return(block);
        }

        Trim(pool, 1);
        Trim(pool, 2);
        Assert.That(blocks[5].Span(0, 1)[0], Is.EqualTo(42));
        Assert.That(pool.SlabBytes, Is.EqualTo(2 * 16 * BufferPool.LargeBytes), "the one in use and an unused one");
        pool.Return(blocks[5]);
        Assert.That(pool.RentedBlocks, Is.Zero);
    }

    [Test]
    public void Trimmed_memory_is_the_systems_again_without_a_collection()
    {
        const int Burst = 64 * Megabyte;
        var pool = new BufferPool { PoisonsReturned = true };
        var blocks = Enumerable.Range(0, Burst / BufferPool.LargeBytes).Select(_ => pool.Rent(BufferPool.LargeBytes)).ToArray();
        foreach (var block in blocks)
        {
            block.Span(0, block.Length).Fill(1);
        }

        var before = Environment.WorkingSet;
        Array.ForEach(blocks, pool.Return);
        Trim(pool, 1);
        Trim(pool, 2);
        Assert.That(before - Environment.WorkingSet, Is.GreaterThan(Burst * 3 / 4));
    }

    private static void Trim(BufferPool pool, int interval) =>
        pool.Trim(TimeProvider.System, interval * TrimSeconds * TimeProvider.System.TimestampFrequency);
}
