namespace Pgmux.Core.Tests.Statements.Sql;

/// <summary>A text, how many statements PostgreSQL sees in it, and the commands on prepared statements among them.</summary>
internal sealed record CommandCase(string Sql, int StatementCount, params string[] Commands)
{
    public override string ToString() => Sql.Replace('\n', '↵');
}
