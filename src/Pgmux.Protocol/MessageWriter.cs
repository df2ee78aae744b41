using System.Buffers;
using System.Buffers.Binary;
using System.Diagnostics;

namespace Pgmux.Protocol;

/// <summary>
/// Writes one message whose length is known beforehand, straight into the output. <see cref="Complete"/> holds what was written
/// against what the header announced: a message of another length would put everything behind it out of step.
/// </summary>
internal ref struct MessageWriter
{
    /// <summary>Long strings are encoded in pieces, so that no buffer has to hold one as a whole.</summary>
    private const int PieceChars = 4096;

    private readonly IBufferWriter<byte> _output;
    private int _owed;

    /// <summary>Writes the header of a message with a type.</summary>
    public MessageWriter(IBufferWriter<byte> output, byte type, int bodyBytes)
        : this(output, bodyBytes)
    {
        var header = output.GetSpan(FrameReader.HeaderBytes);
        header[0] = type;
        BinaryPrimitives.WriteInt32BigEndian(header[1..], bodyBytes + sizeof(int));
        output.Advance(FrameReader.HeaderBytes);
    }

    private MessageWriter(IBufferWriter<byte> output, int bodyBytes)
    {
        _output = output;
        _owed = bodyBytes;
    }

    /// <summary>Writes the header of a packet without a type: the ones that open a connection.</summary>
    public static MessageWriter Untyped(IBufferWriter<byte> output, int bodyBytes)
    {
        BinaryPrimitives.WriteInt32BigEndian(output.GetSpan(sizeof(int)), bodyBytes + sizeof(int));
        output.Advance(sizeof(int));
        return new MessageWriter(output, bodyBytes);
    }

    /// <summary>Bytes of a string and its zero.</summary>
    public static int SizeOf(string text) => WireText.GetByteCount(text) + 1;

    public void WriteByte(byte value)
    {
        _output.GetSpan(sizeof(byte))[0] = value;
        Advance(sizeof(byte));
    }

    public void WriteInt16(int value)
    {
        BinaryPrimitives.WriteInt16BigEndian(_output.GetSpan(sizeof(short)), (short)value);
        Advance(sizeof(short));
    }

    /// <summary>Counts of parameters go up to 65,535.</summary>
    public void WriteUInt16(int value)
    {
        BinaryPrimitives.WriteUInt16BigEndian(_output.GetSpan(sizeof(ushort)), (ushort)value);
        Advance(sizeof(ushort));
    }

    public void WriteInt32(int value)
    {
        BinaryPrimitives.WriteInt32BigEndian(_output.GetSpan(sizeof(int)), value);
        Advance(sizeof(int));
    }

    public void WriteBytes(ReadOnlySpan<byte> bytes)
    {
        _output.Write(bytes);
        _owed -= bytes.Length;
    }

    public void WriteCString(string text)
    {
        if (text.Contains('\0', StringComparison.Ordinal))
        {
            throw new ArgumentException("A string of the protocol cannot hold a zero", nameof(text));
        }

        WriteText(text);
        WriteByte(0);
    }

    public void WriteCString(ReadOnlySpan<byte> text)
    {
        if (text.Contains((byte)0))
        {
            throw new ArgumentException("A string of the protocol cannot hold a zero", nameof(text));
        }

        WriteBytes(text);
        WriteByte(0);
    }

    /// <summary>Writes a string without a zero behind it.</summary>
    public void WriteText(string text)
    {
        var rest = text.AsSpan();
        while (!rest.IsEmpty)
        {
            // Both halves of a surrogate pair stay in one piece.
            var length = Math.Min(rest.Length, PieceChars);
            length -= length < rest.Length && char.IsHighSurrogate(rest[length - 1]) ? 1 : 0;
            var piece = rest[..length];
            Advance(WireText.Encode(piece, _output.GetSpan(WireText.GetByteCount(piece))));
            rest = rest[length..];
        }
    }

    /// <summary>Checks that the message is as long as announced.</summary>
    public readonly void Complete()
    {
        if (_owed != 0)
        {
            throw new UnreachableException($"a message was announced with {_owed} bytes more than were written");
        }
    }

    private void Advance(int count)
    {
        _output.Advance(count);
        _owed -= count;
    }
}
