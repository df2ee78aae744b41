using System.Buffers.Binary;

namespace Pgmux.Protocol;

/// <summary>
/// Walks the messages of one direction of a connection without understanding them: a type byte, a length that counts itself,
/// a body. A body of any size passes in pieces; only five bytes of header ever have to be there at once.
/// Source: PostgreSQL manual, "Message Formats".
/// </summary>
public struct FrameReader
{
    /// <summary>Type byte and length field.</summary>
    public const int HeaderBytes = 5;

    private byte _type;
    private int _bodyLength;
    private int _bodyRemaining;

    /// <summary>Bytes of the current message's body that have not arrived; 0 between messages.</summary>
    public readonly int BodyRemaining => _bodyRemaining;

    /// <summary>Whether a message has begun and not ended.</summary>
    public readonly bool IsMidMessage => _bodyRemaining > 0;

    /// <summary>
    /// Reads one frame from the start of <paramref name="input"/>. The caller drops <see cref="Frame.Bytes"/> from its input and
    /// calls again. With <see cref="FrameStatus.NeedMore"/> nothing was taken.
    /// </summary>
    /// <exception cref="ProtocolViolationException">The length field is below 4 or above <paramref name="maximumLength"/>.</exception>
    public FrameStatus Read(ReadOnlySpan<byte> input, int maximumLength, out Frame frame)
    {
        if (_bodyRemaining > 0)
        {
            if (input.IsEmpty)
            {
                frame = default;
                return FrameStatus.NeedMore;
            }

            var piece = input.Length < _bodyRemaining ? input : input[.._bodyRemaining];
            _bodyRemaining -= piece.Length;
            frame = new Frame(_type, _bodyLength, piece, piece, _bodyRemaining == 0);
            return FrameStatus.Continuation;
        }

        if (!TryPeek(input, maximumLength, out var type, out var bodyLength))
        {
            frame = default;
            return FrameStatus.NeedMore;
        }

        var arrived = Math.Min(bodyLength, input.Length - HeaderBytes);
        _type = type;
        _bodyLength = bodyLength;
        _bodyRemaining = bodyLength - arrived;
        frame = new Frame(type, bodyLength, input[..(HeaderBytes + arrived)], input.Slice(HeaderBytes, arrived), _bodyRemaining == 0);
        return FrameStatus.Message;
    }

    /// <summary>
    /// Bytes at the start of <paramref name="input"/> that are whole messages of one type: rows of a large result are passed on by their
    /// headers alone. It ends before a message that is not whole or not well-formed, which <see cref="Read"/> has to look at.
    /// </summary>
    public static int LengthOfRun(ReadOnlySpan<byte> input, byte type, int maximumLength)
    {
        var offset = 0;
        while (input.Length - offset >= HeaderBytes && input[offset] == type)
        {
            var length = BinaryPrimitives.ReadInt32BigEndian(input[(offset + 1)..]);
            if (length < sizeof(int) || length > maximumLength || length > input.Length - offset - 1)
            {
                break;
            }

            offset += length + 1;
        }

        return offset;
    }

    /// <summary>
    /// Looks at the header at the start of <paramref name="input"/> without taking it. False when fewer than
    /// <see cref="HeaderBytes"/> have arrived.
    /// </summary>
    /// <exception cref="ProtocolViolationException">The length field is below 4 or above <paramref name="maximumLength"/>.</exception>
    public static bool TryPeek(ReadOnlySpan<byte> input, int maximumLength, out byte type, out int bodyLength)
    {
        if (input.Length < HeaderBytes)
        {
            type = 0;
            bodyLength = 0;
            return false;
        }

        type = input[0];
        var length = BinaryPrimitives.ReadInt32BigEndian(input[1..]);
        if (length < sizeof(int) || length > maximumLength)
        {
            throw ProtocolViolationException.InvalidMessageLength(type, length);
        }

        bodyLength = length - sizeof(int);
        return true;
    }
}
