using System.Net.Sockets;
using System.Runtime.Versioning;
using Pgmux.Transport.Sockets;

namespace Pgmux.Transport.Tests.Sockets;

[SupportedOSPlatform("linux")]
public sealed class UnixListenerTests(SocketEngine engine) : SocketFixture(engine)
{
    private TempFolder _folder = null!;

    private string SocketPath => _folder.Path(".s.PGSQL.6432");

    private UnixDomainSocketEndPoint EndPoint => new(SocketPath);

    [SetUp]
    public void CreateFolder() => _folder = new TempFolder();

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [Test]
    public void The_file_has_the_permissions_that_were_asked_for()
    {
        const UnixFileMode Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead;
        using var listener = Loop.Listen(new ListenOptions { EndPoint = EndPoint, UnixMode = Mode, UnixGroup = "0" }, _ => { });
        Assert.That(File.GetUnixFileMode(SocketPath), Is.EqualTo(Mode));
    }

    [Test]
    public void An_unknown_group_is_named()
    {
        var failure = Assert.Throws<ListenException>(
            () => Loop.Listen(new ListenOptions { EndPoint = EndPoint, UnixGroup = "no_such_group" }, _ => { }));
        Assert.That(failure.Message, Does.Contain("no_such_group").And.Contain("unix_socket_group"));
        Assert.That(File.Exists(SocketPath), Is.False);
    }

    [Test]
    public void The_file_goes_with_the_listener()
    {
        var listener = ListenEcho(EndPoint);
        Assert.That(File.Exists(SocketPath), Is.True);
        listener.Dispose();
        Assert.That(File.Exists(SocketPath), Is.False);
    }

    [Test]
    [Property("Row", "Z04")]
    public void A_file_that_a_crash_has_left_is_replaced()
    {
        using (var crashed = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
        {
            crashed.Bind(EndPoint);
            crashed.Listen();
            File.Move(SocketPath, _folder.Path("kept"));
        }

        File.Move(_folder.Path("kept"), SocketPath);
        using var listener = ListenEcho(EndPoint);
        using var socket = ConnectSocket(EndPoint);
        RoundTrip(socket, "hello"u8.ToArray());
    }

    [Test]
    public void A_living_listener_is_left_alone()
    {
        using var first = ListenEcho(EndPoint);
        var failure = Assert.Throws<ListenException>(() => ListenEcho(EndPoint));
        Assert.That(failure.Message, Does.Contain(SocketPath).And.Contain("another process listens there"));
        using var socket = ConnectSocket(EndPoint);
        RoundTrip(socket, "hello"u8.ToArray());
    }

    [Test]
    public void A_file_that_is_no_socket_is_left_alone()
    {
        File.WriteAllText(SocketPath, "precious");
        Assert.Throws<ListenException>(() => ListenEcho(EndPoint));
        Assert.That(File.ReadAllText(SocketPath), Is.EqualTo("precious"));
    }

    [Test]
    public void The_file_of_a_successor_is_left_alone()
    {
        var first = ListenEcho(EndPoint);
        File.Delete(SocketPath);
        using var second = ListenEcho(EndPoint);
        first.Dispose();
        using var socket = ConnectSocket(EndPoint);
        RoundTrip(socket, "hello"u8.ToArray());
    }

    [Test]
    public void A_missing_directory_is_named()
    {
        var failure = Assert.Throws<ListenException>(() => ListenEcho(new UnixDomainSocketEndPoint(_folder.Path("none/socket"))));
        Assert.That(failure.Message, Does.Contain("none/socket").And.Contain("directory"));
    }

    [Test]
    public void An_abstract_name_needs_no_file()
    {
        var name = $"pgmux-{Guid.NewGuid():N}";
        using var listener = ListenEcho(new UnixDomainSocketEndPoint('@' + name));
        Assert.That(listener.EndPoint.ToString(), Is.EqualTo('@' + name));
        using var socket = ConnectSocket(new UnixDomainSocketEndPoint('\0' + name));
        RoundTrip(socket, "hello"u8.ToArray());
        Assert.That(Directory.GetFiles(Environment.CurrentDirectory, $"*{name}*"), Is.Empty);
    }

    [Test]
    [Property("Row", "A18")]
    public Task The_kernel_names_the_peer() => RunAsync(async () =>
    {
        var accepted = new TaskCompletionSource<TransportConnection>();
        using var listener = Loop.Listen(new ListenOptions { EndPoint = EndPoint }, accepted.SetResult);
        var client = await Loop.ConnectAsync(new ConnectOptions { EndPoint = EndPoint }, CancellationToken.None);
        var server = await accepted.Task;
        Assert.That(server.PeerCredentials!.Value.ProcessId, Is.EqualTo(Environment.ProcessId));
        Assert.That(client.PeerCredentials!.Value.ProcessId, Is.EqualTo(Environment.ProcessId));
        Assert.That(server.LocalEndPoint.ToString(), Is.EqualTo(SocketPath));
    });
}
