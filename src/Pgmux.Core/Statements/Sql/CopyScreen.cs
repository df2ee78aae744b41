using System.Text;

namespace Pgmux.Core.Statements.Sql;

/// <summary>
/// Tells whether a prepared statement may be COPY: its first word behind blanks, comments and empty statements. A statement has one command
/// only, and no other command begins a COPY with the client (functions may not).
/// </summary>
internal static class CopyScreen
{
    /// <summary>False for sure when the text is another command.</summary>
    /// <param name="sql">The text; what follows a zero in it does not matter.</param>
    public static bool MayBeCopy(ReadOnlySpan<byte> sql)
    {
        var first = SqlLexer.FirstToken(sql);
        var word = sql.Slice(first.Start, first.Length);

        // A byte of another character set may follow without a blank; the server would take both for one word, and refuse it.
        return first.Kind == SqlTokenKind.Identifier && word.Length >= Copy.Length && Ascii.EqualsIgnoreCase(word[..Copy.Length], Copy);
    }

    private static ReadOnlySpan<byte> Copy => "copy"u8;
}
