using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Logging;
using Pgmux.Core.Configuration;
using Pgmux.Core.Diagnostics.Lines;
using Pgmux.Core.Diagnostics.Syslog;
using Pgmux.Core.Tests.Configuration;

namespace Pgmux.Core.Tests.Diagnostics;

[TestFixture]
internal sealed class SystemLogTests
{
    private static readonly FixedTime Time = new(new DateTimeOffset(2026, 11, 2, 3, 4, 5, TimeSpan.Zero));

    private ConfigFiles _files = null!;
    private string _path = "";

    [SetUp]
    public void MakeFolder()
    {
        _files = new ConfigFiles();
        _path = _files.PathOf("log");
    }

    [TearDown]
    public void RemoveFolder() => _files.Dispose();

    [TestCase(LogLevel.Trace, SyslogFacility.Daemon, 31)]
    [TestCase(LogLevel.Debug, SyslogFacility.Daemon, 31)]
    [TestCase(LogLevel.Information, SyslogFacility.Daemon, 30)]
    [TestCase(LogLevel.Warning, SyslogFacility.User, 12)]
    [TestCase(LogLevel.Error, SyslogFacility.Local7, 187)]
    [TestCase(LogLevel.Critical, SyslogFacility.AuthPrivate, 82)]
    public void A_message_has_the_form_of_syslog(LogLevel level, SyslogFacility facility, int priority)
    {
        using var daemon = Listen();
        using var log = new SystemLog(new SystemLogOptions("the-pool", facility, _path));
        Assert.That(Write(log, "one\ntwo", level), Is.True);
        Assert.That(Receive(daemon), Is.EqualTo($"<{priority}>Nov  2 03:04:05 the-pool[42]: one\\ntwo"));
    }

    [Test]
    public void Where_nobody_listens_a_message_is_lost_and_the_next_one_finds_who_does()
    {
        using var log = new SystemLog(new SystemLogOptions("pgmux", SyslogFacility.Daemon, _path));
        Assert.That(Write(log, "lost"), Is.False);
        using var daemon = Listen();
        Assert.That(Write(log, "kept"), Is.True);
        Assert.That(Receive(daemon), Does.EndWith(": kept"));
    }

    [Test]
    public void A_daemon_that_was_started_again_gets_the_next_message()
    {
        using var log = new SystemLog(new SystemLogOptions("pgmux", SyslogFacility.Daemon, _path));
        using (var before = Listen())
        {
            Assert.That(Write(log, "one"), Is.True);
        }

        File.Delete(_path);
        using var after = Listen();
        Assert.That(Write(log, "two"), Is.True);
        Assert.That(Receive(after), Does.EndWith(": two"));
    }

    [Test]
    [Property("Row", "R10")]
    public void A_daemon_that_reads_nothing_holds_up_nobody()
    {
        using var daemon = Listen();
        using var log = new SystemLog(new SystemLogOptions("pgmux", SyslogFacility.Daemon, _path));
        var sent = 0;
        while (Write(log, new string('x', 2000)))
        {
            sent++;
        }

        Assert.That(sent, Is.GreaterThan(0));
        Receive(daemon);
        Assert.That(Write(log, "room again"), Is.True);
    }

    private static bool Write(SystemLog log, string text, LogLevel level = LogLevel.Information)
        => log.TryWrite(new LogEntry(Time.GetUtcNow(), 42, level, 0, text), Time);

    private Socket Listen()
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(_path));
        return socket;
    }

    private static string Receive(Socket daemon)
    {
        var buffer = new byte[LogLine.LongestBytes];
        return Encoding.UTF8.GetString(buffer, 0, daemon.Receive(buffer));
    }
}
