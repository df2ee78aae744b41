using Pgmux.Transport.Buffers;

namespace Pgmux.Transport.Tests.Buffers;

/// <summary>Blocks that many hold at once, given back in any order: whoever writes into what is another's, or reads what he has returned, is seen.</summary>
public sealed class PoisonedPoolTests
{
    private static readonly int[] Sizes = [100, 512, 4_000, 16_000, 60_000, 100_000];

    [Test, Property("Row", "N01")]
    public void Whoever_holds_a_block_finds_in_it_what_he_has_written([Range(1, 5)] int seed)
    {
        var random = new Random(seed);
        var pool = new BufferPool { PoisonsReturned = true };
        var held = new List<(BufferBlock Block, byte Mark)>();
        for (var step = 0; step < 2_000; step++)
        {
            if (held.Count == 0 || random.Next(100) < 52)
            {
                var block = pool.Rent(random.GetItems(Sizes, 1)[0]);
                var mark = (byte)random.Next(1, 200);
                block.Span(0, block.Length).Fill(mark);
                held.Add((block, mark));
                continue;
            }

            var index = random.Next(held.Count);
            var (returned, written) = held[index];
            held.RemoveAt(index);
            Assert.That(returned.Span(0, returned.Length).IndexOfAnyExcept(written), Is.Negative, "nobody else has written into it");
            pool.Return(returned);
            Assert.That(returned.Span(0, returned.Length).Contains(written), Is.False, "nobody reads it as it was");
            Assert.That(() => pool.Return(returned), Throws.InvalidOperationException, "nor returns it twice");
        }

        Assert.That(pool.RentedBlocks, Is.EqualTo(held.Count));
    }
}
