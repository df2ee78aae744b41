namespace Pgmux.Core.Statements.Sql;

/// <summary>Finds where strings and quoted names end; -1 for one that the text ends in.</summary>
internal static class SqlQuotes
{
    /// <summary>From the opening quote on, and on through the strings on later lines that continue this one by the same rule.</summary>
    public static int EndOfString(ReadOnlySpan<byte> sql, int start, SqlStringRule rule, SqlDialect dialect)
    {
        while (true)
        {
            var end = EndOfStringPart(sql, start, rule, dialect);
            start = end < 0 ? -1 : StartOfContinuation(sql, end);
            if (start < 0)
            {
                return end;
            }
        }
    }

    /// <summary>From the opening quote on.</summary>
    public static int EndOfQuotedIdentifier(ReadOnlySpan<byte> sql, int start)
    {
        for (var at = start + 1; ;)
        {
            var found = sql[at..].IndexOf((byte)'"');
            if (found < 0)
            {
                return -1;
            }

            at += found + 1;
            if (at >= sql.Length || sql[at] != '"')
            {
                return at;
            }

            at++;
        }
    }

    /// <summary>Length of the dollar, tag and dollar that a dollar quote begins with; zero when the dollar begins none.</summary>
    public static int DollarDelimiterLength(ReadOnlySpan<byte> rest, SqlDialect dialect)
    {
        var at = 1;
        while (at < rest.Length && (SqlBytes.IsIdentifierStart(rest[at]) || (at > 1 && SqlBytes.IsDigit(rest[at]))))
        {
            at += dialect.CharacterLength(rest, at);
        }

        return at < rest.Length && rest[at] == '$' ? at + 1 : 0;
    }

    private static int EndOfStringPart(ReadOnlySpan<byte> sql, int start, SqlStringRule rule, SqlDialect dialect)
    {
        for (var at = start + 1; ;)
        {
            var found = IndexOfStop(sql[at..], rule, dialect);
            if (found < 0)
            {
                return -1;
            }

            at += found;
            if (sql[at] == '\'')
            {
                at++;
                if (rule == SqlStringRule.Verbatim || at >= sql.Length || sql[at] != '\'')
                {
                    return at;
                }

                at++;
            }
            else if (sql[at] != '\\')
            {
                at += dialect.CharacterLength(sql, at);
            }
            else if (at + 1 < sql.Length)
            {
                at += 1 + dialect.CharacterLength(sql, at + 1);
            }
            else
            {
                return -1;
            }
        }
    }

    private static int IndexOfStop(ReadOnlySpan<byte> rest, SqlStringRule rule, SqlDialect dialect)
    {
        if (rule != SqlStringRule.Escapes)
        {
            return rest.IndexOf((byte)'\'');
        }

        return dialect.Characters == SqlCharacterRule.AsciiSafe
            ? rest.IndexOfAny((byte)'\'', (byte)'\\')
            : rest.IndexOfAny(SqlBytes.EscapesAndHighBytes);
    }

    /// <summary>
    /// The opening quote of a string that continues the one that ended at <paramref name="end"/>: only blanks and line comments stand
    /// between, with a newline among them. Else -1.
    /// </summary>
    private static int StartOfContinuation(ReadOnlySpan<byte> sql, int end)
    {
        var hasNewline = false;
        for (var at = end; at < sql.Length;)
        {
            var b = sql[at];
            if (b == '\'')
            {
                return hasNewline ? at : -1;
            }

            if (sql[at..].StartsWith("--"u8))
            {
                at = SqlScan.EndOfLine(sql, at);
            }
            else if (SqlBytes.Blanks.Contains(b))
            {
                hasNewline |= SqlBytes.Newlines.Contains(b);
                at++;
            }
            else
            {
                return -1;
            }
        }

        return -1;
    }
}
