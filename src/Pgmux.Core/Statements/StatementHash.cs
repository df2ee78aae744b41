using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Pgmux.Core.Statements;

/// <summary>
/// A 128-bit hash of statement texts by multiply and fold, keyed with a secret of its own, so that nobody can choose texts that fall
/// together. What it finds is always compared in full: quality here buys speed, never correctness.
/// </summary>
internal class StatementHash
{
    private const int BlockBytes = 16;

    private readonly ulong _key1 = BinaryPrimitives.ReadUInt64LittleEndian(RandomNumberGenerator.GetBytes(sizeof(ulong))) | 1;
    private readonly ulong _key2 = BinaryPrimitives.ReadUInt64LittleEndian(RandomNumberGenerator.GetBytes(sizeof(ulong))) | 1;

    /// <summary>The hash of these bytes.</summary>
    public virtual UInt128 Of(ReadOnlySpan<byte> bytes)
    {
        var high = _key1;
        var low = _key2 ^ (ulong)bytes.Length;
        var rest = bytes;
        while (rest.Length > BlockBytes)
        {
            Mix(rest, ref high, ref low);
            rest = rest[BlockBytes..];
        }

        Span<byte> last = stackalloc byte[BlockBytes];
        last.Clear();
        rest.CopyTo(last);
        Mix(last, ref high, ref low);
        return new UInt128(Fold(high ^ _key2, low ^ _key1), Fold(high ^ low, _key1 ^ _key2));
    }

    private void Mix(ReadOnlySpan<byte> block, ref ulong high, ref ulong low)
    {
        var first = BinaryPrimitives.ReadUInt64LittleEndian(block);
        var second = BinaryPrimitives.ReadUInt64LittleEndian(block[sizeof(ulong)..]);
        high = Fold(first ^ high, second ^ _key1) ^ low;
        low = Fold(second ^ low, first ^ _key2) + high;
    }

    private static ulong Fold(ulong left, ulong right)
    {
        var high = Math.BigMul(left, right, out var low);
        return high ^ low ^ left;
    }
}
