namespace Pgmux.Core.Statements.Sql;

/// <summary>
/// What a session's parameters change about the reading of SQL. The default value is PostgreSQL's default: standard strings and an
/// encoding like UTF-8.
/// </summary>
/// <param name="HasBackslashEscapes">A backslash escapes in plain strings too: standard_conforming_strings is off.</param>
/// <param name="Characters">What client_encoding says about bytes of 0x80 and above.</param>
internal readonly record struct SqlDialect(bool HasBackslashEscapes, SqlCharacterRule Characters)
{
    // The longest name that matters is shiftjis2004; what is longer is another encoding.
    private const int MaximumEncodingNameLength = 16;

    /// <summary>The dialect under values as SET takes them or the server reports them; an empty value stands for the default.</summary>
    public static SqlDialect From(ReadOnlySpan<char> standardConformingStrings, ReadOnlySpan<char> clientEncoding) =>
        new(IsOff(standardConformingStrings), RuleOf(clientEncoding));

    /// <summary>Bytes of the character that begins at <paramref name="at"/>, as far as one takes ASCII bytes with it; else 1.</summary>
    public int CharacterLength(ReadOnlySpan<byte> text, int at)
    {
        if (text[at] < 0x80 || Characters == SqlCharacterRule.AsciiSafe || at + 1 >= text.Length)
        {
            return 1;
        }

        return Characters == SqlCharacterRule.ShiftJis && text[at] is >= 0xA1 and <= 0xDF ? 1 : 2;
    }

    // Boolean parameters take any beginning of their words that is not ambiguous.
    private static bool IsOff(ReadOnlySpan<char> value) =>
        value is "0"
        || (value.Length >= 1 && ("false".AsSpan().StartsWith(value, StringComparison.OrdinalIgnoreCase) || "no".AsSpan().StartsWith(value, StringComparison.OrdinalIgnoreCase)))
        || (value.Length >= 2 && "off".AsSpan().StartsWith(value, StringComparison.OrdinalIgnoreCase));

    // JOHAB is not among them: PostgreSQL takes no second byte below 0xA1 in it, whatever the standard says.
    private static SqlCharacterRule RuleOf(ReadOnlySpan<char> encoding)
    {
        Span<char> name = stackalloc char[MaximumEncodingNameLength];
        var length = 0;
        foreach (var c in encoding)
        {
            if (!char.IsAsciiLetterOrDigit(c))
            {
                continue;
            }

            if (length == name.Length)
            {
                return SqlCharacterRule.AsciiSafe;
            }

            name[length++] = char.ToLowerInvariant(c);
        }

        return name[..length] switch
        {
            "big5" or "win950" or "windows950" => SqlCharacterRule.DoubleByte,
            "gbk" or "win936" or "windows936" => SqlCharacterRule.DoubleByte,
            "uhc" or "win949" or "windows949" => SqlCharacterRule.DoubleByte,
            "gb18030" => SqlCharacterRule.DoubleByte,
            "sjis" or "shiftjis" or "mskanji" or "win932" or "windows932" or "shiftjis2004" => SqlCharacterRule.ShiftJis,
            _ => SqlCharacterRule.AsciiSafe,
        };
    }
}
