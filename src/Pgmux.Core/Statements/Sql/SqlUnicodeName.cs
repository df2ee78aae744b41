using System.Globalization;
using System.Text;

namespace Pgmux.Core.Statements.Sql;

/// <summary>
/// Names as in U&amp;"d\0061ta" UESCAPE '!': the escape character and four hexadecimal digits, or with a plus six; twice it is itself.
/// The characters become UTF-8, which is right for clients that speak it.
/// </summary>
internal static class SqlUnicodeName
{
    private const int ShortDigits = 4;
    private const int LongDigits = 6;

    // Between the prefix U& and the content stands the quote.
    private const int QuoteAt = 2;

    /// <summary>Writes the name; returns its length, or <see cref="SqlIdentifier.NotAName"/> for what the server refuses.</summary>
    public static int Decode(ReadOnlySpan<byte> token, ref SqlNameBuffer name)
    {
        var end = SqlQuotes.EndOfQuotedIdentifier(token, QuoteAt);
        if (end < 0 || !TryReadEscape(token[end..], out var escape))
        {
            return SqlIdentifier.NotAName;
        }

        var rest = token[(QuoteAt + 1)..(end - 1)];
        return !rest.IsEmpty && TryDecode(rest, escape, ref name) ? name.Length : SqlIdentifier.NotAName;
    }

    private static bool TryDecode(ReadOnlySpan<byte> rest, byte escape, ref SqlNameBuffer name)
    {
        // What is beyond the longest name must still be free of errors.
        var isFitting = true;
        Span<byte> encoded = stackalloc byte[4];
        while (!rest.IsEmpty)
        {
            int length;
            if (rest[0] != escape)
            {
                length = SqlNameBuffer.CharacterLength(rest, 0, default);
                isFitting = isFitting && name.Append(rest[..length]);
                rest = rest[(rest[0] == '"' ? 2 : length)..];
                continue;
            }

            if (!TryReadCharacter(rest, escape, out var character, out length))
            {
                return false;
            }

            isFitting = isFitting && name.Append(encoded[..character.EncodeToUtf8(encoded)]);
            rest = rest[length..];
        }

        return true;
    }

    private static bool TryReadCharacter(ReadOnlySpan<byte> rest, byte escape, out Rune character, out int length)
    {
        if (rest.Length > 1 && rest[1] == escape)
        {
            character = (Rune)(char)escape;
            length = 2;
            return true;
        }

        character = default;
        if (!TryReadCodeUnit(rest, escape, out var first, out length))
        {
            return false;
        }

        // A character beyond the first plane may be written as the two surrogates of UTF-16.
        if (first <= char.MaxValue && char.IsHighSurrogate((char)first)
            && TryReadCodeUnit(rest[length..], escape, out var second, out var secondLength)
            && second <= char.MaxValue)
        {
            length += secondLength;
            return Rune.TryCreate((char)first, (char)second, out character);
        }

        return first != 0 && Rune.TryCreate(first, out character);
    }

    private static bool TryReadCodeUnit(ReadOnlySpan<byte> rest, byte escape, out uint value, out int length)
    {
        var isLong = rest.Length > 1 && rest[1] == '+';
        var start = isLong ? 2 : 1;
        length = start + (isLong ? LongDigits : ShortDigits);
        value = 0;
        return rest.Length >= length && rest[0] == escape
            && uint.TryParse(rest[start..length], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value);
    }

    /// <summary>The backslash, or the one character of the clause behind the name.</summary>
    private static bool TryReadEscape(ReadOnlySpan<byte> clause, out byte escape)
    {
        escape = (byte)'\\';
        if (clause.IsEmpty)
        {
            return true;
        }

        var lexer = new SqlLexer(clause, default);
        var word = NextToken(ref lexer);
        var value = NextToken(ref lexer);
        if (!Ascii.EqualsIgnoreCase(clause.Slice(word.Start, word.Length), "uescape"u8) || value.Kind != SqlTokenKind.String || value.Length != 3)
        {
            return false;
        }

        escape = clause[value.Start + 1];
        return value.End == clause.Length && escape < 0x80 && !char.IsAsciiHexDigit((char)escape) && escape is not ((byte)'+' or (byte)'"' or (byte)'\'')
            && !SqlBytes.Blanks.Contains(escape);
    }

    private static SqlToken NextToken(ref SqlLexer lexer)
    {
        SqlToken token;
        do
        {
            lexer.MoveNext(out token);
        }
        while (token.IsBlank);
        return token;
    }
}
