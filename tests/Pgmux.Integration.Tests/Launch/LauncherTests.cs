using System.Net.Sockets;
using System.Runtime.InteropServices;
using Pgmux.Core.Diagnostics;
using Pgmux.Testing.Processes;

namespace Pgmux.Integration.Tests.Launch;

/// <summary>The executable, from its command line to its exit code. No PostgreSQL takes part.</summary>
[TestFixture]
internal sealed class LauncherTests : LaunchFixture
{
    [TestCase("-V")]
    [TestCase("--version")]
    [Property("Text", "T02")]
    public async Task The_version_is_the_first_line(string option)
    {
        var (code, lines) = await RunAsync(option);
        Assert.That((code, lines[0]), Is.EqualTo((0, ProductVersion.Text)));
    }

    [Test]
    [Property("Text", "T02")]
    public async Task Help_names_every_option()
    {
        var (code, lines) = await RunAsync("--help");
        Assert.That(code, Is.Zero);
        foreach (var option in new[] { "-d", "-q", "-R", "-u", "-v", "-V", "-h", "--check", "CONFIG_FILE" })
        {
            Assert.That(lines, Has.Some.Contains(option));
        }
    }

    [Test]
    public async Task Nonsense_ends_with_1_and_a_hint()
    {
        var (code, lines) = await RunAsync("--nonsense");
        Assert.That((code, string.Join('\n', lines)), Is.EqualTo((1, "pgmux: unknown option --nonsense\nTry \"pgmux --help\" for more information.")));
    }

    [Test]
    [Property("Text", "T02")]
    public async Task Without_a_process_to_take_over_from_it_starts_as_usual()
    {
        await using var process = Start("pgmux", ["-R", Folder.Write("x.ini", Serving + $"listen_port = {FreePort.Take()}\n")]);
        await process.Output.WaitForAsync("process up");
        Assert.That(process.Output.Lines, Has.Some.EndsWith("LOG old process not found, try to continue normally"));
    }

    [Test]
    public async Task Taking_over_without_a_Unix_socket_is_refused()
    {
        var (code, lines) = await RunAsync("-R", Folder.Write("x.ini", Serving + $"unix_socket_dir =\nlisten_addr = 127.0.0.1\nlisten_port = {FreePort.Take()}\n"));
        Assert.That(code, Is.EqualTo(1));
        Assert.That(lines[^1], Does.EndWith("FATAL option -R finds the running process by its Unix socket: set unix_socket_dir"));
    }

    [Test]
    public async Task A_process_that_knows_nothing_of_handovers_is_left_alone()
    {
        var port = FreePort.Take();
        using var other = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        other.Bind(new UnixDomainSocketEndPoint(Folder.File($".s.PGSQL.{port}")));
        File.SetUnixFileMode(Folder.File($".s.PGSQL.{port}"), (UnixFileMode)0b111_111_111);
        other.Listen();
        var run = RunAsync("-R", Folder.Write("x.ini", Serving + $"listen_port = {port}\n"));
        using var console = await other.AcceptAsync().WaitAsync(WaitLimit.Default);
        await console.ReceiveAsync(new byte[256]);
        await console.SendAsync((byte[])[.. "R"u8, 0, 0, 0, 8, 0, 0, 0, 0, .. "Z"u8, 0, 0, 0, 5, .. "I"u8]);
        await console.ReceiveAsync(new byte[256]);
        byte[] fields = [.. "SERROR\0C08P01\0Minvalid command 'HANDOVER', use SHOW HELP;\0\0"u8];
        await console.SendAsync((byte[])[.. "E"u8, 0, 0, 0, (byte)(fields.Length + 4), .. fields, .. "Z"u8, 0, 0, 0, 5, .. "I"u8]);
        var (code, lines) = await run;
        Assert.That(code, Is.EqualTo(1));
        Assert.That(lines[^1], Does.EndWith("FATAL the running process does not hand over: invalid command 'HANDOVER', use SHOW HELP;"));
    }

    [Test]
    [Property("Row", "Z06")]
    public async Task A_bad_file_ends_the_start_with_every_fault_even_when_quiet()
    {
        var path = Folder.Write("bad.ini", "[pgbouncer]\nnonsense = 1\nlog_stats = maybe\n");
        var (code, lines) = await RunAsync("-q", path);
        Assert.That(code, Is.EqualTo(1));
        Assert.That(lines.Select(Text), Is.EqualTo(new[]
        {
            $"ERROR {path}:2: unknown setting \"nonsense\" in [pgbouncer]",
            $"ERROR {path}:3: log_stats = maybe: log_stats must be 0 or 1 (or no, yes, off, on, false, true)",
            "FATAL cannot load config file",
        }));
    }

    [Test]
    public async Task Check_reports_and_does_not_serve()
    {
        var good = await RunAsync("--check", Folder.Write("good.ini", Serving));
        var bad = await RunAsync("--check", Folder.Write("bad.ini", "[pgbouncer]\nlisten_port = 70000\n"));
        Assert.That((good.Code, bad.Code), Is.EqualTo((0, 1)));
        Assert.That(good.Lines, Has.Some.EndsWith("good.ini: no faults, 1 warning"));
        Assert.That(bad.Lines, Has.Some.EndsWith("bad.ini:2: listen_port = 70000: listen_port must be a whole number from 0 to 65535"));
    }

    [Test]
    [Property("Row", "Z13")]
    public async Task A_Turkish_locale_and_another_time_zone_change_nothing()
    {
        var path = Folder.Write("x.ini", Serving + "pool_mode = STATEMENT\nquery_timeout = 1.5\n");
        var turkish = new Dictionary<string, string> { ["LANG"] = "tr_TR.UTF-8", ["LC_ALL"] = "tr_TR.UTF-8", ["TZ"] = "Asia/Kathmandu" };
        var (code, lines) = await RunAsync(turkish, "--check", path);
        Assert.That(code, Is.Zero);
        Assert.That(lines, Is.SupersetOf(new[] { "  pool_mode = statement (default session)", "  query_timeout = 1.5 (default 0)" }));

        var (_, log) = await RunAsync(turkish, Folder.File("missing.ini"));
        Assert.That(log[0], Does.Match(@"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} UTC \[\d+\] ERROR "));
        Assert.That(DateTime.Parse(log[0][..23], null, System.Globalization.DateTimeStyles.AssumeUniversal), Is.EqualTo(DateTime.Now).Within(TimeSpan.FromMinutes(1)));
    }

    [Test]
    [Property("Row", "Z10")]
    public async Task A_log_file_that_cannot_be_written_stops_the_start()
    {
        var (code, lines) = await RunAsync(Folder.Write("x.ini", Serving + "logfile = /no/such/folder/log\n"));
        Assert.That(code, Is.EqualTo(1));
        Assert.That(lines.Select(Text), Is.SupersetOf(new[]
        {
            "ERROR cannot open logfile /no/such/folder/log: no such file or directory", "FATAL cannot write to logfile /no/such/folder/log",
        }));
    }

    [Test]
    [Property("Row", "Z04")]
    public async Task A_second_process_with_the_same_pid_file_does_not_start()
    {
        var path = Folder.Write("x.ini", Serving + $"listen_port = {FreePort.Take()}\npidfile = {Folder.File("pgmux.id")}\n");
        await using var first = Start("first", [path]);
        await first.Output.WaitForAsync("process up");
        var (code, lines) = await RunAsync(path);
        Assert.That(code, Is.EqualTo(1));
        Assert.That(lines[^1], Does.Contain("another instance running?"));

        first.Signal(UnixSignal.Quit);
        Assert.That(await first.WaitForExitAsync(), Is.Zero);
        Assert.That(File.Exists(Folder.File("pgmux.id")), Is.False);
    }

    [TestCase("-q")]
    [TestCase("--quiet")]
    [Property("Text", "T01")]
    public async Task Quiet_writes_to_the_log_file_only(string option)
    {
        var log = Folder.File("pgmux.log");
        var path = Folder.Write("x.ini", Serving + $"listen_port = {FreePort.Take()}\nlogfile = {log}\n");
        await using var process = Start("quiet", [option, path]);
        await Eventually.HoldsAsync(
            async () => File.Exists(log) && (await File.ReadAllTextAsync(log)).Contains("process up", StringComparison.Ordinal), "the log file fills");
        process.Signal(UnixSignal.Quit);
        Assert.That(await process.WaitForExitAsync(), Is.Zero);
        Assert.That(process.Output.Lines, Is.Empty);
    }

    [Test]
    [Property("Text", "T13")]
    public async Task SIGHUP_reads_the_file_again_and_no_signal_of_PgBouncers_kills()
    {
        var good = Serving + $"listen_port = {FreePort.Take()}\n";
        var path = Folder.Write("x.ini", good);
        await using var process = Start("reload", [path]);
        await process.Output.WaitForAsync("process up");

        Folder.Write("x.ini", good + "nonsense = 1\n");
        process.Signal(UnixSignal.Hangup);
        await process.Output.WaitForAsync("config file loading failed with 1 fault\\(s\\), the old configuration stays");

        Folder.Write("x.ini", good + "max_client_conn = 7\n");
        process.Signal(UnixSignal.Hangup);
        await process.Output.WaitForAsync("configuration .* reloaded");

        process.Signal(UnixSignal.User1);
        await process.Output.WaitForAsync("got SIGUSR1, pausing all activity");
        process.Signal(UnixSignal.User1);
        await process.Output.WaitForAsync("got SIGUSR1, but already paused/suspended");
        process.Signal(UnixSignal.User2);
        await process.Output.WaitForAsync("got SIGUSR2, continuing from PAUSE");
        process.Signal(UnixSignal.User2);
        await process.Output.WaitForAsync("got SIGUSR2, but not paused/suspended");
        Assert.That(process.HasExited, Is.False);
    }

    [Test]
    public async Task Root_does_not_serve()
    {
        var path = Folder.Write("x.ini", Serving);
        var program = ProgramUnderTest.Find();
        string[] asRoot = UnprivilegedUser.IsNeeded ? [path] : ["-u", "root", path];
        var result = await new ToolRunner(1, "", "", "").RunAsync([program.Program, .. program.Arguments, .. asRoot]);
        Assert.That(result.ExitCode, Is.EqualTo(1));
        Assert.That(result.Error, Does.Contain(UnprivilegedUser.IsNeeded
            ? "FATAL pgmux should not run as root; name another user with -u or the setting user"
            : "FATAL cannot become user \"root\": "));
    }

    [Test]
    public async Task A_user_that_does_not_exist_stops_the_start()
    {
        var (code, lines) = await RunAsync("-u", "no such user", Folder.Write("x.ini", Serving));
        Assert.That((code, Text(lines[^1])), Is.EqualTo((1, "FATAL user \"no such user\" does not exist")));
    }

    [Test]
    public async Task Started_as_root_it_keeps_none_of_roots_rights()
    {
        if (!UnprivilegedUser.IsNeeded || !CanEverybodyRun())
        {
            Assert.Ignore("only root has rights to give up, and the program must stand where nobody may read it");
        }

        var path = Folder.Write("x.ini", Serving + $"listen_port = {FreePort.Take()}\nuser = nobody\nlogfile = {Folder.File("log")}\n");
        var program = ProgramUnderTest.Find();
        using var process = System.Diagnostics.Process.Start(
            new System.Diagnostics.ProcessStartInfo(program.Program, [.. program.Arguments, "-q", path]) { WorkingDirectory = Folder.Path })!;
        try
        {
            await Eventually.HoldsAsync(
                async () => File.Exists(Folder.File("log")) && (await File.ReadAllTextAsync(Folder.File("log"))).Contains("process up", StringComparison.Ordinal),
                "it serves");
            var status = (await File.ReadAllLinesAsync($"/proc/{process.Id}/status")).Select(line => line.Replace('\t', ' ')).ToArray();
            Assert.That(status, Has.Some.EqualTo("Uid: 65534 65534 65534 65534"));
            Assert.That(status, Has.Some.EqualTo("Gid: 65534 65534 65534 65534"));
            Assert.That(status, Has.Some.EqualTo("CapEff: 0000000000000000"));
            Assert.That(status, Has.Some.EqualTo("CapPrm: 0000000000000000"));
        }
        finally
        {
            process.Kill();
            await process.WaitForExitAsync();
        }
    }

    // The text behind date, time, zone and process id.
    private static string Text(string line) => line.Split(' ', 5)[^1];

    private static bool CanEverybodyRun()
    {
        foreach (var folder in new[] { AppContext.BaseDirectory, RuntimeEnvironment.GetRuntimeDirectory() })
        {
            for (var at = new DirectoryInfo(folder); at is not null; at = at.Parent)
            {
                if (!at.UnixFileMode.HasFlag(UnixFileMode.OtherExecute))
                {
                    return false;
                }
            }
        }

        return true;
    }
}
