using FsCheck;
using FsCheck.Fluent;
using Pgmux.Core.Admin;

namespace Pgmux.Core.Tests.Admin;

[TestFixture]
internal sealed class ConsoleCommandParserTests
{
    [TestCase("SHOW POOLS", "show", "POOLS")]
    [TestCase("show pools;", "show", "pools")]
    [TestCase(" \t\r\nShow\n pools ; \n", "show", "pools")]
    [TestCase("SELECT version", "select", "version")]
    [TestCase("RELOAD", "reload", "")]
    [TestCase("RELOAD ;", "reload", "")]
    [TestCase("PAUSE \"My \"\"db\"\"\"", "pause", "My \"db\"")]
    [TestCase("\"show\" \"pools\"", "show", "pools")]
    [TestCase("kill_client 12", "kill_client", "12")]
    public void A_command_is_a_word_and_perhaps_an_argument(string text, string word, string argument)
    {
        Assert.That(ConsoleCommandParser.TryParse(text, out var command, out _), Is.True);
        Assert.That(command, Is.EqualTo(new ConsoleCommand(word, argument)));
    }

    [TestCase("SET a = b", "a", "b")]
    [TestCase("set a=b;", "a", "b")]
    [TestCase("SET a TO b", "a", "b")]
    [TestCase("SET a to 'it''s; fine'", "a", "it's; fine")]
    [TestCase("SET \"a\" = \"b c\"", "a", "b c")]
    [TestCase("SET a=''", "a", "")]
    [TestCase("SET a to'x'", "a", "x")]
    public void SET_has_a_key_and_a_value(string text, string key, string value)
    {
        Assert.That(ConsoleCommandParser.TryParse(text, out var command, out _), Is.True);
        Assert.That(command, Is.EqualTo(new ConsoleCommand("set", key, value)));
    }

    [TestCase("")]
    [TestCase(";")]
    [TestCase(";;;;")]
    [TestCase("SHOW POOLS;;")]
    [TestCase("SHOW POOLS; SHOW STATS")]
    [TestCase("SHOW POOLS STATS")]
    [TestCase("SHOW 'pools'")]
    [TestCase("SHOW \"pools")]
    [TestCase("SHOW -- x")]
    [TestCase("SHOW pools -- x")]
    [TestCase("SHOWÄ")]
    [TestCase("SET")]
    [TestCase("SET a")]
    [TestCase("SET a b")]
    [TestCase("SET a = ")]
    [TestCase("SET a = 'b")]
    [TestCase("SET a = b c")]
    [TestCase("SELECT 1 + 1")]
    [Property("Row", "B12")]
    [Property("Row", "D03")]
    public void Anything_else_is_refused_with_a_hint(string text)
    {
        Assert.That(ConsoleCommandParser.TryParse(text, out _, out var problem), Is.False);
        Assert.That(problem, Is.EqualTo($"invalid command '{text}', use SHOW HELP;"));
    }

    [TestCase(63, true)]
    [TestCase(64, false)]
    public void An_argument_has_a_longest_length(int length, bool isAccepted)
    {
        Assert.That(ConsoleCommandParser.TryParse("PAUSE " + new string('x', length), out _, out var problem), Is.EqualTo(isAccepted));
        Assert.That(problem, Is.EqualTo("bad arguments"));
    }

    [TestCase(255, true)]
    [TestCase(256, false)]
    public void A_value_has_a_longest_length(int length, bool isAccepted)
        => Assert.That(ConsoleCommandParser.TryParse($"SET a = '{new string('x', length)}'", out _, out _), Is.EqualTo(isAccepted));

    [Test]
    [Property("Row", "D03")]
    public void A_long_bad_command_is_cut_in_the_error()
    {
        ConsoleCommandParser.TryParse(new string('(', 1_000_000), out _, out var problem);
        Assert.That(problem, Has.Length.LessThan(300));
        Assert.That(problem, Does.StartWith("invalid command '((((").And.EndsWith("...', use SHOW HELP;"));
    }

    [Test]
    [Property("Row", "B12")]
    public void What_is_understood_means_the_same_when_it_is_written_with_quotes()
    {
        var pieces = Gen.Elements("SHOW", "set", " ", "  ", "\"", "'", "''", "\"\"", ";", "=", "to", "TO ", "x", "_", "\n", "\0", "ä", "\uD800", "--", "pools");
        Check.QuickThrowOnFailure(Prop.ForAll(Gen.ArrayOf(pieces).Select(string.Concat).ToArbitrary(), text =>
            !ConsoleCommandParser.TryParse(text, out var command, out _)
                || (ConsoleCommandParser.TryParse(Quoted(command), out var again, out _) && again == command)));
    }

    private static string Quoted(ConsoleCommand command)
    {
        var argument = command.Argument.Length == 0 ? "" : $" \"{command.Argument.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
        return command.Value is { } value
            ? $"set{argument} = '{value.Replace("'", "''", StringComparison.Ordinal)}'"
            : $"\"{command.Word.Replace("\"", "\"\"", StringComparison.Ordinal)}\"{argument}";
    }
}
