using System.Collections.Concurrent;

namespace Pgmux.Protocol.Tests;

[TestFixture]
internal sealed class SecretRandomTests
{
    private const int StockBytes = 1024;

    [Test]
    public void No_bytes_are_given_out_twice([Values(16, 18, 1000)] int length)
    {
        var seen = new HashSet<string>();
        for (var n = 0; n < 3 * StockBytes; n++)
        {
            var bytes = new byte[length];
            SecretRandom.Fill(bytes);
            Assert.That(seen.Add(Convert.ToHexString(bytes)), Is.True, $"fill {n} repeats an earlier one");
        }
    }

    [TestCase(0)]
    [TestCase(1)]
    [TestCase(StockBytes)]
    [TestCase(StockBytes + 1)]
    [TestCase(100_000)]
    public void A_target_of_any_length_is_filled_whole(int length)
    {
        // A byte is 0 once in 256 times, so every place is another value soon.
        var isFilled = new bool[length];
        for (var n = 0; n < 64; n++)
        {
            var bytes = new byte[length];
            SecretRandom.Fill(bytes);
            for (var i = 0; i < length; i++)
            {
                isFilled[i] |= bytes[i] != 0;
            }
        }

        Assert.That(isFilled, Is.All.True);
    }

    [Test]
    public void Threads_share_nothing()
    {
        var all = new ConcurrentBag<string>();
        var threads = Enumerable.Range(0, 4).Select(_ => new Thread(() =>
        {
            for (var n = 0; n < 200; n++)
            {
                var bytes = new byte[16];
                SecretRandom.Fill(bytes);
                all.Add(Convert.ToHexString(bytes));
            }
        })).ToList();
        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());

        Assert.That(all, Is.Unique);
    }
}
