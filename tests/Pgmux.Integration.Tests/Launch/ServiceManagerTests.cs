using System.Net;
using System.Net.Sockets;
using System.Text;
using Pgmux.Testing.Processes;

namespace Pgmux.Integration.Tests.Launch;

/// <summary>What a service manager hears of the process, and the sockets that it hands over. The test plays the manager.</summary>
[TestFixture]
internal sealed class ServiceManagerTests : LaunchFixture
{
    [Test]
    public async Task The_manager_hears_of_the_start_of_reloads_and_of_the_stop()
    {
        using var manager = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        manager.Bind(new UnixDomainSocketEndPoint(Folder.File("notify")));
        var path = Folder.Write("x.ini", Serving + $"listen_port = {FreePort.Take()}\n");
        await using var process = Start("pgmux", [path], new Dictionary<string, string> { ["NOTIFY_SOCKET"] = Folder.File("notify") });
        Assert.That(await HearAsync(manager), Is.EqualTo("READY=1"));

        process.Signal(UnixSignal.Hangup);
        Assert.That(await HearAsync(manager), Does.Match(@"\ARELOADING=1\nMONOTONIC_USEC=\d+\z"));
        Assert.That(await HearAsync(manager), Is.EqualTo("READY=1"));

        process.Signal(UnixSignal.Terminate);
        Assert.That(await HearAsync(manager), Is.EqualTo("STOPPING=1"));
        Assert.That(await process.WaitForExitAsync(), Is.Zero);
    }

    [Test]
    public async Task The_manager_hears_which_process_has_taken_over_and_nothing_of_a_stop()
    {
        using var manager = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        manager.Bind(new UnixDomainSocketEndPoint(Folder.File("notify")));
        var environment = new Dictionary<string, string> { ["NOTIFY_SOCKET"] = Folder.File("notify") };
        var path = Folder.Write("x.ini", Serving + $"listen_port = {FreePort.Take()}\n");
        await using var old = Start("old", [path], environment);
        Assert.That(await HearAsync(manager), Is.EqualTo("READY=1"));
        await using var successor = Start("new", ["-R", path], environment);
        var heard = new[] { await HearAsync(manager), await HearAsync(manager) };
        Assert.That(heard, Is.EquivalentTo(new[] { $"MAINPID={successor.Id}", "READY=1" }));
        Assert.That(await old.WaitForExitAsync(), Is.Zero);
        successor.Signal(UnixSignal.Terminate);
        Assert.That(await HearAsync(manager), Is.EqualTo("STOPPING=1"));
        Assert.That(await successor.WaitForExitAsync(), Is.Zero);
    }

    [Test]
    public async Task Sockets_of_the_manager_are_served_instead_of_those_of_the_file()
    {
        var port = FreePort.Take();
        var unix = Folder.File("service.sock");
        var path = Folder.Write("x.ini", Serving + "listen_addr = 192.0.2.1\nunix_socket_dir = /no/such/folder\nadmin_users = root\n");
        var program = ProgramUnderTest.Find();
        var python = Environment.GetEnvironmentVariable("PGMUX_PYTHON") ?? "/usr/bin/python3";
        string[] arguments =
        [
            Path.Combine(AppContext.BaseDirectory, "Launch", "listen_and_run.py"), unix, $"{port}", program.Program, .. program.Arguments, path,
        ];
        await using var process = ManagedProcess.Start(Folder, "activated", python, arguments);
        await process.Output.WaitForAsync("process up");
        Assert.That(process.Output.Lines, Has.Some.EndsWith($"listening on 127.0.0.1:{port}").And.Some.EndsWith($"listening on unix:{unix}"));
        foreach (var address in new EndPoint[] { new IPEndPoint(IPAddress.Loopback, port), new UnixDomainSocketEndPoint(unix) })
        {
            using var client = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Unspecified);
            await client.ConnectAsync(address);
            await client.SendAsync(RawMessages.SslRequest());
            var answer = new byte[1];
            Assert.That(await client.ReceiveAsync(answer), Is.EqualTo(1));
            Assert.That(answer[0], Is.EqualTo((byte)'N'));
        }

        process.Signal(UnixSignal.Quit);
        Assert.That(await process.WaitForExitAsync(), Is.Zero);
        Assert.That(File.Exists(unix), Is.True, "the file is the manager's");
    }

    [Test]
    public async Task Sockets_for_another_process_are_left_alone()
    {
        var path = Folder.Write("x.ini", Serving + $"listen_port = {FreePort.Take()}\n");
        await using var process = Start("pgmux", [path], new Dictionary<string, string> { ["LISTEN_PID"] = "1", ["LISTEN_FDS"] = "1" });
        await process.Output.WaitForAsync("process up");
        Assert.That(process.Output.Lines, Has.Some.Contains("listening on unix:./.s.PGSQL."));
    }

    [Test]
    public async Task What_is_handed_over_and_does_not_listen_stops_the_start()
    {
        // Descriptor 3 of a shell that has opened a file there.
        var path = Folder.Write("x.ini", Serving);
        var program = ProgramUnderTest.Find();
        var script = $"exec 3<{path}; export LISTEN_PID=$$ LISTEN_FDS=1; exec \"$@\"";
        await using var process = ManagedProcess.Start(
            Folder, "file", "/bin/bash", ["-c", script, "bash", program.Program, .. program.Arguments, path]);
        Assert.That(await process.WaitForExitAsync(), Is.EqualTo(1));
        Assert.That(process.Output.Lines, Has.Some.Contains("FATAL Descriptor 3, which was handed over at the start, is no socket"));
    }

    private static async Task<string> HearAsync(Socket manager)
    {
        var buffer = new byte[256];
        var length = await manager.ReceiveAsync(buffer).WaitAsync(WaitLimit.Default);
        return Encoding.ASCII.GetString(buffer, 0, length);
    }
}
