using System.Text;
using Pgmux.Core.Statements.Sql;
using Pgmux.Core.Tests.Statements.Sql;
using Pgmux.Testing.Fuzzing;

namespace Pgmux.Core.Tests.Fuzz;

/// <summary>The SQL that clients send, under every dialect: tokens cover it without a gap, and commands lie in it in their order.</summary>
internal sealed class SqlTarget : FuzzTarget
{
    public override string Name => "Sql";

    public override int MostBytes => 4 * 1024;

    public override IReadOnlyList<byte[]> Seeds { get; } =
    [
        .. CommandCases.All.Select(row => SqlTexts.Bytes(row.Sql)),
        [.. "SELECT 'a; EXECUTE x', E'\\'; DISCARD ALL', $$; EXECUTE x;$$, $b$; $$ $b$, \"; EXECUTE x\" /* ; /* */ EXECUTE x; */ -- ;\n; DEALLOCATE ALL"u8],
        [.. "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT CASE WHEN true THEN 1 END; END; PREPARE p (int) AS SELECT $1"u8],
        [.. "EXPLAIN (ANALYZE, BUFFERS) EXECUTE U&\"!0061\" UESCAPE '!' (1, ';')"u8],
        [.. "CREATE TEMP TABLE t (a) AS EXECUTE p(1) WITH NO DATA; PREPARE TRANSACTION 'x'"u8],
        [.. "SELECT X'1F'\n'; EXECUTE x', U&'\\0061; EXECUTE x', 1.e+-5, .5e, $1a, a$$b"u8],
    ];

    public override IReadOnlyList<byte[]> Dictionary { get; } =
    [
        .. new[]
        {
            "'", "''", "\"", "\"\"", "$", "$$", "$a$", "$1", "E'", "B'", "X'", "N'", "U&'", "U&\"", "\\", "\\'", "/*", "*/", "--", "\n", "\r", ";", "(", ")", "[", "]", ".", "+-",
            "PREPARE ", "EXECUTE ", "DEALLOCATE ", "ALL", "DISCARD ", "EXPLAIN ", "ANALYZE ", "CREATE ", "TABLE ", "FUNCTION ", "AS ", "BEGIN ", "ATOMIC ", "END", "UESCAPE '!'",
            "\u0083", "\u0083\\", "\u00b1\\", "\u0081'", "name", "\"Name\"",
        }.Select(SqlTexts.Bytes),
    ];

    public override string Run(byte[] input)
    {
        var outcome = new StringBuilder();
        foreach (var dialect in SqlTexts.Dialects)
        {
            var kinds = CheckTokens(input, dialect);
            var commands = CheckCommands(input, dialect);
            if (dialect == SqlTexts.Standard)
            {
                outcome.Append(kinds).Append(' ').Append(commands);
            }
        }

        var name = new byte[SqlIdentifier.MaximumBytes];
        FuzzFindingException.Require(SqlIdentifier.Fold(input, name) is >= SqlIdentifier.NotAName and <= SqlIdentifier.MaximumBytes, "a name is no longer than names are");
        return outcome.ToString();
    }

    private static string CheckTokens(byte[] sql, SqlDialect dialect)
    {
        var end = 0;
        var kinds = new SortedSet<SqlTokenKind>();
        foreach (var token in SqlTexts.Tokens(sql, dialect))
        {
            FuzzFindingException.Require(token.Start == end && token.Length > 0, $"a gap before {token}");
            FuzzFindingException.Require(token.Kind != SqlTokenKind.Unterminated || token.End == sql.Length, "what has no end ends before the text");
            end = token.End;
            kinds.Add(token.Kind);
        }

        FuzzFindingException.Require(end == sql.Length, "the text goes on behind the last token");
        return string.Join(',', kinds);
    }

    private static string CheckCommands(byte[] sql, SqlDialect dialect)
    {
        var (commands, count) = SqlTexts.Read(sql, dialect);
        var end = 0;
        foreach (var command in commands)
        {
            FuzzFindingException.Require(command.NameLength == 0 || command.NameStart >= end, "commands come in their order");
            end = Math.Max(end, command.NameStart + command.NameLength + command.DefinitionLength);
            FuzzFindingException.Require(end <= sql.Length && command.StatementIndex < count, "a command lies in the text");
        }

        FuzzFindingException.Require(commands.Count <= count, "no more commands than statements");
        FuzzFindingException.Require(commands.Count == 0 || StatementCommandReader.MayContain(sql), "the quick look has missed a command");
        return string.Join(',', commands.Take(4).Select(command => $"{command.Kind}{command.IsWhole}"));
    }
}
