using System.Diagnostics;
using System.Globalization;
using Pgmux.Testing.Processes;

namespace Pgmux.Integration.Tests.Launch;

[TestFixture]
internal sealed class BlockedLogTests
{
    /// <summary>Each reload logs so many faults that a few of them fill a pipe of 64 KiB.</summary>
    private const int FaultsPerReload = 300;

    [TestCase(false, TestName = "A_reader_of_the_log_that_hangs_stops_nothing")]
    [TestCase(true, TestName = "A_reader_of_the_log_that_goes_away_stops_nothing")]
    [Property("Row", "R10")]
    public async Task Stderr_is_not_waited_for(bool isClosed)
    {
        using var folder = new TemporaryFolder();
        var log = folder.File("log");
        var good = $"[databases]\n[pgbouncer]\nunix_socket_dir = .\nauth_type = trust\nlisten_port = {FreePort.Take()}\nlogfile = {log}\n";
        var path = folder.Write("x.ini", good);
        using var process = Start(folder, path);
        try
        {
            await WaitForLinesAsync(log, 1);
            if (isClosed)
            {
                process.StandardError.Close();
            }

            folder.Write("x.ini", good + string.Concat(Enumerable.Range(0, FaultsPerReload).Select(i => string.Create(CultureInfo.InvariantCulture, $"nonsense_{i} = 1\n"))));
            for (var reload = 1; reload <= 5; reload++)
            {
                SignalSender.Send(process.Id, UnixSignal.Hangup);
                await WaitForLinesAsync(log, reload * FaultsPerReload);
            }

            Assert.That(new FileInfo(log).Length, Is.GreaterThan(100_000));
            SignalSender.Send(process.Id, UnixSignal.Quit);
            await process.WaitForExitAsync().WaitAsync(WaitLimit.Default);
            Assert.That(process.ExitCode, Is.Zero);
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill();
                await process.WaitForExitAsync();
            }
        }
    }

    // Standard error is a pipe that nobody reads.
    private static Process Start(TemporaryFolder folder, string configuration)
    {
        var program = ProgramUnderTest.Find();
        var command = UnprivilegedUser.Command(program.Program, [.. program.Arguments, configuration]);
        return Process.Start(new ProcessStartInfo(command[0], command.Skip(1)) { WorkingDirectory = folder.Path, RedirectStandardError = true })!;
    }

    private static Task WaitForLinesAsync(string log, int count) => Eventually.HoldsAsync(
        async () => File.Exists(log) && (await File.ReadAllLinesAsync(log)).Length >= count,
        $"{count} lines stand in the log file");
}
