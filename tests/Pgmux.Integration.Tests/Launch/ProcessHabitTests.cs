using System.Diagnostics;
using System.Net.Sockets;
using Pgmux.Testing.Postgres;
using Pgmux.Testing.Processes;

namespace Pgmux.Integration.Tests.Launch;

/// <summary>What scripts that start PgBouncer count on.</summary>
[TestFixture]
internal sealed class ProcessHabitTests : LaunchFixture
{
    private readonly int _port = FreePort.Take();

    private string Log => Folder.File("pgmux.log");

    [Test, Property("Text", "T04"), Property("Text", "T06")]
    public async Task Within_five_seconds_the_socket_answers_the_user_of_the_process_and_the_log_file_is_there()
    {
        var time = Stopwatch.StartNew();
        await using var process = StartLogging();
        await Eventually.HoldsAsync(async () => (await AskVersionAsync()).ExitCode == 0, "the socket answers");

        Assert.That(time.Elapsed, Is.LessThan(TimeSpan.FromSeconds(5)));
        Assert.That(await File.ReadAllTextAsync(Log), Does.Contain("LOG process up: "));
    }

    [Test, Property("Text", "T07")]
    public async Task What_the_log_says_of_an_error_stands_in_the_file_when_the_client_hears_of_it()
    {
        await using var process = StartLogging();
        var socket = Folder.File($".s.PGSQL.{_port}");
        await Eventually.HoldsAsync(() => PgmuxProcess.AcceptsAsync(new UnixDomainSocketEndPoint(socket)), "the socket is there");
        for (var n = 0; n < 50; n++)
        {
            await using var client = await RawClient.ConnectAsync(new UnixDomainSocketEndPoint(socket));
            await client.SendAsync(RawMessages.Startup(("user", $"user{n}"), ("database", "x")));
            var error = await client.ReadAsync();
            var lines = await File.ReadAllLinesAsync(Log);

            Assert.That(error!.Message, Is.EqualTo("\"trust\" authentication failed"));
            Assert.That(
                lines.Where(line => line.Contains($": x/user{n}@", StringComparison.Ordinal)),
                Has.One.Contains(" closing because: \"trust\" authentication failed (age="));
        }
    }

    private ManagedProcess StartLogging() =>
        Start("habits", ["--quiet", Folder.Write("x.ini", Serving + $"listen_port = {_port}\nlogfile = {Log}\n")]);

    private Task<ToolResult> AskVersionAsync()
    {
        var command = UnprivilegedUser.Command(
            PostgresInstallation.ClientProgram("psql"),
            ["-X", "-A", "-t", "-h", Folder.Path, "-p", $"{_port}", "-U", "pgbouncer", "-w", "-c", "SHOW VERSION", "pgbouncer"]);
        return new ToolRunner(_port, "pgbouncer", "", "pgbouncer").RunAsync(command);
    }
}
