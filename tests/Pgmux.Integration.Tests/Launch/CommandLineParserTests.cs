using FsCheck;
using FsCheck.Fluent;

namespace Pgmux.Integration.Tests.Launch;

[TestFixture]
internal sealed class CommandLineParserTests
{
    private static TestCaseData<string, object>[] Lines =>
    [
        new("x.ini", new CommandLine { ConfigFile = "x.ini" }),
        new("-q x.ini", new CommandLine { ConfigFile = "x.ini", IsQuiet = true }),
        new("--quiet x.ini", new CommandLine { ConfigFile = "x.ini", IsQuiet = true }),
        new("x.ini -q", new CommandLine { ConfigFile = "x.ini", IsQuiet = true }),
        new("-vqv x.ini --verbose", new CommandLine { ConfigFile = "x.ini", IsQuiet = true, Verbosity = 3 }),
        new("-u bob x.ini", new CommandLine { ConfigFile = "x.ini", User = "bob" }),
        new("-ubob x.ini", new CommandLine { ConfigFile = "x.ini", User = "bob" }),
        new("-qubob x.ini", new CommandLine { ConfigFile = "x.ini", User = "bob", IsQuiet = true }),
        new("--user=bob x.ini", new CommandLine { ConfigFile = "x.ini", User = "bob" }),
        new("--user bob x.ini", new CommandLine { ConfigFile = "x.ini", User = "bob" }),
        new("--us bob x.ini", new CommandLine { ConfigFile = "x.ini", User = "bob" }),
        new("-d -R x.ini", new CommandLine { ConfigFile = "x.ini", IsDaemon = true, IsReboot = true }),
        new("--daemon --reboot x.ini", new CommandLine { ConfigFile = "x.ini", IsDaemon = true, IsReboot = true }),
        new("--check x.ini", new CommandLine { ConfigFile = "x.ini", Action = CommandLineAction.Check }),
        new("-- -q", new CommandLine { ConfigFile = "-q" }),
        new("-", new CommandLine { ConfigFile = "-" }),
        new("-V", new CommandLine { Action = CommandLineAction.ShowVersion }),
        new("--version", new CommandLine { Action = CommandLineAction.ShowVersion }),
        new("-h", new CommandLine { Action = CommandLineAction.ShowHelp }),
        new("--help --nonsense", new CommandLine { Action = CommandLineAction.ShowHelp }),
    ];

    [TestCaseSource(nameof(Lines))]
    public void Arguments_are_read_as_getopt_reads_them(string line, object expected)
        => Assert.That(CommandLineParser.Parse(line.Split(' ')), Is.EqualTo(expected));

    [TestCase("", "no configuration file specified")]
    [TestCase("-q", "no configuration file specified")]
    [TestCase("a.ini b.ini", "one configuration file is wanted, not 2")]
    [TestCase("-x a.ini", "unknown option -x")]
    [TestCase("-qx a.ini", "unknown option -x")]
    [TestCase("--nonsense a.ini", "unknown option --nonsense")]
    [TestCase("--ver a.ini", "option --ver is ambiguous")]
    [TestCase("--quiet=1 a.ini", "option --quiet takes no value")]
    [TestCase("a.ini -u", "option -u needs a user name")]
    [TestCase("a.ini --user", "option --user needs a user name")]
    public void What_makes_no_sense_is_refused_with_a_reason(string line, string problem)
    {
        var parsed = CommandLineParser.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        Assert.That((parsed.Action, parsed.Problem), Is.EqualTo((CommandLineAction.Refuse, problem)));
    }

    [Test]
    public void Random_arguments_never_throw()
    {
        var piece = Gen.Elements("-", "--", "-u", "--user", "--user=", "--=", "-\0", "-ä", "x", "", "-qv", "--che", "=");
        Check.QuickThrowOnFailure(Prop.ForAll(Gen.ArrayOf(piece).ToArbitrary(), arguments =>
        {
            var line = CommandLineParser.Parse(arguments);
            return line.Action == CommandLineAction.Refuse == line.Problem.Length > 0;
        }));
    }
}
