using System.Buffers.Binary;
using System.Text;
using Pgmux.Testing.Processes;

namespace Pgmux.Testing.FakePostgres;

/// <summary>Replies as no PostgreSQL sends them.</summary>
internal static class BrokenReplies
{
    // What a receiver waits for at most before it can look at a type and a length.
    private const int HeaderBytes = 5;
    private const int MostGarbageBytes = 64;

    private static readonly int[] Lengths = [0, 1, 2, 3, -1, int.MaxValue];

    /// <summary>A reply to a message of the extended protocol that nobody has sent; of another type than the one that is due.</summary>
    public static byte[] Stray(Random random, byte[] due)
    {
        byte[][] strays = [Replies.ParseComplete(), Replies.BindComplete(), Replies.CloseComplete()];
        byte[][] possible = [.. strays.Where(stray => stray[0] != due[0])];
        return possible[random.Next(possible.Length)];
    }

    /// <summary>Bytes that begin with no message type: all types are printable.</summary>
    public static byte[] Garbage(Random random)
    {
        var bytes = new byte[random.Next(HeaderBytes, MostGarbageBytes)];
        random.NextBytes(bytes);
        bytes[0] = (byte)(random.Next(2) == 0 ? random.Next(' ') : random.Next(0x80, 0x100));
        return bytes;
    }

    /// <summary>The message with a length that cannot be, or that is never filled.</summary>
    public static byte[] BadLength(Random random, byte[] message)
    {
        byte[] broken = [.. message];
        BinaryPrimitives.WriteInt32BigEndian(broken.AsSpan(1), Lengths[random.Next(Lengths.Length)]);
        return broken;
    }

    /// <summary>The message with less in it than belongs there; its length is right.</summary>
    public static byte[] MissingFields(Random random, byte[] message)
    {
        var body = message[HeaderBytes..];
        if (message[0] == 'E' && random.Next(2) == 0)
        {
            // Whole fields: the code, the text, or the end of them.
            var text = Encoding.UTF8.GetString(body);
            var left = random.Next(3) switch
            {
                0 => text.Split('\0').Where(field => !field.StartsWith('C')),
                1 => text.Split('\0').Where(field => !field.StartsWith('M')),
                _ => text.TrimEnd('\0').Split('\0'),
            };
            return RawMessages.Message('E', Encoding.UTF8.GetBytes(string.Join('\0', left)));
        }

        return RawMessages.Message((char)message[0], body[..random.Next(body.Length)]);
    }

    /// <summary>ReadyForQuery with a status that is none of I, T and E.</summary>
    public static byte[] UnknownStatus(Random random)
    {
        const string Statuses = "\0AFXZeit ";
        return Replies.ReadyForQuery(Statuses[random.Next(Statuses.Length)]);
    }
}
