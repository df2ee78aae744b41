using FsCheck;
using FsCheck.Fluent;
using Pgmux.Core.Configuration;

namespace Pgmux.Core.Tests.Configuration;

[TestFixture]
internal sealed class ConnectionStringTests
{
    [TestCase("", "")]
    [TestCase("   ", "")]
    [TestCase("host=a port=1", "host:a|port:1")]
    [TestCase("  host = a   port= 1 ", "host:a|port:1")]
    [TestCase("password='a b''c'", "password:a b'c")]
    [TestCase("password=''''", "password:'")]
    [TestCase("a=b=c", "a:b=c")]
    [TestCase("connect_query='SELECT 1; SELECT ''x''' host=h", "connect_query:SELECT 1; SELECT 'x'|host:h")]
    public void Pairs_are_read_as_PgBouncer_reads_them(string text, string expected)
    {
        var pairs = new List<KeyValuePair<string, string>>();
        Assert.That(ConnectionString.TryParse(text, pairs, out _), Is.True);
        Assert.That(string.Join('|', pairs.Select(pair => $"{pair.Key}:{pair.Value}")), Is.EqualTo(expected));
    }

    [TestCase("host", "expected key=value at character 5")]
    [TestCase("host a", "expected key=value at character 6")]
    [TestCase("=a", "expected key=value at character 1")]
    [TestCase("host=", "host has an empty value")]
    [TestCase("host=''", "host has an empty value")]
    [TestCase("password='secret", "the quoted value of password has no end, or text follows its closing quote")]
    [TestCase("password='sec'ret", "the quoted value of password has no end, or text follows its closing quote")]
    [TestCase("password=two hunter2=", "what stands behind password (is it in single quotes, if it has blanks?) has an empty value")]
    [TestCase(
        "password=two hunter2='x",
        "the quoted value of what stands behind password (is it in single quotes, if it has blanks?) has no end, or text follows its closing quote")]
    [Property("Row", "Z06")]
    public void What_is_no_pair_is_named_without_its_value(string text, string problem)
    {
        Assert.That(ConnectionString.TryParse(text, [], out var found), Is.False);
        Assert.That(found, Is.EqualTo($"syntax error in connection string: {problem}"));
    }

    [Test]
    [Property("Row", "B10")]
    public void What_was_printed_is_read_as_the_same_pairs()
    {
        var keys = Gen.Elements("host", "password", "connect_query", "x");
        var values = ArbMap.Default.GeneratorFor<NonEmptyString>().Select(value => value.Get);
        var pair = keys.SelectMany(key => values.Select(value => KeyValuePair.Create(key, value)));
        Check.QuickThrowOnFailure(Prop.ForAll(Gen.ArrayOf(pair).ToArbitrary(), pairs =>
        {
            var read = new List<KeyValuePair<string, string>>();
            return ConnectionString.TryParse(ConnectionString.Print(pairs), read, out _) && read.SequenceEqual(pairs);
        }));
    }

    [Test]
    public void Random_text_never_throws()
    {
        var pieces = Gen.Elements("host", "=", " ", "'", "''", "a", "\0", "\uD800");
        Check.QuickThrowOnFailure(Prop.ForAll(Gen.ArrayOf(pieces).Select(string.Concat).ToArbitrary(), text =>
        {
            var pairs = new List<KeyValuePair<string, string>>();
            return ConnectionString.TryParse(text, pairs, out var problem) ? pairs.All(pair => pair.Value.Length > 0) : problem.Length > 0;
        }));
    }
}
