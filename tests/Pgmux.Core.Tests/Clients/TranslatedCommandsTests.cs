using System.Text;
using Pgmux.Core.Clients;
using Pgmux.Core.Statements;
using Pgmux.Core.Tests.Statements;

namespace Pgmux.Core.Tests.Clients;

/// <summary>What a translated text remembers of the client's own.</summary>
[TestFixture, FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class TranslatedCommandsTests
{
    private const int NoLimit = 10_000;

    private readonly StatementRegistry _registry = new(loops: 1);
    private readonly ClientStatements _client = new();
    private readonly Statement _a;
    private readonly Statement _b;

    public TranslatedCommandsTests()
    {
        _a = _registry.Give(_client, "a", StatementLevel.Sql, " AS SELECT 1");
        _b = _registry.Give(_client, "b", StatementLevel.Protocol, "SELECT 2\0\0\0");
    }

    [Test]
    public void A_Parse_keeps_all_that_follows_the_name()
    {
        var definition = Definitions.Of("EXECUTE a", 23, 25);
        var text = new CommandTranslation(_registry, _client, NoLimit).Translate(definition, default, isQuery: false, out var refusal)!;
        Assert.That(refusal, Is.Null);
        Assert.That(Encoding.UTF8.GetString(text.Sql), Is.EqualTo($"EXECUTE \"{Encoding.UTF8.GetString(_a.ServerName)}\""));
        Assert.That(text.Commands.Source, Is.EqualTo(definition));
        Assert.That(text.Commands.IsQuery, Is.False);
        text.Commands.Release();
        Assert.That(Translate("EXECUTE a").Source, Is.Empty, "a query is not run anew");
    }

    [Test, Property("Row", "E17")]
    public void A_text_is_current_until_a_name_in_it_stands_for_something_else()
    {
        var one = Translate("EXECUTE a");
        var both = Translate("EXECUTE a; EXECUTE c; EXECUTE b");
        Assert.That((one.IsCurrent, both.IsCurrent), Is.EqualTo((true, true)));
        Assert.That(both.Resolved.Select(step => (Encoding.UTF8.GetString(step.Name), step.Statement)), Is.EqualTo(new[] { ("a", _a), ("c", null), ("b", _b) }));
        _registry.Give(_client, "d", StatementLevel.Sql, " AS SELECT 4");
        Assert.That((one.IsCurrent, both.IsCurrent), Is.EqualTo((true, true)), "it is no name of theirs");
        var c = _registry.Give(_client, "c", StatementLevel.Sql, " AS SELECT 3");
        Assert.That((one.IsCurrent, both.IsCurrent), Is.EqualTo((true, false)), "it stood for nothing");
        _client.Find("c"u8)!.Binding.Set(null, StatementHolder.Client);
        Assert.That(both.IsCurrent, Is.True);
        _client.Find("a"u8)!.Binding.Set(c, StatementHolder.Client);
        Assert.That((one.IsCurrent, both.IsCurrent), Is.EqualTo((false, false)));
    }

    [TestCase("PREPARE a AS SELECT 9", "a")]
    [TestCase("PREPARE a AS SELECT 9; PREPARE b AS SELECT 9; PREPARE c AS SELECT 9", "a b")]
    [TestCase("EXECUTE a; PREPARE b AS SELECT 9", "b")]
    [TestCase("PREPARE c AS SELECT 9; PREPARE c AS SELECT 9", "")]
    [TestCase("DEALLOCATE a; PREPARE a AS SELECT 9", "")]
    [TestCase("DEALLOCATE ALL; PREPARE a AS SELECT 9", "")]
    [Property("Row", "E09")]
    public void Names_that_are_given_a_second_time_are_taken(string sql, string taken)
    {
        var commands = Translate(sql);
        Assert.That(commands.Taken, Is.EqualTo(taken.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(name => name == "a" ? _a : _b)));
        Assert.That(commands.Taken, Is.SubsetOf(commands.Required));
    }

    [TestCase("EXECUTE a(1/0) x")]
    [TestCase("SELECT 'é'; EXECUTE \"b\" ( nope ), EXECUTE a nope")]
    [TestCase("EXECUTE a; EXECUTE c; PREPARE c AS SELECT é; EXECUTE b;\nEXECUTE U&\"\\0061\" nope")]
    [TestCase("SELECT 1 EXECUTE")]
    public void The_position_of_an_error_is_that_in_the_clients_text(string sql)
    {
        var text = Run(sql);
        var sent = Encoding.UTF8.GetString(text.Sql);
        var commands = text.Commands;
        Assert.That(commands.OriginalPosition(1), Is.EqualTo(1));
        // Every character outside of the names is where it was, counted from the left.
        var inSent = 0;
        var inSource = 0;
        foreach (var name in commands.Replaced)
        {
            for (; inSent < name.Start; inSent++, inSource++)
            {
                Assert.That(sql[inSource], Is.EqualTo(sent[inSent]));
                Assert.That(commands.OriginalPosition(inSent + 1), Is.EqualTo(inSource + 1));
            }

            Assert.That(commands.OriginalPosition(inSent + 1), Is.EqualTo(inSource + 1), "the name itself");
            var length = sent.IndexOf('"', inSent + 1) + 1 - inSent;
            inSent += length;
            inSource += length - name.Excess;
        }

        for (; inSent < sent.Length; inSent++, inSource++)
        {
            Assert.That(sql[inSource], Is.EqualTo(sent[inSent]));
            Assert.That(commands.OriginalPosition(inSent + 1), Is.EqualTo(inSource + 1));
        }

        Assert.That(inSource, Is.EqualTo(sql.Length));
    }

    [Test, Property("Row", "E08")]
    public void The_clients_own_names_are_known_by_number()
    {
        var commands = Translate("EXECUTE a; PREPARE c AS SELECT 9; EXECUTE nope");
        Assert.That(commands.NameOf(_a.Number), Is.EqualTo("a"u8.ToArray()));
        Assert.That(commands.NameOf(commands.Steps.Single().Statement!.Number), Is.EqualTo("c"u8.ToArray()));
        Assert.That(commands.NameOf(_b.Number), Is.Null);
    }

    private StatementCommands Translate(string sql) => Run(sql).Commands;

    private RewrittenText Run(string sql) =>
        new CommandTranslation(_registry, _client, NoLimit).Translate(Encoding.UTF8.GetBytes(sql), default, isQuery: true, out _)!;
}
