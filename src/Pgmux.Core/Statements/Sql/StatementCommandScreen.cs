using System.Text;

namespace Pgmux.Core.Statements.Sql;

/// <summary>
/// Tells quickly that a text has no command on prepared statements. It does not know strings: every semicolon counts as the end of a
/// statement, so it errs on one side only.
/// </summary>
internal static class StatementCommandScreen
{
    /// <summary>False for sure when there is none; true when only reading can tell.</summary>
    public static bool MayContain(ReadOnlySpan<byte> sql)
    {
        var start = sql.Length > 0 && SqlBytes.IsIdentifierStart(sql[0]) ? 0 : SqlLexer.FirstToken(sql).Start;
        if (BeginsCommand(sql[start..], sql))
        {
            return true;
        }

        while (true)
        {
            var semicolon = sql[start..].IndexOf((byte)';');
            if (semicolon < 0)
            {
                return false;
            }

            start = SqlScan.EndOfBlanks(sql, start + semicolon + 1);
            var rest = sql[start..];

            // Comments are not skipped here: each semicolon in one that has no end would read it to the end again.
            if (!rest.IsEmpty && (rest[0] is (byte)'-' or (byte)'/' || BeginsCommand(rest, sql)))
            {
                return true;
            }
        }
    }

    private static bool BeginsCommand(ReadOnlySpan<byte> rest, ReadOnlySpan<byte> sql)
    {
        if (rest.IsEmpty)
        {
            return false;
        }

        return (rest[0] | 0x20) switch
        {
            'c' => Begins(rest, "create"u8) && ContainsExecute(sql),
            'd' => Begins(rest, "deallocate"u8) || Begins(rest, "discard"u8),
            'e' => Begins(rest, "execute"u8) || (Begins(rest, "explain"u8) && ContainsExecute(sql)),
            'p' => Begins(rest, "prepare"u8),
            _ => false,
        };
    }

    private static bool Begins(ReadOnlySpan<byte> rest, ReadOnlySpan<byte> word) =>
        rest.Length >= word.Length && Ascii.EqualsIgnoreCase(rest[..word.Length], word);

    private static bool ContainsExecute(ReadOnlySpan<byte> sql)
    {
        // By its rarest letter.
        while (true)
        {
            var found = sql.IndexOfAny((byte)'x', (byte)'X');
            if (found < 0)
            {
                return false;
            }

            if (found > 0 && Begins(sql[(found - 1)..], "execute"u8))
            {
                return true;
            }

            sql = sql[(found + 1)..];
        }
    }
}
