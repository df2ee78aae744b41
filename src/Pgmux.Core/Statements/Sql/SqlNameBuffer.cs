namespace Pgmux.Core.Statements.Sql;

/// <summary>Takes the characters of a name until one does not fit any more.</summary>
internal ref struct SqlNameBuffer(Span<byte> destination)
{
    private readonly Span<byte> _destination = destination;

    /// <summary>Bytes taken.</summary>
    public int Length { get; private set; }

    /// <summary>Bytes of the character at <paramref name="at"/>: by the dialect's rule, else what UTF-8 joins.</summary>
    public static int CharacterLength(ReadOnlySpan<byte> text, int at, SqlDialect dialect)
    {
        if (dialect.Characters != SqlCharacterRule.AsciiSafe)
        {
            return dialect.CharacterLength(text, at);
        }

        var following = text[at] switch
        {
            >= 0xC0 and < 0xE0 => 1,
            >= 0xE0 and < 0xF0 => 2,
            >= 0xF0 and < 0xF8 => 3,
            _ => 0,
        };
        var length = 1;
        while (length <= following && at + length < text.Length && (text[at + length] & 0xC0) == 0x80)
        {
            length++;
        }

        return length;
    }

    /// <summary>Takes a character of one byte.</summary>
    public bool Append(byte character) => Append([character]);

    /// <summary>Takes a character whole; false when it does not fit, and nothing behind it belongs to the name.</summary>
    public bool Append(scoped ReadOnlySpan<byte> character)
    {
        var isFitting = character.TryCopyTo(_destination[Length..]);
        Length += isFitting ? character.Length : 0;
        return isFitting;
    }
}
