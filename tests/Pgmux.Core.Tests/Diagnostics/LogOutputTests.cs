using Microsoft.Extensions.Logging;
using Pgmux.Core.Configuration;
using Pgmux.Core.Diagnostics;
using Pgmux.Core.Diagnostics.Lines;
using Pgmux.Core.Tests.Configuration;

namespace Pgmux.Core.Tests.Diagnostics;

[TestFixture]
internal sealed class LogOutputTests
{
    private ConfigFiles _files = null!;
    private RecordingTarget _stderr = null!;
    private LogOutput _log = null!;

    [SetUp]
    public void OpenLog()
    {
        _files = new ConfigFiles();
        _stderr = new RecordingTarget();
        _log = new LogOutput(_stderr, 0, new FixedTime(new DateTimeOffset(2026, 11, 20, 13, 0, 0, TimeSpan.Zero)));
    }

    [TearDown]
    public void CloseLog()
    {
        _log.Dispose();
        _files.Dispose();
    }

    [Test]
    [Property("Text", "T07")]
    public void An_event_stands_in_both_places_as_soon_as_it_is_logged()
    {
        var path = _files.PathOf("pgmux.log");
        Assert.That(_log.Apply(new PgmuxOptions { Logfile = path }), Is.True);
        Say("hello");
        Assert.That(File.ReadAllText(path), Is.EqualTo($"2026-11-20 13:00:00.000 UTC [{Environment.ProcessId}] LOG hello\n"));
        Assert.That(_stderr.Lines, Has.Count.EqualTo(1));
    }

    [TestCase(0, 0, new[] { "LOG", "WARNING" })]
    [TestCase(1, 0, new[] { "DEBUG", "LOG", "WARNING" })]
    [TestCase(1, 1, new[] { "NOISE", "DEBUG", "LOG", "WARNING" })]
    public void Verbose_of_file_and_command_line_add_up(int commandLine, int file, string[] levels)
    {
        using var log = new LogOutput(_stderr, commandLine, TimeProvider.System);
        log.Apply(new PgmuxOptions { Verbose = file });
        var logger = log.Logger;
        foreach (var level in new[] { LogLevel.Trace, LogLevel.Debug, LogLevel.Information, LogLevel.Warning })
        {
            Assert.That(logger.IsEnabled(level), Is.EqualTo(levels.Contains(LogLine.NameOf(level))));
            LogAt(logger, level);
        }

        Assert.That(_stderr.Lines.Select(line => line.Split(' ')[4]), Is.EqualTo(levels));
    }

    [Test]
    public void Without_stderr_only_the_file_is_written()
    {
        using var log = new LogOutput(null, 0, TimeProvider.System);
        var path = _files.PathOf("quiet.log");
        log.Apply(new PgmuxOptions { Logfile = path });
        LogAt(log.Logger, LogLevel.Information);
        Assert.That(File.ReadAllLines(path), Has.Length.EqualTo(1));
    }

    [Test]
    public void Lines_are_JSON_from_the_reload_on_that_says_so()
    {
        Say("before");
        _log.Apply(new PgmuxOptions { LogFormat = LogFormat.Json });
        Say("after");
        Assert.That(_stderr.Lines[0], Does.EndWith("LOG before\n"));
        Assert.That(_stderr.Lines[1], Does.StartWith("{\"time\":\"2026-11-20T13:00:00.000Z\",").And.EndsWith("\"message\":\"after\"}\n"));
    }

    [Test]
    public void After_rotation_a_reload_opens_the_file_again()
    {
        var path = _files.PathOf("pgmux.log");
        _log.Apply(new PgmuxOptions { Logfile = path });
        Say("one");
        File.Move(path, path + ".1");
        Say("two");
        _log.Apply(new PgmuxOptions { Logfile = path });
        Say("three");
        Assert.That(File.ReadAllLines(path + ".1"), Has.Length.EqualTo(2));
        Assert.That(File.ReadAllText(path), Does.EndWith("LOG three\n"));
    }

    [Test]
    public void A_file_that_cannot_be_opened_leaves_the_one_in_use()
    {
        var path = _files.PathOf("pgmux.log");
        _log.Apply(new PgmuxOptions { Logfile = path });
        Assert.That(_log.Apply(new PgmuxOptions { Logfile = "/no/such/directory/x.log" }), Is.False);
        Say("still here");
        Assert.That(File.ReadAllText(path), Does.Contain("ERROR cannot open logfile /no/such/directory/x.log: no such file or directory\n").And.Contain("still here"));
    }

    [Test]
    [Property("Row", "R10")]
    public void A_full_disk_costs_lines_and_nothing_else()
    {
        _log.Apply(new PgmuxOptions { Logfile = "/dev/full" });
        Say("one");
        Say("two");
        Assert.That(_log.LostLines, Is.EqualTo(2));
        Assert.That(_stderr.Lines, Has.Count.EqualTo(2), "stderr still gets them");
    }

    [Test]
    [Property("Row", "R10")]
    public void Lost_lines_are_reported_when_lines_get_through_again()
    {
        _stderr.IsBroken = true;
        Say("one");
        Say("two");
        _stderr.IsBroken = false;
        Say("three");
        Say("four");
        Assert.That(_stderr.Lines.Select(line => line[(line.IndexOf(']', StringComparison.Ordinal) + 2)..]), Is.EqualTo(new[]
        {
            "LOG three\n", "WARNING 2 log lines could not be written\n", "LOG four\n",
        }));
        Assert.That(_log.LostLines, Is.EqualTo(2));
    }

    [Test]
    public void An_exception_stays_on_its_line()
    {
        var logger = _log.Logger;
        logger.Log(LogLevel.Error, default, "it broke", new InvalidOperationException("first\nsecond"), (state, _) => state);
        Assert.That(_stderr.Lines, Has.Count.EqualTo(1));
        Assert.That(_stderr.Lines[0], Does.Contain("ERROR it broke: System.InvalidOperationException: first\\nsecond"));
    }

    [Test]
    public void Threads_do_not_mix_their_lines()
    {
        var path = _files.PathOf("pgmux.log");
        _log.Apply(new PgmuxOptions { Logfile = path });
        Parallel.For(0, 1000, i => Say(new string((char)('a' + (i % 26)), 200)));
        Assert.That(File.ReadLines(path).Select(line => line.Split(' ')[^1].Distinct().Count()), Is.All.EqualTo(1).And.Exactly(1000).Items);
    }

    private void Say(string text) => _log.Logger.Log(LogLevel.Information, default, text, null, (state, _) => state);

    private static void LogAt(ILogger logger, LogLevel level)
        => logger.Log(level, default, level, null, (state, _) => state.ToString());
}
