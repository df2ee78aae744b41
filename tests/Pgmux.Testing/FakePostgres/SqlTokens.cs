namespace Pgmux.Testing.FakePostgres;

/// <summary>Where the tokens of SQL end: comments, literals with both quoting rules, dollar quotes, quoted names, words.</summary>
internal static class SqlTokens
{
    /// <summary>The end of the token that begins at a place; of blanks, one character.</summary>
    public static int End(string sql, int at, bool standardStrings = true) => sql[at] switch
    {
        '\'' => EndOfLiteral(sql, at, hasEscapes: !standardStrings),
        '"' => EndOfName(sql, at),
        '-' when IsAt(sql, at, "--") => EndOfLine(sql, at),
        '/' when IsAt(sql, at, "/*") => EndOfComment(sql, at),
        '$' when at + 1 < sql.Length && char.IsAsciiDigit(sql[at + 1]) => EndOfWord(sql, at + 1),
        '$' => EndOfDollarQuote(sql, at),
        'E' or 'e' when IsAt(sql, at + 1, "'") => EndOfLiteral(sql, at + 1, hasEscapes: true),
        _ when IsWord(sql[at]) => EndOfWord(sql, at),
        _ => at + 1,
    };

    /// <summary>The first place from here on that is neither blank nor comment.</summary>
    public static int SkipBlanks(string sql, int at)
    {
        while (at < sql.Length && (char.IsWhiteSpace(sql[at]) || IsAt(sql, at, "--") || IsAt(sql, at, "/*")))
        {
            at = End(sql, at);
        }

        return at;
    }

    /// <summary>The end of a literal, which may be prefixed by E.</summary>
    public static int EndOfLiteral(string sql, int at, bool hasEscapes)
    {
        at++;
        while (true)
        {
            if (at >= sql.Length)
            {
                throw PostgresErrorException.Syntax("unterminated quoted string");
            }

            if (sql[at] == '\\' && hasEscapes)
            {
                at += 2;
            }
            else if (sql[at] != '\'')
            {
                at++;
            }
            else if (IsAt(sql, at + 1, "'"))
            {
                at += 2;
            }
            else
            {
                return at + 1;
            }
        }
    }

    public static int EndOfName(string sql, int at)
    {
        at++;
        while (true)
        {
            if (at >= sql.Length)
            {
                throw PostgresErrorException.Syntax("unterminated quoted identifier");
            }

            if (sql[at] != '"')
            {
                at++;
            }
            else if (IsAt(sql, at + 1, "\""))
            {
                at += 2;
            }
            else
            {
                return at + 1;
            }
        }
    }

    private static bool IsAt(string sql, int at, string what) => string.CompareOrdinal(sql, at, what, 0, what.Length) == 0;

    private static bool IsWord(char value) => char.IsAsciiLetterOrDigit(value) || value is '_' or > '\u007f';

    private static int EndOfWord(string sql, int at)
    {
        while (at < sql.Length && (IsWord(sql[at]) || sql[at] == '$'))
        {
            at++;
        }

        return at;
    }

    private static int EndOfLine(string sql, int at)
    {
        var end = sql.AsSpan(at).IndexOfAny('\n', '\r');
        return end < 0 ? sql.Length : at + end;
    }

    private static int EndOfComment(string sql, int at)
    {
        for (var depth = 0; at < sql.Length; at++)
        {
            if (IsAt(sql, at, "/*"))
            {
                depth++;
                at++;
            }
            else if (IsAt(sql, at, "*/"))
            {
                at++;
                if (--depth == 0)
                {
                    return at + 1;
                }
            }
        }

        throw PostgresErrorException.Syntax("unterminated /* comment");
    }

    private static int EndOfDollarQuote(string sql, int at)
    {
        var end = at + 1;
        while (end < sql.Length && IsWord(sql[end]))
        {
            end++;
        }

        if (end == sql.Length || sql[end] != '$')
        {
            return at + 1;
        }

        var tag = sql[at..(end + 1)];
        var close = sql.IndexOf(tag, end + 1, StringComparison.Ordinal);
        return close < 0 ? throw PostgresErrorException.Syntax("unterminated dollar-quoted string") : close + tag.Length;
    }
}
