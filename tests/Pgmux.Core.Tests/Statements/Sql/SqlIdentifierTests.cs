using System.Text;
using Pgmux.Core.Statements.Sql;

namespace Pgmux.Core.Tests.Statements.Sql;

[TestFixture]
internal sealed class SqlIdentifierTests
{
    private const string Longest = "a23456789_b23456789_c23456789_d23456789_e23456789_f23456789_g23";

    [TestCase("abc", "abc")]
    [TestCase("ABC_1$", "abc_1$")]
    [TestCase("_A", "_a")]
    [TestCase("ÄBC", "Äbc")]
    [TestCase("\"aBc\"", "aBc")]
    [TestCase("\"a\"\"b\"\"\"", "a\"b\"")]
    [TestCase("\"\"\"\"", "\"")]
    [TestCase("\" a;--/*$$'\"", " a;--/*$$'")]
    [TestCase("\"\\\"", "\\")]
    [TestCase("\"日本\"", "日本")]
    [TestCase("U&\"d\\0061t\\+000061\"", "data")]
    [TestCase("u&\"a\"\"B\"", "a\"B")]
    [TestCase("U&\"\\\\\"", "\\")]
    [TestCase("U&\"\\00e4\\65e5\"", "ä日")]
    [TestCase("U&\"\\d83d\\de00\\+01F600\"", "😀😀")]
    [TestCase("U&\"\\+00d83d\\+00de00\"", "😀")]
    [TestCase("U&\"d!0061t!!\\\" UESCAPE '!'", "dat!\\")]
    [TestCase("U&\"d!0061\"/*c*/uescape --x\n '!'", "da")]
    public void A_name_is_kept_as_PostgreSQL_does(string token, string name) => Assert.That(Fold(token), Is.EqualTo(name));

    [TestCase("")]
    [TestCase("\"\"")]
    [TestCase("\"")]
    [TestCase("\"a")]
    [TestCase("\"a\"b")]
    [TestCase("1a")]
    [TestCase("a b")]
    [TestCase("'a'")]
    [TestCase("U&\"\"")]
    [TestCase("U&\"a")]
    [TestCase("U&\"\\\"")]
    [TestCase("U&\"\\006\"")]
    [TestCase("U&\"\\00 1\"")]
    [TestCase("U&\"\\+00006\"")]
    [TestCase("U&\"\\0000\"")]
    [TestCase("U&\"\\+110000\"")]
    [TestCase("U&\"\\d83d\"")]
    [TestCase("U&\"\\d83dx\"")]
    [TestCase("U&\"\\de00\\d83d\"")]
    [TestCase("U&\"\\d83d\\0061\"")]
    [TestCase("U&\"a\" UESCAPE")]
    [TestCase("U&\"a\" UESCAPE ''")]
    [TestCase("U&\"a\" UESCAPE '!!'")]
    [TestCase("U&\"a\" UESCAPE 'a'")]
    [TestCase("U&\"a\" UESCAPE '+'")]
    [TestCase("U&\"a\" UESCAPE '\"'")]
    [TestCase("U&\"a\" UESCAPE ' '")]
    [TestCase("U&\"a\" UESCAPE '!' x")]
    [TestCase("U&\"a\" x '!'")]
    public void What_is_no_name_is_told(string token) => Assert.That(Fold(token), Is.Null);

    [TestCase(Longest, Longest)]
    [TestCase(Longest + "X", Longest)]
    [TestCase("\"" + Longest + "X\"", Longest)]
    [TestCase("\"" + Longest + "\"\"\"", Longest)]
    [TestCase("U&\"" + Longest + "\\0061\"", Longest)]
    [TestCase("x" + Longest, "xa23456789_b23456789_c23456789_d23456789_e23456789_f23456789_g2")]
    public void A_long_name_is_cut(string token, string name) => Assert.That(Fold(token), Is.EqualTo(name));

    [TestCase("ä", 31)]
    [TestCase("日", 21)]
    [TestCase("😀", 15)]
    public void A_long_name_is_cut_where_a_character_ends(string character, int whole)
    {
        var expected = string.Concat(Enumerable.Repeat(character, whole));
        var written = string.Concat(Enumerable.Repeat(character, 40));
        var escaped = string.Concat(Enumerable.Repeat(character.Length == 1 ? $"\\{(int)character[0]:x4}" : $"\\{(int)character[0]:x4}\\{(int)character[1]:x4}", 40));

        using (Assert.EnterMultipleScope())
        {
            Assert.That(Fold(written), Is.EqualTo(expected));
            Assert.That(Fold($"\"{written}\""), Is.EqualTo(expected));
            Assert.That(Fold($"U&\"{escaped}\""), Is.EqualTo(expected));
        }
    }

    [Test]
    public void A_long_name_with_an_error_behind_the_cut_is_still_no_name() => Assert.That(Fold("U&\"" + Longest + "\\006\""), Is.Null);

    [Test]
    public void The_second_byte_of_a_character_is_not_lowered()
    {
        var token = SqlTexts.Bytes("A\u0083AB");
        var destination = new byte[SqlIdentifier.MaximumBytes];
        using (Assert.EnterMultipleScope())
        {
            Assert.That(destination[..SqlIdentifier.Fold(token, destination, SqlTexts.DoubleByte)], Is.EqualTo(SqlTexts.Bytes("a\u0083Ab")));
            Assert.That(destination[..SqlIdentifier.Fold(token, destination)], Is.EqualTo(SqlTexts.Bytes("a\u0083ab")));
        }
    }

    [Test]
    public void A_single_byte_encoding_survives()
    {
        var destination = new byte[SqlIdentifier.MaximumBytes];
        Assert.That(destination[..SqlIdentifier.Fold(SqlTexts.Bytes("\"\u00e4\u00f0\"\"X\u00e9\""), destination)], Is.EqualTo(SqlTexts.Bytes("\u00e4\u00f0\"X\u00e9")));
    }

    private static string? Fold(string token)
    {
        var destination = new byte[SqlIdentifier.MaximumBytes];
        var length = SqlIdentifier.Fold(Encoding.UTF8.GetBytes(token), destination);
        return length == SqlIdentifier.NotAName ? null : Encoding.UTF8.GetString(destination, 0, length);
    }
}
