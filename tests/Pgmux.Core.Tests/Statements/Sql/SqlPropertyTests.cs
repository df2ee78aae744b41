using FsCheck;
using FsCheck.Fluent;
using Pgmux.Core.Statements.Sql;

namespace Pgmux.Core.Tests.Statements.Sql;

[TestFixture]
internal sealed class SqlPropertyTests
{
    private const int Cases = 5_000;

    // Beginnings, ends and whole tokens: joined at random they make texts in which everything stands within everything else.
    private static readonly string[] Fragments =
    [
        "'", "''", "\"", "\"\"", "$", "$$", "$a$", "$1", "E'", "B'", "X'", "N'", "U&'", "U&\"", "\\", "\\'", "/*", "*/", "--", "\n", "\r", " ", "\t", ";", ";",
        "(", ")", "[", "]", ",", ".", "+", "-", "*", "/", "=", "@", "1", ".5", "1e", "e", "a", "a$", "_", "\u0083", "\u0083\\", "\u00b1", "\u00b1\\", "\0", "U&",
        "PREPARE ", "EXECUTE ", "DEALLOCATE ", "ALL", "DISCARD ", "EXPLAIN ", "ANALYZE ", "CREATE ", "TABLE ", "FUNCTION ", "AS ", "BEGIN ", "ATOMIC ", "END",
        "TRANSACTION ", "UESCAPE ", "SELECT ", "name ", "\"Name\"", "uescape '!'",
    ];

    // Whole statements that are no commands, though they look like some.
    private static readonly string[] Others =
    [
        "SELECT 1", "SELECT 'a; EXECUTE x'", "SELECT 'it''s; DEALLOCATE ALL'", "SELECT E'\\'; DISCARD ALL'", "SELECT $$; EXECUTE x;$$", "SELECT $b$; $$ EXECUTE x; $b$",
        "SELECT 1 AS \"; EXECUTE x\"", "SELECT a$$ FROM b$$", "SELECT 1 /* ; EXECUTE x; */", "SELECT 1 --; EXECUTE x\n", "PREPARE TRANSACTION 'PREPARE x AS'",
        "CREATE RULE r AS ON INSERT TO t DO (DELETE FROM a; DELETE FROM b)", "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT CASE WHEN true THEN 1 END; END",
        "CREATE TABLE t AS SELECT 1 AS execute", "CREATE TRIGGER t AFTER INSERT ON x EXECUTE FUNCTION f()", "EXPLAIN SELECT 1", "DISCARD PLANS", "BEGIN", "END",
        "SELECT X'1F'\n'; EXECUTE x'", "SELECT U&'\\0061; EXECUTE x'", "SELECT 1+--;\n2", "DO $x$BEGIN EXECUTE 'x'; END$x$", "SELECT \"a\"\"; EXECUTE x\"",
    ];

    private static readonly string[] Separators = [";", " ; ", ";;", ";\n", "/*;*/;--;\n", ";/*/*;*/*/"];

    private static readonly string[] Names = ["a", "Ab$1", "\"a; b\"", "\"a\"\"b\"", "U&\"\\0061\"", "U&\"!0061\" UESCAPE '!'", "prepare", "transaction"];

    private static readonly string[] Blanks = [" ", "\n", "/*;*/", "--;\n", " /* EXECUTE x */ "];

    [Test]
    public void Tokens_cover_every_text_without_a_gap() => Check(choices =>
    {
        var sql = SqlTexts.Bytes(Join(Fragments, choices));
        return SqlTexts.Dialects.All(dialect =>
        {
            var end = 0;
            foreach (var token in SqlTexts.Tokens(sql, dialect))
            {
                if (token.Start != end || token.Length <= 0 || (token.Kind == SqlTokenKind.Unterminated && token.End != sql.Length))
                {
                    return false;
                }

                end = token.End;
            }

            return end == sql.Length;
        });
    });

    [Test]
    public void Every_text_is_read_to_its_end_and_what_is_found_lies_in_it() => Check(choices =>
    {
        var sql = SqlTexts.Bytes(Join(Fragments, choices));
        return SqlTexts.Dialects.All(dialect =>
        {
            var (commands, count) = SqlTexts.Read(sql, dialect);
            var end = 0;
            foreach (var command in commands)
            {
                var isInOrder = command.NameLength == 0 || command.NameStart >= end;
                end = Math.Max(end, command.NameStart + command.NameLength + command.DefinitionLength);
                if (!isInOrder || end > sql.Length || command.StatementIndex >= count)
                {
                    return false;
                }
            }

            return commands.Count <= count && (commands.Count == 0 || StatementCommandReader.MayContain(sql));
        });
    });

    [Test]
    public void A_command_among_other_statements_is_found_with_its_parts() => Check(choices =>
    {
        var next = new Queue<byte>(choices);
        string Pick(string[] from) => from[(next.TryDequeue(out var choice) ? choice : 0) % from.Length];
        var before = Enumerable.Range(0, choices.Length % 4).Select(_ => Pick(Others) + Pick(Separators)).ToList();
        var after = Enumerable.Range(0, choices.Length % 3).Select(_ => Pick(Separators) + Pick(Others)).ToList();
        var name = Pick(Names);
        var blank = Pick(Blanks);
        var (head, tail, kind) = Pick(["p", "e", "d", "x", "c"]) switch
        {
            "p" => ("PREPARE", $"{blank}(int){blank}AS SELECT $1, ';', $$;$$", StatementCommandKind.Prepare),
            "e" => ("execute", $"{blank}(1, ';')", StatementCommandKind.Execute),
            "d" => ("Deallocate" + blank + "PREPARE", "", StatementCommandKind.Deallocate),
            "x" => ("EXPLAIN" + blank + "(COSTS" + blank + "off) EXECUTE", "", StatementCommandKind.Execute),
            _ => ("CREATE" + blank + "TABLE t (a) AS EXECUTE", $"(1){blank}WITH DATA", StatementCommandKind.Execute),
        };
        var start = string.Concat(before);
        var sql = start + head + blank + name + tail + string.Concat(after);
        var expected = new StatementCommand
        {
            Kind = kind,
            StatementIndex = before.Count,
            IsWhole = !head.StartsWith("EXPLAIN", StringComparison.Ordinal) && !head.StartsWith("CREATE", StringComparison.Ordinal),
            NameStart = start.Length + head.Length + blank.Length,
            NameLength = name.Length,
            DefinitionStart = kind == StatementCommandKind.Prepare ? start.Length + head.Length + blank.Length + name.Length : 0,
            DefinitionLength = kind == StatementCommandKind.Prepare ? tail.Length : 0,
        };
        var bytes = SqlTexts.Bytes(sql);
        var (commands, count) = SqlTexts.Read(bytes, SqlTexts.Standard);
        return commands.SequenceEqual([expected]) && count == before.Count + 1 + after.Count && StatementCommandReader.MayContain(bytes);
    });

    [Test]
    public void Quoting_a_name_and_reading_it_gives_the_name_back() => Check(choices =>
    {
        var name = choices.Where(b => b is > 0 and < 0x80).Take(SqlIdentifier.MaximumBytes).ToArray();
        byte[] quoted = [(byte)'"', .. name.SelectMany(b => b == '"' ? new[] { b, b } : [b]), (byte)'"'];
        var destination = new byte[SqlIdentifier.MaximumBytes];
        var length = SqlIdentifier.Fold(quoted, destination);
        return name.Length == 0 ? length == SqlIdentifier.NotAName : destination.AsSpan(0, Math.Max(length, 0)).SequenceEqual(name);
    });

    [Test]
    public void Folding_never_reads_or_writes_too_far() => Check(choices =>
    {
        var token = SqlTexts.Bytes(Join(Fragments, choices));
        var destination = new byte[SqlIdentifier.MaximumBytes];
        return SqlTexts.Dialects.All(dialect => SqlIdentifier.Fold(token, destination, dialect) is >= SqlIdentifier.NotAName and <= SqlIdentifier.MaximumBytes);
    });

    private static string Join(string[] pieces, byte[] choices) => string.Concat(choices.Select(choice => pieces[choice % pieces.Length]));

    private static void Check(Func<byte[], bool> holds) =>
        FsCheck.Check.One(Config.QuickThrowOnFailure.WithMaxTest(Cases).WithEndSize(60), Prop.ForAll<byte[]>(choices => holds(choices ?? [])));
}
