using System.Buffers.Binary;

namespace Pgmux.Testing.Fuzzing;

/// <summary>Mutations of inputs that are made of messages: they leave the framing as it is, or break exactly that.</summary>
internal static class FrameEdits
{
    private const int HeaderBytes = 5;

    /// <summary>Mutates the messages behind the first <paramref name="start"/> bytes; null when there is no whole one.</summary>
    public static byte[]? Mutate(Random random, ReadOnlySpan<byte> input, int start, Func<byte[], byte[]> mutateBody)
    {
        if (input.Length < start)
        {
            return null;
        }

        var frames = Cut(input[start..], out var rest);
        if (frames.Count == 0)
        {
            return null;
        }

        var chosen = random.Next(frames.Count);
        var frame = frames[chosen];
        switch (random.Next(7))
        {
            case 0:
                frames.RemoveAt(chosen);
                break;
            case 1:
                frames.Insert(random.Next(frames.Count + 1), frame);
                break;
            case 2:
                frames.RemoveAt(chosen);
                frames.Insert(random.Next(frames.Count + 1), frame);
                break;
            case 3:
                // Another type with the same body.
                frames[chosen] = [frames[random.Next(frames.Count)][0], .. frame[1..]];
                break;
            case 4:
                // The length lies.
                var lying = frame.ToArray();
                BinaryPrimitives.WriteInt32BigEndian(lying.AsSpan(1), HostileNumbers.Pick(random, 1, lying.Length));
                frames[chosen] = lying;
                break;
            default:
                frames[chosen] = WithBody(frame[0], mutateBody(frame[HeaderBytes..]));
                break;
        }

        return [.. input[..start], .. frames.SelectMany(bytes => bytes), .. rest];
    }

    /// <summary>The whole messages at the start, and what follows them.</summary>
    public static List<byte[]> Cut(ReadOnlySpan<byte> input, out byte[] rest)
    {
        var frames = new List<byte[]>();
        while (input.Length >= HeaderBytes && BinaryPrimitives.ReadInt32BigEndian(input[1..]) is >= 4 and var length && length < input.Length)
        {
            frames.Add(input[..(length + 1)].ToArray());
            input = input[(length + 1)..];
        }

        rest = input.ToArray();
        return frames;
    }

    private static byte[] WithBody(byte type, byte[] body)
    {
        var frame = new byte[HeaderBytes + body.Length];
        frame[0] = type;
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), body.Length + 4);
        body.CopyTo(frame, HeaderBytes);
        return frame;
    }
}
