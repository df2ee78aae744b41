using System.Buffers.Binary;
using Pgmux.Protocol;

namespace Pgmux.Benchmarks.Framing;

/// <summary>A stretch of one direction of a connection: the same message over and over.</summary>
internal static class MessageStream
{
    /// <summary>Lays <paramref name="count"/> messages of <paramref name="messageBytes"/> bytes, header included, end to end.</summary>
    public static byte[] Build(BackendMessageType type, int messageBytes, int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(messageBytes, FrameReader.HeaderBytes);
        var stream = new byte[checked(messageBytes * count)];
        for (var start = 0; start < stream.Length; start += messageBytes)
        {
            stream[start] = (byte)type;

            // The length counts itself and the body, not the type.
            BinaryPrimitives.WriteInt32BigEndian(stream.AsSpan(start + 1), messageBytes - 1);
        }

        return stream;
    }
}
