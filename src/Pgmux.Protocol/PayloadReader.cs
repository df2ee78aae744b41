using System.Buffers.Binary;

namespace Pgmux.Protocol;

/// <summary>
/// Reads the fields of a message body from front to back. Every length is held against what is left before a byte is touched, as
/// <c>length > limit - read</c> and never by adding: a sum that wraps is how CVE-2026-6664 came about.
/// </summary>
public ref struct PayloadReader(ReadOnlySpan<byte> body)
{
    private readonly ReadOnlySpan<byte> _body = body;
    private int _read;

    /// <summary>What has not been read.</summary>
    public readonly ReadOnlySpan<byte> Remaining => _body[_read..];

    /// <summary>Number of bytes not read.</summary>
    public readonly int RemainingLength => _body.Length - _read;

    /// <summary>Whether everything has been read.</summary>
    public readonly bool IsAtEnd => _read == _body.Length;

    /// <summary>Reads one byte.</summary>
    /// <exception cref="ProtocolViolationException">The body ends before.</exception>
    public byte ReadByte() => ReadBytes(sizeof(byte))[0];

    /// <summary>Reads two bytes, most significant first.</summary>
    /// <exception cref="ProtocolViolationException">The body ends before.</exception>
    public short ReadInt16() => BinaryPrimitives.ReadInt16BigEndian(ReadBytes(sizeof(short)));

    /// <summary>Reads four bytes, most significant first.</summary>
    /// <exception cref="ProtocolViolationException">The body ends before.</exception>
    public int ReadInt32() => BinaryPrimitives.ReadInt32BigEndian(ReadBytes(sizeof(int)));

    /// <summary>Reads a string up to its zero, which is taken but not returned.</summary>
    /// <exception cref="ProtocolViolationException">There is no zero in what is left.</exception>
    public ReadOnlySpan<byte> ReadCString()
    {
        var rest = Remaining;
        var length = rest.IndexOf((byte)0);
        if (length < 0)
        {
            throw ProtocolViolationException.InvalidString();
        }

        _read += length + 1;
        return rest[..length];
    }

    /// <summary>Reads <paramref name="length"/> bytes.</summary>
    /// <exception cref="ProtocolViolationException">The length is negative or above what is left.</exception>
    public ReadOnlySpan<byte> ReadBytes(int length)
    {
        if (length < 0)
        {
            throw ProtocolViolationException.InvalidLengthField(length);
        }

        if (length > _body.Length - _read)
        {
            throw ProtocolViolationException.InsufficientData();
        }

        var bytes = _body.Slice(_read, length);
        _read += length;
        return bytes;
    }

    /// <summary>Requires that nothing is left.</summary>
    /// <exception cref="ProtocolViolationException">Something is.</exception>
    public readonly void ExpectEnd()
    {
        if (!IsAtEnd)
        {
            throw ProtocolViolationException.TrailingBytes(RemainingLength);
        }
    }
}
