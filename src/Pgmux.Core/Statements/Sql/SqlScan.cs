namespace Pgmux.Core.Statements.Sql;

/// <summary>Finds where blanks, comments, numbers and operators end; -1 for a comment that the text ends in.</summary>
internal static class SqlScan
{
    // NAMEDATALEN: the server refuses longer operators, so it does not matter where one is cut. Without a bound a long run of plus and
    // minus, which is cut one by one, would take the square of its length.
    private const int MaximumOperatorBytes = 64;

    public static int EndOfBlanks(ReadOnlySpan<byte> sql, int start) => EndOf(sql, start, sql[start..].IndexOfAnyExcept(SqlBytes.Blanks));

    /// <summary>The newline is not part of a line.</summary>
    public static int EndOfLine(ReadOnlySpan<byte> sql, int start) => EndOf(sql, start, sql[start..].IndexOfAny(SqlBytes.Newlines));

    /// <summary>From slash-star on; such comments nest.</summary>
    public static int EndOfBlockComment(ReadOnlySpan<byte> sql, int start)
    {
        var depth = 1;
        for (var at = start + 2; ;)
        {
            var found = sql[at..].IndexOfAny((byte)'*', (byte)'/');
            if (found < 0 || at + found + 1 >= sql.Length)
            {
                return -1;
            }

            at += found;
            switch (sql[at], sql[at + 1])
            {
                case ((byte)'/', (byte)'*'):
                    depth++;
                    at += 2;
                    break;
                case ((byte)'*', (byte)'/'):
                    depth--;
                    at += 2;
                    break;
                default:
                    at++;
                    break;
            }

            if (depth == 0)
            {
                return at;
            }
        }
    }

    public static int EndOfDigits(ReadOnlySpan<byte> sql, int start)
    {
        // An underscore between digits is part of the number since version 16 and an error before.
        while (start < sql.Length && (SqlBytes.IsDigit(sql[start]) || (sql[start] == '_' && IsDigitAt(sql, start + 1))))
        {
            start++;
        }

        return start;
    }

    /// <summary>Digits, a fraction, an exponent. Letters behind it are no part of it.</summary>
    public static int EndOfNumber(ReadOnlySpan<byte> sql, int start)
    {
        var at = EndOfDigits(sql, start);

        // Two dots are a token of their own, so the number before them has no fraction.
        if (at < sql.Length && sql[at] == '.' && !(at + 1 < sql.Length && sql[at + 1] == '.'))
        {
            at = EndOfDigits(sql, at + 1);
        }

        if (at < sql.Length && (sql[at] | 0x20) == 'e')
        {
            var digits = at + 1 < sql.Length && sql[at + 1] is (byte)'+' or (byte)'-' ? at + 2 : at + 1;
            at = IsDigitAt(sql, digits) ? EndOfDigits(sql, digits) : at;
        }

        return at;
    }

    /// <summary>
    /// The run of operator characters up to where a comment begins. A plus or minus at the end of a longer operator belongs to what
    /// follows unless the standard has no such operator.
    /// </summary>
    public static int OperatorLength(ReadOnlySpan<byte> rest)
    {
        var length = 1;
        while (length < Math.Min(rest.Length, MaximumOperatorBytes) && SqlBytes.OperatorBytes.Contains(rest[length]) && !IsCommentStart(rest[length..]))
        {
            length++;
        }

        var run = rest[..length];
        return run.ContainsAny(SqlBytes.BeyondStandardOperators) ? length : Math.Max(1, run.TrimEnd("+-"u8).Length);
    }

    private static bool IsCommentStart(ReadOnlySpan<byte> rest) => rest.StartsWith("--"u8) || rest.StartsWith("/*"u8);

    private static bool IsDigitAt(ReadOnlySpan<byte> sql, int at) => at < sql.Length && SqlBytes.IsDigit(sql[at]);

    private static int EndOf(ReadOnlySpan<byte> sql, int start, int found) => found < 0 ? sql.Length : start + found;
}
