namespace Pgmux.Testing.FakePostgres;

/// <summary>A statement that a backend keeps.</summary>
/// <param name="Statement">Null for an empty text.</param>
/// <param name="Sql">The text as it came.</param>
/// <param name="Types">The types of its parameters.</param>
/// <param name="IsFromSql">Whether PREPARE made it, and not Parse.</param>
internal sealed record PreparedStatement(ModelStatement? Statement, string Sql, IReadOnlyList<int> Types, bool IsFromSql)
{
    private const int Text = 25;

    /// <summary>Whether it returns rows, as it was found when it was prepared.</summary>
    public bool ReturnsRows { get; set; }

    /// <summary>Whether the columns of its result have changed since it was prepared.</summary>
    public bool IsStale { get; set; }

    public static PreparedStatement OfParse(string sql, IReadOnlyList<int> types, bool standardStrings)
    {
        var statement = ModelStatement.ReadSingle(sql, standardStrings);
        return new PreparedStatement(statement, sql, Complete(types, statement), IsFromSql: false);
    }

    public static PreparedStatement OfPrepare(PreparedCommand command, bool standardStrings)
    {
        var statement = ModelStatement.ReadSingle(command.Body, standardStrings) ?? throw PostgresErrorException.Syntax();
        return new PreparedStatement(statement, command.Body, Complete([.. command.List.Select(TypeOid)], statement), IsFromSql: true);
    }

    // A type that was not given is found from the context, which is text everywhere in the little language.
    private static IReadOnlyList<int> Complete(IReadOnlyList<int> types, ModelStatement? statement) =>
    [
        .. types.Select(type => type == 0 ? Text : type),
        .. Enumerable.Repeat(Text, Math.Max(0, (statement?.ParameterCount ?? 0) - types.Count)),
    ];

    private static int TypeOid(string name) => name.ToLowerInvariant() switch
    {
        "int" or "int4" or "integer" => 23,
        "bigint" or "int8" => 20,
        _ => Text,
    };
}
