using FsCheck;
using FsCheck.Fluent;
using Pgmux.Core.Configuration.Hba;

namespace Pgmux.Core.Tests.Configuration.Hba;

[TestFixture]
internal sealed class HbaLexerTests
{
    [TestCase("", "")]
    [TestCase(" \t # all of it", "")]
    [TestCase("a b\tc", "a|b|c")]
    [TestCase("a,b c", "a+b|c")]
    [TestCase("a , b,c d", "a+b+c|d")]
    [TestCase("a# b", "a")]
    [TestCase("\"a b\" \"c,d\" \"#\"", "'a b'|'c,d'|'#'")]
    [TestCase("\"a\"\"b\"", "'a\"b'")]
    [TestCase("\"\"", "''")]
    [TestCase("\"a\"b c", "'ab'|c")]
    [TestCase("map=\"two words\"", "map=two words")]
    [TestCase("@\"a file\"", "@a file")]
    [TestCase("\\ a\\b", "\\|a\\b")]
    public void Lines_are_split_as_by_PostgreSQL(string line, string expected) => Assert.That(Split(line), Is.EqualTo(expected));

    [TestCase("a,", "a comma stands at its end, and nothing follows")]
    [TestCase("a, # b", "a comma stands at its end, and nothing follows")]
    [TestCase(", a", "a comma stands where a word is expected")]
    [TestCase("a,,b", "a comma stands where a word is expected")]
    [TestCase("a \"b", "a quote in it has no end")]
    [TestCase("a \"b\"\"", "a quote in it has no end")]
    public void What_cannot_be_meant_is_told(string line, string problem)
    {
        Assert.That(HbaLexer.TrySplit(line, [], out var found), Is.False);
        Assert.That(found, Is.EqualTo(problem));
    }

    [Test]
    public void What_is_printed_reads_back()
    {
        var pieces = Gen.Elements("a", "b1", "\"", "\"\"", ",", " ", "#", "\t", "@", "+", "/", "é", "\\");
        Check.QuickThrowOnFailure(Prop.ForAll(Gen.ArrayOf(pieces).ToArbitrary(), parts =>
        {
            var fields = new List<HbaField>();
            if (!HbaLexer.TrySplit(string.Concat(parts), fields, out _))
            {
                return true;
            }

            var again = new List<HbaField>();
            return HbaLexer.TrySplit(string.Join(' ', fields), again, out _)
                && fields.SelectMany(field => field.Tokens).SequenceEqual(again.SelectMany(field => field.Tokens))
                && fields.Select(field => field.Tokens.Count).SequenceEqual(again.Select(field => field.Tokens.Count));
        }));
    }

    private static string Split(string line)
    {
        var fields = new List<HbaField>();
        Assert.That(HbaLexer.TrySplit(line, fields, out _));
        return string.Join('|', fields.Select(field => string.Join('+', field.Tokens.Select(token => token.IsQuoted ? $"'{token.Text}'" : token.Text))));
    }
}
