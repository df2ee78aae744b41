namespace Pgmux.Protocol;

/// <summary>Reads the attributes of a SCRAM message, <c>a=value</c> with commas between. Source: RFC 5802, section 7.</summary>
internal ref struct ScramAttributeReader(ReadOnlySpan<byte> message)
{
    private readonly ReadOnlySpan<byte> _message = message;
    private bool _isAtEnd;

    /// <summary>Bytes up to the attribute that was read last, without the comma before it.</summary>
    public int LengthBeforeLast { get; private set; }

    /// <summary>Where the next attribute starts.</summary>
    private int Position { get; set; }

    /// <summary>Whether everything has been read.</summary>
    public readonly bool IsAtEnd => _isAtEnd;

    /// <summary>Reads the next attribute, which must have that name.</summary>
    public bool TryRead(byte name, out ReadOnlySpan<byte> value) => TryReadAny(out var actual, out value) && actual == name;

    /// <summary>Reads the next attribute; false at the end and when what stands here is none.</summary>
    public bool TryReadAny(out byte name, out ReadOnlySpan<byte> value)
    {
        name = 0;
        value = default;
        var rest = _message[Position..];
        if (_isAtEnd || rest.Length < 2 || !char.IsAsciiLetter((char)rest[0]) || rest[1] != (byte)'=')
        {
            return false;
        }

        name = rest[0];
        var length = rest.IndexOf((byte)',');
        value = length < 0 ? rest[2..] : rest[2..length];
        LengthBeforeLast = Position == 0 ? 0 : Position - 1;
        _isAtEnd = length < 0;
        Position = _isAtEnd ? _message.Length : Position + length + 1;
        return true;
    }

    /// <summary>Whether <paramref name="value"/> holds printable ASCII without a comma only, as a nonce must, and is not empty.</summary>
    public static bool IsNonce(ReadOnlySpan<byte> value) =>
        !value.IsEmpty && !value.ContainsAnyExceptInRange((byte)0x21, (byte)0x7E) && !value.Contains((byte)',');
}
