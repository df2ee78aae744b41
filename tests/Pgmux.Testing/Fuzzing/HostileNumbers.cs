using System.Buffers.Binary;

namespace Pgmux.Testing.Fuzzing;

/// <summary>Values for length and count fields that have broken others: signs, wraps, one too many.</summary>
internal static class HostileNumbers
{
    /// <summary>Around the limits of the types, of a message (4), of a startup packet (10,000) and of buffers.</summary>
    private static readonly int[] Fixed =
    [
        int.MinValue, int.MinValue + 1, -65536, -32769, -5, -4, -3, -2, -1, 0, 1, 2, 3, 4, 5, 7, 8, 127, 128, 255, 256, 1023, 1024, 1025, 4095, 4096,
        9_999, 10_000, 10_001, 16_383, 16_384, 16_385, 32_767, 32_768, 65_535, 65_536, 0x3FFFFFFF, 0x40000000, int.MaxValue - 4, int.MaxValue - 1, int.MaxValue,
    ];

    /// <summary>A value for a four-byte field at <paramref name="place"/> of an input.</summary>
    public static int Pick(Random random, int place, int inputBytes)
    {
        var remaining = inputBytes - place - sizeof(int);
        return random.Next(4) switch
        {
            // A length counts itself or not: both are off by one on either side.
            0 => remaining + random.Next(-1, sizeof(int) + 2),
            1 => unchecked((int)(uint.MaxValue - (uint)place - (uint)random.Next(2))),
            _ => Fixed[random.Next(Fixed.Length)],
        };
    }

    /// <summary>Writes such a value with one, two or four bytes.</summary>
    public static void Write(Random random, Span<byte> input)
    {
        var place = random.Next(input.Length);
        var room = input[place..];
        var number = Pick(random, place, input.Length);
        switch (random.Next(4))
        {
            case 0:
                room[0] = unchecked((byte)number);
                break;
            case 1 when room.Length >= sizeof(short):
                BinaryPrimitives.WriteInt16BigEndian(room, unchecked((short)number));
                break;
            case 2 or 3 when room.Length >= sizeof(int):
                BinaryPrimitives.WriteInt32BigEndian(room, number);
                break;
            default:
                room[0] = 0xFF;
                break;
        }
    }
}
