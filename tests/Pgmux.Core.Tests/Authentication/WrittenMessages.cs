using System.Buffers;
using Pgmux.Protocol;

namespace Pgmux.Core.Tests.Authentication;

/// <summary>Messages out of what a sans-I/O class has written.</summary>
internal static class WrittenMessages
{
    /// <summary>The messages in <paramref name="output"/>, which is emptied.</summary>
    public static List<(byte Type, byte[] Body)> Take(ArrayBufferWriter<byte> output)
    {
        var messages = new List<(byte, byte[])>();
        var rest = output.WrittenSpan;
        var reader = new FrameReader();
        while (reader.Read(rest, int.MaxValue, out var frame) == FrameStatus.Message)
        {
            Assert.That(frame.IsComplete, "a message was written in part");
            messages.Add((frame.Type, frame.Body.ToArray()));
            rest = rest[frame.Bytes.Length..];
        }

        Assert.That(rest.IsEmpty, "bytes behind the last message");
        output.ResetWrittenCount();
        return messages;
    }

    /// <summary>The body of the only message that <paramref name="write"/> writes.</summary>
    public static byte[] BodyOf(Action<IBufferWriter<byte>> write)
    {
        var output = new ArrayBufferWriter<byte>();
        write(output);
        var messages = Take(output);
        Assert.That(messages, Has.Count.EqualTo(1));
        return messages[0].Body;
    }
}
