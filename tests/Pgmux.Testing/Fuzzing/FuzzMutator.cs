namespace Pgmux.Testing.Fuzzing;

/// <summary>Makes new inputs out of known ones. The same seed and the same calls give the same inputs.</summary>
internal sealed class FuzzMutator(Random random, IReadOnlyList<byte[]> dictionary, int? framesStart, int mostBytes)
{
    private const int MostMutations = 6;
    private const int MostRepeats = 64;

    private static readonly byte[] HostileBytes = [0x00, 0x01, 0x0A, 0x20, 0x22, 0x27, 0x2C, 0x3B, 0x3D, 0x5C, 0x7F, 0x80, 0xC3, 0xFF];

    /// <summary>A mutation of <paramref name="input"/>, for which <paramref name="other"/> may lend bytes.</summary>
    public byte[] Mutate(byte[] input, byte[] other)
    {
        var result = input;
        for (var left = 1 + random.Next(MostMutations); left > 0; left--)
        {
            // Bytes in the middle of a message seldom lead far: half of the mutations go message by message.
            result = (framesStart is { } start && random.Next(2) == 0 ? FrameEdits.Mutate(random, result, start, body => MutateBytes(body, other)) : null)
                ?? MutateBytes(result, other);
        }

        return result.Length > mostBytes ? result[..mostBytes] : result;
    }

    private byte[] MutateBytes(byte[] input, byte[] other)
    {
        if (input.Length == 0)
        {
            return Insert(input, 0);
        }

        var place = random.Next(input.Length);
        switch (random.Next(9))
        {
            case 0:
                return Changed(input, bytes => bytes[place] ^= (byte)(1 << random.Next(8)));
            case 1:
                return Changed(input, bytes => bytes[place] = (byte)random.Next(256));
            case 2:
                return Changed(input, bytes => HostileNumbers.Write(random, bytes));
            case 3:
                return input[..place];
            case 4:
                return [.. input[..place], .. input[End(place, input.Length)..]];
            case 5:
                return Repeat(input, place, End(place, input.Length));
            case 6:
                return Splice(input, place, other);
            default:
                return Insert(input, place);
        }
    }

    private static byte[] Changed(byte[] input, Action<byte[]> change)
    {
        var bytes = input.ToArray();
        change(bytes);
        return bytes;
    }

    // Short pieces mostly: they are what fields are made of.
    private int End(int place, int length) => random.Next(4) == 0 ? random.Next(place, length) + 1 : Math.Min(length, place + 1 + random.Next(8));

    private byte[] Repeat(byte[] input, int start, int end)
    {
        var times = random.Next(8) == 0 ? MostRepeats : 1 + random.Next(2);
        var piece = input[start..end];
        while (times > 1 && (times * piece.Length) + input.Length > mostBytes)
        {
            times /= 2;
        }

        return [.. input[..start], .. Enumerable.Repeat(piece, times).SelectMany(bytes => bytes), .. input[start..]];
    }

    private byte[] Splice(byte[] input, int place, byte[] other)
    {
        if (other.Length == 0)
        {
            return input;
        }

        var from = random.Next(other.Length);
        var piece = other[from..End(from, other.Length)];
        return random.Next(2) == 0
            ? [.. input[..place], .. other[from..]]
            : [.. input[..place], .. piece, .. input[place..]];
    }

    private byte[] Insert(byte[] input, int place)
    {
        byte[] word = dictionary.Count > 0 && random.Next(3) != 0
            ? dictionary[random.Next(dictionary.Count)]
            : [random.Next(2) == 0 ? HostileBytes[random.Next(HostileBytes.Length)] : (byte)random.Next(256)];

        // Over what stands there, or between.
        var end = random.Next(3) == 0 ? Math.Min(input.Length, place + word.Length) : place;
        return [.. input[..place], .. word, .. input[end..]];
    }
}
