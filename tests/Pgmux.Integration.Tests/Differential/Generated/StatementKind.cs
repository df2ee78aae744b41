namespace Pgmux.Integration.Tests.Differential.Generated;

/// <summary>A statement that generated clients prepare.</summary>
/// <param name="Text">Its text; {0} stands for the client's own table.</param>
/// <param name="Good">A value for its parameter, null when it has none.</param>
/// <param name="BadForBind">A value that Bind refuses.</param>
/// <param name="BadForExecute">A value that Execute fails with.</param>
/// <param name="IsSeries">Whether it has several rows, so that Execute may stop between them.</param>
internal sealed record StatementKind(
    string Text, string? Good = null, string? BadForBind = null, string? BadForExecute = null, bool IsSeries = false)
{
    /// <summary>Few texts, so that clients meet on the same; those with a table are a client's own.</summary>
    public static IReadOnlyList<StatementKind> All { get; } =
    [
        new("SELECT $1::int + 1", "41", BadForBind: "x"),
        new("SELECT $1::int + 2", "40", BadForBind: "9999999999"),
        new("SELECT 100 / generate_series($1::int, $1::int)", "7", BadForBind: "", BadForExecute: "0"),
        new("SELECT 'constant'"),
        new("SELECT 'another', $1::text", "text"),
        new("SELECT repeat($1::text, 3000)", "long "),
        new("SELECT generate_series(1, $1::int)", "9", BadForBind: "nine", IsSeries: true),
        new("INSERT INTO {0} VALUES ($1::int) RETURNING v", "5", BadForBind: "five", BadForExecute: "-1"),
        new("SELECT count(*), sum(v) FROM {0}"),
        new("UPDATE {0} SET v = v + 1"),
    ];
}
