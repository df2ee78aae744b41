using System.Text;
using Pgmux.Core.Statements.Sql;

namespace Pgmux.Core.Tests.Statements.Sql;

/// <summary>Bytes of test texts and readable forms of what was found in them.</summary>
internal static class SqlTexts
{
    public static readonly SqlDialect Standard = new(HasBackslashEscapes: false, SqlCharacterRule.AsciiSafe);
    public static readonly SqlDialect Nonstandard = new(HasBackslashEscapes: true, SqlCharacterRule.AsciiSafe);
    public static readonly SqlDialect DoubleByte = new(HasBackslashEscapes: false, SqlCharacterRule.DoubleByte);
    public static readonly SqlDialect ShiftJis = new(HasBackslashEscapes: true, SqlCharacterRule.ShiftJis);

    public static readonly IReadOnlyList<SqlDialect> Dialects = [Standard, Nonstandard, DoubleByte, ShiftJis];

    /// <summary>Characters below 256 are bytes, so that a test can write those of any encoding.</summary>
    public static byte[] Bytes(string sql) => Encoding.Latin1.GetBytes(sql);

    public static List<SqlToken> Tokens(byte[] sql, SqlDialect dialect)
    {
        var tokens = new List<SqlToken>();
        var lexer = new SqlLexer(sql, dialect);
        while (lexer.MoveNext(out var token))
        {
            tokens.Add(token);
        }

        return tokens;
    }

    /// <summary>Kind and text of each token but white space, as in "I:select ¦ N:1 ¦ ;".</summary>
    public static string DescribeTokens(string sql, SqlDialect dialect) => string.Join(
        " ¦ ",
        Tokens(Bytes(sql), dialect).Where(token => token.Kind != SqlTokenKind.Whitespace).Select(token => Mark(token.Kind) + sql.Substring(token.Start, token.Length)));

    public static (List<StatementCommand> Commands, int StatementCount) Read(byte[] sql, SqlDialect dialect)
    {
        var commands = new List<StatementCommand>();
        var reader = new StatementCommandReader(sql, dialect);
        while (reader.MoveNext(out var command))
        {
            commands.Add(command);
        }

        return (commands, reader.StatementCount);
    }

    /// <summary>As in "0 Prepare a: AS SELECT 1" or "2 (Execute) b": the parentheses say that something stands around it.</summary>
    public static string Describe(StatementCommand command, string sql)
    {
        var kind = command.IsWhole ? $"{command.Kind}" : $"({command.Kind})";
        var name = sql.Substring(command.NameStart, command.NameLength);
        var definition = sql.Substring(command.DefinitionStart, command.DefinitionLength);
        return $"{command.StatementIndex} {kind}{(name.Length > 0 ? " " + name : "")}{(definition.Length > 0 ? ":" + definition : "")}";
    }

    private static string Mark(SqlTokenKind kind) => kind switch
    {
        SqlTokenKind.Comment => "C:",
        SqlTokenKind.Identifier => "I:",
        SqlTokenKind.QuotedIdentifier => "Q:",
        SqlTokenKind.UnicodeIdentifier => "U:",
        SqlTokenKind.String => "S:",
        SqlTokenKind.Parameter => "P:",
        SqlTokenKind.Number => "N:",
        SqlTokenKind.Operator => "O:",
        SqlTokenKind.Other => "X:",
        SqlTokenKind.Unterminated => "T:",
        _ => "",
    };
}
