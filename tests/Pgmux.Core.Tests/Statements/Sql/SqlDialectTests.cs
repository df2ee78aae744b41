using Pgmux.Core.Statements.Sql;

namespace Pgmux.Core.Tests.Statements.Sql;

[TestFixture]
internal sealed class SqlDialectTests
{
    [TestCase("on", false)]
    [TestCase("", false)]
    [TestCase("true", false)]
    [TestCase("1", false)]
    [TestCase("o", false)]
    [TestCase("offf", false)]
    [TestCase("off", true)]
    [TestCase("OFF", true)]
    [TestCase("of", true)]
    [TestCase("false", true)]
    [TestCase("F", true)]
    [TestCase("no", true)]
    [TestCase("n", true)]
    [TestCase("0", true)]
    public void Boolean_values_are_read_as_PostgreSQL_reads_them(string value, bool hasEscapes) =>
        Assert.That(SqlDialect.From(value, "").HasBackslashEscapes, Is.EqualTo(hasEscapes));

    [TestCase("UTF8", SqlCharacterRule.AsciiSafe)]
    [TestCase("", SqlCharacterRule.AsciiSafe)]
    [TestCase("LATIN1", SqlCharacterRule.AsciiSafe)]
    [TestCase("EUC_JIS_2004", SqlCharacterRule.AsciiSafe)]
    [TestCase("a name that is longer than any encoding's", SqlCharacterRule.AsciiSafe)]
    [TestCase("JOHAB", SqlCharacterRule.AsciiSafe)]
    [TestCase("BIG5", SqlCharacterRule.DoubleByte)]
    [TestCase("Windows-950", SqlCharacterRule.DoubleByte)]
    [TestCase("gbk", SqlCharacterRule.DoubleByte)]
    [TestCase("WIN936", SqlCharacterRule.DoubleByte)]
    [TestCase("UHC", SqlCharacterRule.DoubleByte)]
    [TestCase("win949", SqlCharacterRule.DoubleByte)]
    [TestCase("GB-18030", SqlCharacterRule.DoubleByte)]
    [TestCase("SJIS", SqlCharacterRule.ShiftJis)]
    [TestCase("shift_jis", SqlCharacterRule.ShiftJis)]
    [TestCase("Mskanji", SqlCharacterRule.ShiftJis)]
    [TestCase("WIN932", SqlCharacterRule.ShiftJis)]
    [TestCase("SHIFT_JIS_2004", SqlCharacterRule.ShiftJis)]
    public void Encodings_are_known_by_letters_and_digits_of_their_names(string encoding, SqlCharacterRule rule) =>
        Assert.That(SqlDialect.From("on", encoding).Characters, Is.EqualTo(rule));

    [Test]
    public void The_default_is_that_of_PostgreSQL() => Assert.That(SqlDialect.From("on", "UTF8"), Is.EqualTo(default(SqlDialect)));
}
