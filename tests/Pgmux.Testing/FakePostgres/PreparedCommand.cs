namespace Pgmux.Testing.FakePostgres;

/// <summary>PREPARE, EXECUTE or DEALLOCATE, taken apart by the rules of gram.y.</summary>
/// <param name="Verb">What is to be done.</param>
/// <param name="Name">The statement's name, folded to lower case unless quoted; "" for ALL.</param>
/// <param name="List">What stands in the parentheses behind the name, its parts.</param>
/// <param name="Body">The statement behind AS.</param>
internal sealed record PreparedCommand(PreparedVerb Verb, string Name, IReadOnlyList<string> List, string Body)
{
    /// <summary>Reads one; null when the text is something else.</summary>
    public static PreparedCommand? Read(string sql)
    {
        var at = 0;
        return Next(sql, ref at).ToUpperInvariant() switch
        {
            "PREPARE" => ReadPrepare(sql, at),
            "EXECUTE" => ReadExecute(sql, at),
            "DEALLOCATE" => ReadDeallocate(sql, at),
            _ => null,
        };
    }

    private static PreparedCommand? ReadPrepare(string sql, int at)
    {
        var name = Next(sql, ref at);
        var list = ReadList(sql, ref at);
        if (name.Equals("TRANSACTION", StringComparison.OrdinalIgnoreCase) && list.Count == 0)
        {
            return null;
        }

        if (!Next(sql, ref at).Equals("AS", StringComparison.OrdinalIgnoreCase))
        {
            throw PostgresErrorException.Syntax();
        }

        return new PreparedCommand(PreparedVerb.Prepare, Fold(name), list, sql[SqlTokens.SkipBlanks(sql, at)..]);
    }

    private static PreparedCommand ReadExecute(string sql, int at)
    {
        var name = Next(sql, ref at);
        var list = ReadList(sql, ref at);
        return End(sql, at, new PreparedCommand(PreparedVerb.Execute, Fold(name), list, ""));
    }

    private static PreparedCommand ReadDeallocate(string sql, int at)
    {
        var name = Next(sql, ref at);
        if (name.Equals("PREPARE", StringComparison.OrdinalIgnoreCase))
        {
            name = Next(sql, ref at);
        }

        // ALL is a reserved word: only quotes make a name of it.
        return End(
            sql,
            at,
            name.Equals("ALL", StringComparison.OrdinalIgnoreCase)
                ? new PreparedCommand(PreparedVerb.DeallocateAll, "", [], "")
                : new PreparedCommand(PreparedVerb.Deallocate, Fold(name), [], ""));
    }

    private static PreparedCommand End(string sql, int at, PreparedCommand command) =>
        SqlTokens.SkipBlanks(sql, at) == sql.Length ? command : throw PostgresErrorException.Syntax();

    private static string Next(string sql, ref int at)
    {
        at = SqlTokens.SkipBlanks(sql, at);
        var start = at;
        at = at < sql.Length ? SqlTokens.End(sql, at) : at;
        return sql[start..at];
    }

    private static IReadOnlyList<string> ReadList(string sql, ref int at)
    {
        var start = SqlTokens.SkipBlanks(sql, at);
        if (start == sql.Length || sql[start] != '(')
        {
            return [];
        }

        var depth = 0;
        for (at = start; at < sql.Length;)
        {
            depth += sql[at] switch { '(' => 1, ')' => -1, _ => 0 };
            at = SqlTokens.End(sql, at);
            if (depth == 0)
            {
                return SqlText.SplitList(sql[(start + 1)..(at - 1)]);
            }
        }

        throw PostgresErrorException.Syntax();
    }

    private static string Fold(string name) => name switch
    {
        ['"', ..] => SqlText.Unquote(name),
        [var first, ..] when char.IsLetter(first) || first == '_' => name.ToLowerInvariant(),
        _ => throw PostgresErrorException.Syntax(),
    };
}
