using System.Globalization;
using Pgmux.Testing.Processes;

namespace Pgmux.Integration.Tests.Launch;

/// <summary>-d: from the terminal's point of view, and from that of the process that stays.</summary>
[TestFixture]
internal sealed class BackgroundTests : LaunchFixture
{
    [Test]
    public async Task The_starter_ends_when_the_other_process_serves_and_leaves_it_without_a_terminal()
    {
        var path = Folder.Write(
            "x.ini", Serving + $"listen_port = {FreePort.Take()}\npidfile = {Folder.File("pgmux.id")}\nlogfile = {Folder.File("log")}\n");
        var (code, _) = await RunAsync("-d", path);
        Assert.That(code, Is.Zero);

        // It serves as soon as the starter has ended, and nothing of this is waited for.
        Assert.That(await File.ReadAllTextAsync(Folder.File("log")), Does.Contain("process up"));
        var id = int.Parse(await File.ReadAllTextAsync(Folder.File("pgmux.id")), CultureInfo.InvariantCulture);
        try
        {
            Assert.That(new[] { 0, 1, 2 }.Select(descriptor => new FileInfo($"/proc/{id}/fd/{descriptor}").LinkTarget), Is.All.EqualTo("/dev/null"));
            var stat = (await File.ReadAllTextAsync($"/proc/{id}/stat")).Split(' ');
            Assert.That(stat[5], Is.EqualTo(id.ToString(CultureInfo.InvariantCulture)), "it leads a session of its own");

            var (second, lines) = await RunAsync("-d", path);
            Assert.That(second, Is.EqualTo(1));
            Assert.That(lines, Has.Some.Contains("another instance running?"));
        }
        finally
        {
            SignalSender.Send(id, UnixSignal.Quit);
        }

        await Eventually.HoldsAsync(() => Task.FromResult(!File.Exists(Folder.File("pgmux.id"))), "it ends by a signal and takes its pid file away");
    }

    [TestCase("", "daemon needs pidfile configured")]
    [TestCase("pidfile = x.id\n", "daemon needs logfile or syslog configured")]
    [TestCase("pidfile = x.id\nlogfile = x.log\nlisten_addr = 192.0.2.1\n", "Cannot listen on 192.0.2.1:")]
    [TestCase("nonsense = 1\n", "cannot load config file")]
    public async Task What_keeps_it_from_serving_reaches_the_terminal_and_the_exit_code(string settings, string reason)
    {
        var (code, lines) = await RunAsync("-d", Folder.Write("x.ini", Serving + $"listen_port = {FreePort.Take()}\n{settings}"));
        Assert.That(code, Is.EqualTo(1));
        Assert.That(lines, Has.Some.Contains($"FATAL {reason}"));
    }
}
