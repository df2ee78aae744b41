using System.Buffers;

namespace Pgmux.Protocol.Tests;

/// <summary>One written message, and how its body is read back.</summary>
public sealed class MessageSample
{
    public MessageSample(string name, Action<IBufferWriter<byte>> write, BodyReader? read = null, bool takesAnyTail = false)
    {
        Name = name;
        Read = read;
        TakesAnyTail = takesAnyTail;
        var output = new ArrayBufferWriter<byte>();
        write(output);
        Bytes = output.WrittenSpan.ToArray();
    }

    public string Name { get; }

    /// <summary>The whole message.</summary>
    public byte[] Bytes { get; }

    /// <summary>Null where pgmux only writes or forwards the message.</summary>
    public BodyReader? Read { get; }

    /// <summary>Whether the last field is as long as the body, so that no cut of it can be told.</summary>
    public bool TakesAnyTail { get; }

    public byte[] Body => Bytes[FrameReader.HeaderBytes..];

    public override string ToString() => Name;
}
