using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Pgmux.Core.Parameters;
using Pgmux.Testing.FakePostgres;

namespace Pgmux.Core.Tests.Parameters;

[TestFixture]
internal sealed class ParameterSqlTests
{
    private static readonly TrackedParameters Tracked = new(["search_path", "my.setting"]);

    [Test, Property("Row", "B163")]
    public void Any_value_comes_back_as_it_was_under_both_quoting_rules_and_in_one_statement() =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(5_000), Prop.ForAll<string, bool>((text, isPlain) =>
        {
            var value = WellFormed(text ?? "", isPlain);
            var literal = new StringBuilder();
            ParameterSql.AppendLiteral(literal, value);
            var sql = literal.ToString();
            return Ascii.IsValid(sql)
                && new[] { true, false }.All(standard => SqlText.Split(sql, standard) is [var only] && SqlText.Unquote(only, standard) == value);
        }));

    [TestCase("'; DROP TABLE x; --", "SET \"application_name\"='''; DROP TABLE x; --'")]
    [TestCase(@"\'; DROP TABLE x; --", @"SET ""application_name""=E'\\''; DROP TABLE x; --'")]
    [TestCase("", "SET \"application_name\"=''")]
    [TestCase("é", @"SET ""application_name""=E'\u00E9'")]
    [TestCase("😀", @"SET ""application_name""=E'\U0001F600'")]
    [TestCase("a\nb", @"SET ""application_name""=E'a\u000Ab'")]
    [Property("Row", "B163")]
    public void A_value_cannot_end_its_literal(string value, string expected)
    {
        var wanted = ParameterSet.Unknown(Tracked.Count).With(Tracked.ApplicationName, value);
        Assert.That(ParameterSql.Difference(Tracked, ParameterSet.Unknown(Tracked.Count), wanted), Is.EqualTo(expected));
    }

    [Test]
    public void Only_what_differs_is_set_and_what_the_client_never_set_is_reset()
    {
        var current = ParameterSet.Unknown(Tracked.Count).With(Tracked.IndexOf("TimeZone"), "UTC").With(Tracked.IndexOf("DateStyle"), "ISO, MDY");
        var wanted = current.With(Tracked.IndexOf("TimeZone"), null).With(Tracked.IndexOf("my.setting"), "x");
        Assert.That(ParameterSql.Difference(Tracked, current, wanted), Is.EqualTo("RESET \"TimeZone\";SET \"my\".\"setting\"='x'"));
        Assert.That(ParameterSql.Difference(Tracked, wanted, wanted), Is.Null);
    }

    [Test, Property("Row", "B163")]
    public void A_list_is_given_back_as_it_was_reported()
    {
        var wanted = ParameterSet.Unknown(Tracked.Count).With(Tracked.IndexOf("search_path"), "\"$user\", public");
        Assert.That(
            ParameterSql.Difference(Tracked, ParameterSet.Unknown(Tracked.Count), wanted),
            Is.EqualTo("SELECT pg_catalog.set_config('search_path','\"$user\", public',false)"));
    }

    // A reported value is text of the database: no half characters and no zero.
    private static string WellFormed(string text, bool isPlain) =>
        string.Concat(text.EnumerateRunes().Where(rune => rune.Value > 0 && (!isPlain || rune.IsAscii)).Select(rune => rune.ToString()));
}
