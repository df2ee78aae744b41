using System.Text;
using Pgmux.Core.Statements;
using Pgmux.Core.Statements.Sql;

namespace Pgmux.Core.Tests.Statements;

[TestFixture, FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class StatementNamesTests
{
    private readonly StatementNames _names = new();

    [Test]
    public void A_name_is_an_SQL_identifier_as_it_stands()
    {
        byte[][] all = [_names.Next().Name, _names.Nobody, _names.Helper, [.. _names.Prefix, .. Encoding.ASCII.GetBytes($"{long.MaxValue}")]];
        var folded = new byte[SqlIdentifier.MaximumBytes];
        foreach (var name in all)
        {
            // Nothing is folded and nothing cut.
            Assert.That(SqlIdentifier.Fold(name, folded), Is.EqualTo(name.Length));
            Assert.That(folded[..name.Length], Is.EqualTo(name));
        }
    }

    [Test]
    public void Numbers_begin_with_one_and_name_the_statement()
    {
        Assert.That(Enumerable.Range(0, 3).Select(_ => _names.Next().Number), Is.EqualTo(new[] { 1, 2, 3 }));
        var (number, name) = _names.Next();
        Assert.That(name, Is.EqualTo((byte[])[.. _names.Prefix, (byte)'4']));
        Assert.That(number, Is.EqualTo(4));
    }

    [Test, Property("Row", "B92")]
    public void Every_process_has_names_of_its_own()
    {
        var prefixes = Enumerable.Range(0, 1_000).Select(_ => Encoding.ASCII.GetString(new StatementNames().Prefix)).ToArray();
        Assert.That(prefixes, Is.Unique);
        Assert.That(prefixes, Has.All.Match("^pgmux_[a-z2-7]{8}_$"));
    }

    [Test, Property("Row", "B91")]
    public void No_number_is_given_twice_when_all_loops_ask_at_once()
    {
        const int Threads = 4;
        const int Numbers = 50_000;
        var given = new long[Threads * Numbers];
        Parallel.For(0, Threads, thread =>
        {
            for (var i = 0; i < Numbers; i++)
            {
                given[(thread * Numbers) + i] = _names.Next().Number;
            }
        });
        Assert.That(given.Distinct().Count(), Is.EqualTo(given.Length));
        Assert.That(given.Max(), Is.EqualTo(given.Length));
    }

    [Test]
    public void What_pgmux_uses_itself_is_no_name_of_a_statement()
    {
        Assert.That(_names.Nobody, Is.Not.EqualTo(_names.Helper));
        Assert.That(Found(_names.Nobody), Is.Null);
        Assert.That(Found(_names.Helper), Is.Null);
    }

    [TestCase("prepared statement \"{0}12\" does not exist", 12)]
    [TestCase("{0}1", 1)]
    [TestCase("{0}7{0}8", 7)]
    [TestCase("a {0}nobody, and {0}9", 9)]
    [TestCase("a {0}, and {0}9", 9)]
    [TestCase("{0}", null)]
    [TestCase("{0}x", null)]
    [TestCase("pgmux_1", null)]
    [TestCase("", null)]
    [TestCase("{0}99999999999999999999", null)]
    public void Names_are_found_in_texts(string text, long? number) =>
        Assert.That(Found(Encoding.ASCII.GetBytes(text.Replace("{0}", Encoding.ASCII.GetString(_names.Prefix), StringComparison.Ordinal))), Is.EqualTo(number));

    [Test]
    public void Names_of_another_process_are_not_found() => Assert.That(Found(new StatementNames().Next().Name), Is.Null);

    private long? Found(byte[] text)
    {
        if (!_names.TryFind(text, out var start, out var length, out var number))
        {
            return null;
        }

        Assert.That(text[start..(start + length)], Is.EqualTo((byte[])[.. _names.Prefix, .. Encoding.ASCII.GetBytes($"{number}")]));
        return number;
    }
}
