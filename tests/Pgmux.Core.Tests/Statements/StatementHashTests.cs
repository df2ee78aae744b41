using System.Numerics;
using System.Text;
using Pgmux.Core.Statements;

namespace Pgmux.Core.Tests.Statements;

[TestFixture, FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class StatementHashTests
{
    private readonly StatementHash _hash = new();

    [Test]
    public void The_same_bytes_have_the_same_hash_wherever_they_lie()
    {
        for (var length = 0; length < 100; length++)
        {
            var bytes = Random(length, seed: length);
            byte[] moved = [1, 2, 3, .. bytes, 4];
            Assert.That(_hash.Of(moved.AsSpan(3, length)), Is.EqualTo(_hash.Of(bytes)));
        }
    }

    [Test]
    public void Length_counts_also_where_all_bytes_are_zero() =>
        Assert.That(Enumerable.Range(0, 1_000).Select(length => _hash.Of(new byte[length])), Is.Unique);

    [Test]
    public void Every_bit_counts()
    {
        foreach (var length in new[] { 1, 7, 8, 15, 16, 17, 31, 32, 33, 100 })
        {
            var bytes = Random(length, seed: length);
            var hashes = new HashSet<UInt128> { _hash.Of(bytes) };
            for (var bit = 0; bit < length * 8; bit++)
            {
                bytes[bit / 8] ^= (byte)(1 << (bit % 8));
                hashes.Add(_hash.Of(bytes));
                bytes[bit / 8] ^= (byte)(1 << (bit % 8));
            }

            Assert.That(hashes, Has.Count.EqualTo((length * 8) + 1));
        }
    }

    [Test]
    public void A_changed_bit_changes_about_half_of_the_hash()
    {
        var bytes = Random(48, seed: 1);
        var before = _hash.Of(bytes);
        var changed = 0;
        for (var bit = 0; bit < bytes.Length * 8; bit++)
        {
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
            var difference = _hash.Of(bytes) ^ before;
            changed += BitOperations.PopCount((ulong)difference) + BitOperations.PopCount((ulong)(difference >> 64));
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
        }

        Assert.That(changed / (bytes.Length * 8.0), Is.EqualTo(64).Within(4));
    }

    [Test, Property("Row", "B90")]
    public void Texts_that_hardly_differ_do_not_fall_together_in_either_half()
    {
        const int Texts = 200_000;
        var high = new HashSet<ulong>(Texts);
        var low = new HashSet<ulong>(Texts);
        for (var i = 0; i < Texts; i++)
        {
            var hash = _hash.Of(Encoding.ASCII.GetBytes($"SELECT * FROM accounts WHERE id = {i}"));
            high.Add((ulong)(hash >> 64));
            low.Add((ulong)hash);
        }

        Assert.That((high.Count, low.Count), Is.EqualTo((Texts, Texts)));
    }

    [Test, Property("Row", "N13")]
    public void Nobody_outside_can_tell_the_hash_of_a_text() =>
        Assert.That(new StatementHash().Of("SELECT 1"u8), Is.Not.EqualTo(_hash.Of("SELECT 1"u8)));

    private static byte[] Random(int length, int seed)
    {
        var bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }
}
