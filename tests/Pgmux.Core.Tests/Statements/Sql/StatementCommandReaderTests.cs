using Pgmux.Core.Statements.Sql;

namespace Pgmux.Core.Tests.Statements.Sql;

[TestFixture]
internal sealed class StatementCommandReaderTests
{
    [TestCaseSource(typeof(CommandCases), nameof(CommandCases.All))]
    public void Commands_are_found_where_they_stand(CommandCase text)
    {
        var (commands, count) = SqlTexts.Read(SqlTexts.Bytes(text.Sql), SqlTexts.Standard);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(commands.Select(command => SqlTexts.Describe(command, text.Sql)), Is.EqualTo(text.Commands));
            Assert.That(count, Is.EqualTo(text.StatementCount));
        }
    }

    [TestCaseSource(typeof(CommandCases), nameof(CommandCases.All))]
    public void Every_beginning_of_a_text_is_read_to_its_end(CommandCase text)
    {
        var sql = SqlTexts.Bytes(text.Sql);
        foreach (var dialect in SqlTexts.Dialects)
        {
            for (var length = 0; length <= sql.Length; length++)
            {
                var part = sql[..length];
                var (commands, count) = SqlTexts.Read(part, dialect);
                Assert.That(SqlTexts.Tokens(part, dialect).Sum(token => token.Length), Is.EqualTo(length));
                Assert.That(commands, Has.Count.LessThanOrEqualTo(count));
                Assert.That(StatementCommandReader.MayContain(part) || commands.Count == 0, Is.True, $"the first {length} bytes");
            }
        }
    }

    [TestCase("SELECT abalance FROM pgbench_accounts WHERE aid = 1;")]
    [TestCase("  -- c\n/* c */ SELECT 1")]
    [TestCase("BEGIN; SELECT 1; COMMIT;")]
    [TestCase("CREATE TABLE t (a text)")]
    [TestCase("EXPLAIN SELECT 1")]
    [TestCase("DELETE FROM prepare")]
    [TestCase("END")]
    [TestCase("")]
    [TestCase(";")]
    [TestCase(" ; ; ")]
    [TestCase("SELECT 'a;b'")]
    [TestCase("SELECT 'a; b'; x")]
    public void Ordinary_texts_need_no_closer_look(string sql) => Assert.That(StatementCommandReader.MayContain(SqlTexts.Bytes(sql)), Is.False);

    [TestCase("SELECT 'a\\'; EXECUTE a; --'", 1, 0)]
    [TestCase("SELECT E'a\\'; EXECUTE a; --'", 0, 0)]
    [TestCase("SELECT 'a\\''; EXECUTE a; --'", 0, 1)]
    public void Backslashes_count_as_the_session_says(string sql, int standard, int nonstandard)
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That(SqlTexts.Read(SqlTexts.Bytes(sql), SqlTexts.Standard).Commands, Has.Count.EqualTo(standard));
            Assert.That(SqlTexts.Read(SqlTexts.Bytes(sql), SqlTexts.Nonstandard).Commands, Has.Count.EqualTo(nonstandard));
        }
    }

    [Test]
    public void A_backslash_that_ends_a_character_escapes_nothing()
    {
        var sql = SqlTexts.Bytes("SELECT '\u0083\\'; EXECUTE a; --'");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(SqlTexts.Read(sql, SqlTexts.ShiftJis).Commands, Has.Count.EqualTo(1));
            Assert.That(SqlTexts.Read(sql, SqlTexts.Nonstandard).Commands, Is.Empty);
        }
    }

    [Test]
    public void Reading_allocates_nothing()
    {
        var texts = CommandCases.All.Select(text => SqlTexts.Bytes(text.Sql)).ToArray();
        var name = new byte[SqlIdentifier.MaximumBytes];

        // The first round compiles, and builds the sets of characters.
        ReadAll(texts, name);
        var before = GC.GetAllocatedBytesForCurrentThread();
        var commands = ReadAll(texts, name);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        using (Assert.EnterMultipleScope())
        {
            Assert.That(allocated, Is.Zero);
            Assert.That(commands, Is.GreaterThan(100));
        }
    }

    private static int ReadAll(byte[][] texts, byte[] name)
    {
        var commands = 0;
        foreach (var text in texts)
        {
            StatementCommandReader.MayContain(text);
            var reader = new StatementCommandReader(text, SqlDialect.From("off", "GB-18030"));
            while (reader.MoveNext(out var command))
            {
                commands++;
                SqlIdentifier.Fold(text.AsSpan(command.NameStart, command.NameLength), name);
            }
        }

        return commands;
    }
}
