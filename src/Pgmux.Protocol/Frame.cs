namespace Pgmux.Protocol;

/// <summary>A message, or the piece of one that has arrived. Valid as long as the input it was read from.</summary>
public readonly ref struct Frame
{
    internal Frame(byte type, int bodyLength, ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> body, bool isComplete)
    {
        Type = type;
        BodyLength = bodyLength;
        Bytes = bytes;
        Body = body;
        IsComplete = isComplete;
    }

    /// <summary>First byte of the message; see <see cref="FrontendMessageType"/> and <see cref="BackendMessageType"/>.</summary>
    public byte Type { get; }

    /// <summary>Length of the whole body, without type and length field.</summary>
    public int BodyLength { get; }

    /// <summary>The bytes of the input that this frame covers, header included where it begins here.</summary>
    public ReadOnlySpan<byte> Bytes { get; }

    /// <summary>The part of the body that is in <see cref="Bytes"/>.</summary>
    public ReadOnlySpan<byte> Body { get; }

    /// <summary>Whether the message ends with this frame.</summary>
    public bool IsComplete { get; }
}
