using static Pgmux.Core.Admin.ConsoleColumn;

namespace Pgmux.Core.Admin;

/// <summary>SHOW PREPARED_STATEMENTS, which PgBouncer does not have.</summary>
internal static class StatementTable
{
    /// <summary>SHOW PREPARED_STATEMENTS.</summary>
    public static readonly ShowCommand PreparedStatements = new()
    {
        Word = "prepared_statements",
        Columns = [Text("name"), Int8("users"), Int8("servers"), Int8("bytes"), Int8("hits"), Text("query")],
        Rows = async source => RowsOf(await source.GetPreparedStatementsAsync()),
    };

    // The names have one prefix and end in a number without leading zeros: of two, the shorter one is the older.
    private static string?[][] RowsOf(IReadOnlyList<PreparedStatementRow> statements) =>
    [
        .. statements.OrderBy(statement => statement.Name.Length).ThenBy(statement => statement.Name, StringComparer.Ordinal).Select(ValuesOf),
    ];

    private static string?[] ValuesOf(PreparedStatementRow row) =>
    [
        row.Name,
        Of(row.Users),
        Of(row.Servers),
        Of(row.Bytes),
        Of(row.Hits),
        row.Query,
    ];
}
