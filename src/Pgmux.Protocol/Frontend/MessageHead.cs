namespace Pgmux.Protocol;

/// <summary>
/// Reads names at the head of a body of which only a part may have arrived: the rest of a Parse or Bind streams past unread.
/// </summary>
internal ref struct MessageHead(ReadOnlySpan<byte> arrived, bool isComplete)
{
    private ReadOnlySpan<byte> _rest = arrived;

    /// <summary>Bytes of the head taken so far.</summary>
    public int Length { get; private set; }

    /// <summary>Reads a byte; false when it has not arrived.</summary>
    /// <exception cref="ProtocolViolationException">The body is complete and has ended.</exception>
    public bool TryReadByte(out byte value)
    {
        if (_rest.IsEmpty)
        {
            value = 0;
            return isComplete ? throw ProtocolViolationException.InsufficientData() : false;
        }

        value = _rest[0];
        Take(sizeof(byte));
        return true;
    }

    /// <summary>Reads a string; false when its zero has not arrived.</summary>
    /// <exception cref="ProtocolViolationException">The body is complete and has no zero.</exception>
    public bool TryReadCString(out ReadOnlySpan<byte> text)
    {
        var length = _rest.IndexOf((byte)0);
        if (length < 0)
        {
            text = default;
            return isComplete ? throw ProtocolViolationException.InvalidString() : false;
        }

        text = _rest[..length];
        Take(length + 1);
        return true;
    }

    private void Take(int count)
    {
        _rest = _rest[count..];
        Length += count;
    }
}
