namespace Pgmux.Core.Admin;

/// <summary>A row of SHOW PREPARED_STATEMENTS: a statement that clients share.</summary>
/// <param name="Name">Its name on the servers, as pg_prepared_statements shows it.</param>
/// <param name="Users">Names of clients that stand for it.</param>
/// <param name="Servers">Servers that have it.</param>
/// <param name="Bytes">What it takes of prepared_statement_memory.</param>
/// <param name="Hits">How often a client parsed it and it was there.</param>
/// <param name="Query">Its text; of a long one, the beginning.</param>
internal sealed record PreparedStatementRow(string Name, int Users, int Servers, long Bytes, long Hits, string Query)
{
    /// <summary>
    /// Characters of a query that are shown. Texts written by people fit in; those that programs make, with thousands of values in a
    /// list, would fill the screen with one row and the memory with all of them.
    /// </summary>
    public const int LongestQueryShown = 16 * 1024;

    private const string CutMark = "...";

    /// <summary>Its text; of a long one, the beginning.</summary>
    public string Query { get; } = Shown(Query);

    private static string Shown(string query)
    {
        if (query.Length <= LongestQueryShown)
        {
            return query;
        }

        // Half of a surrogate pair is no character.
        var end = char.IsHighSurrogate(query[LongestQueryShown - 1]) ? LongestQueryShown - 1 : LongestQueryShown;
        return query[..end] + CutMark;
    }
}
