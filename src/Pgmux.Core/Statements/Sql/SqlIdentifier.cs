namespace Pgmux.Core.Statements.Sql;

/// <summary>Turns a name as it is written in SQL into the one that PostgreSQL keeps.</summary>
internal static class SqlIdentifier
{
    /// <summary>Bytes of the longest name: NAMEDATALEN - 1. PostgreSQL cuts what is longer where a character ends.</summary>
    public const int MaximumBytes = 63;

    /// <summary>What <see cref="Fold"/> returns for a token that is no name, or one that the server refuses.</summary>
    public const int NotAName = -1;

    /// <summary>
    /// Writes the name that a token (with its quotes, and the UESCAPE clause if it has one) stands for; returns its length or
    /// <see cref="NotAName"/>. Letters beyond ASCII stay as they are: the server folds them in some single-byte encodings only, by its
    /// locale, which it does not tell.
    /// </summary>
    /// <param name="token">The token, not empty.</param>
    /// <param name="destination">At least <see cref="MaximumBytes"/>.</param>
    /// <param name="dialect">How the text is read.</param>
    public static int Fold(ReadOnlySpan<byte> token, Span<byte> destination, SqlDialect dialect = default)
    {
        var name = new SqlNameBuffer(destination[..MaximumBytes]);
        if (token.Length > 0 && token[0] == '"')
        {
            return Unquote(token, dialect, ref name);
        }

        if (token.Length > 2 && (token[0] | 0x20) == 'u' && token[1] == '&' && token[2] == '"')
        {
            return SqlUnicodeName.Decode(token, ref name);
        }

        return ToLower(token, dialect, ref name);
    }

    private static int ToLower(ReadOnlySpan<byte> token, SqlDialect dialect, ref SqlNameBuffer name)
    {
        if (token.IsEmpty || !SqlBytes.IsIdentifierStart(token[0]))
        {
            return NotAName;
        }

        for (var at = 0; at < token.Length;)
        {
            if (!SqlBytes.IsIdentifierPart(token[at]))
            {
                return NotAName;
            }

            // The second byte of a character may look like a capital letter and is none.
            var length = SqlNameBuffer.CharacterLength(token, at, dialect);
            if (!(length == 1 ? name.Append(char.IsAsciiLetterUpper((char)token[at]) ? (byte)(token[at] | 0x20) : token[at]) : name.Append(token.Slice(at, length))))
            {
                break;
            }

            at += length;
        }

        return name.Length;
    }

    private static int Unquote(ReadOnlySpan<byte> token, SqlDialect dialect, ref SqlNameBuffer name)
    {
        if (token.Length < 3 || SqlQuotes.EndOfQuotedIdentifier(token, 0) != token.Length)
        {
            return NotAName;
        }

        for (var at = 1; at < token.Length - 1;)
        {
            var length = SqlNameBuffer.CharacterLength(token, at, dialect);
            if (!name.Append(token.Slice(at, length)))
            {
                break;
            }

            at += token[at] == '"' ? 2 : length;
        }

        return name.Length;
    }
}
