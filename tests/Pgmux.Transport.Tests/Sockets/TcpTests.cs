using System.Net;
using System.Net.Sockets;
using Pgmux.Transport.Native;
using Pgmux.Transport.Sockets;
using Pgmux.Transport.Tests.Contract;

namespace Pgmux.Transport.Tests.Sockets;

public sealed class TcpTests(SocketEngine engine) : SocketFixture(engine)
{
    [Test]
    public Task Options_hold_for_both_ends() => RunAsync(async () =>
    {
        var tuning = new SocketTuning
        {
            KeepAliveIdle = TimeSpan.FromSeconds(11),
            KeepAliveInterval = TimeSpan.FromSeconds(12),
            KeepAliveProbes = 13,
            UserTimeout = TimeSpan.FromSeconds(14),
            SocketBufferBytes = 30_000,
        };
        var accepted = new TaskCompletionSource<TransportConnection>();
        using var listener = Loop.Listen(new ListenOptions { EndPoint = Loopback, Tuning = tuning }, accepted.SetResult);
        var client = await Loop.ConnectAsync(
            new ConnectOptions { EndPoint = listener.EndPoint, Tuning = tuning }, CancellationToken.None);
        foreach (var connection in new[] { client, await accepted.Task })
        {
            var socket = ((SocketConnection)connection).Descriptor;
            Assert.That(SocketOptions.Get(socket, SocketOptions.LevelTcp, SocketOptions.TcpNoDelay), Is.EqualTo(1));
            Assert.That(SocketOptions.Get(socket, SocketOptions.LevelSocket, SocketOptions.KeepAlive), Is.EqualTo(1));
            Assert.That(SocketOptions.Get(socket, SocketOptions.LevelTcp, SocketOptions.TcpKeepIdle), Is.EqualTo(11));
            Assert.That(SocketOptions.Get(socket, SocketOptions.LevelTcp, SocketOptions.TcpKeepInterval), Is.EqualTo(12));
            Assert.That(SocketOptions.Get(socket, SocketOptions.LevelTcp, SocketOptions.TcpKeepCount), Is.EqualTo(13));
            Assert.That(SocketOptions.Get(socket, SocketOptions.LevelTcp, SocketOptions.TcpUserTimeout), Is.EqualTo(14_000));

            // The kernel doubles the value for its own bookkeeping (socket(7)).
            Assert.That(SocketOptions.Get(socket, SocketOptions.LevelSocket, SocketOptions.SendBuffer), Is.EqualTo(60_000));
        }
    });

    [Test]
    public Task Keepalive_can_be_turned_off() => RunAsync(async () =>
    {
        using var listener = ListenEcho(Loopback);
        var client = await Loop.ConnectAsync(
            new ConnectOptions { EndPoint = listener.EndPoint, Tuning = new SocketTuning { KeepAlive = false } }, CancellationToken.None);
        var socket = ((SocketConnection)client).Descriptor;
        Assert.That(SocketOptions.Get(socket, SocketOptions.LevelSocket, SocketOptions.KeepAlive), Is.Zero);
        Assert.That(SocketOptions.Get(socket, SocketOptions.LevelTcp, SocketOptions.TcpNoDelay), Is.EqualTo(1));
    });

    [Test]
    public void A_taken_port_is_named()
    {
        using var first = ListenEcho(Loopback);
        var failure = Assert.Throws<ListenException>(() => ListenEcho(first.EndPoint));
        Assert.That(failure.Message, Does.Contain(first.EndPoint.ToString()).And.Contain("another process listens there"));
        var elsewhere = Assert.Throws<ListenException>(() => ListenEcho(new IPEndPoint(IPAddress.Parse("192.0.2.1"), 6432)));
        Assert.That(elsewhere.Message, Does.Contain("192.0.2.1:6432").And.Contain("listen_addr"));
    }

    [Test]
    public void A_port_can_be_shared()
    {
        var options = new ListenOptions { EndPoint = Loopback, ReusePort = true, DeferAccept = TimeSpan.FromSeconds(1) };
        using var first = Loop.Listen(options, connection => _ = connection.EchoAsync());
        using var second = Loop.Listen(options with { EndPoint = first.EndPoint }, connection => _ = connection.EchoAsync());
        Assert.That(second.EndPoint, Is.EqualTo(first.EndPoint));
        using var socket = ConnectSocket(first.EndPoint);
        RoundTrip(socket, "hello"u8.ToArray());
    }

    [Test]
    public void Both_wildcards_can_be_listened_on()
    {
        using var four = ListenEcho(new IPEndPoint(IPAddress.Any, 0));
        var port = ((IPEndPoint)four.EndPoint).Port;
        using var six = ListenEcho(new IPEndPoint(IPAddress.IPv6Any, port));
        using var socket = ConnectSocket(new IPEndPoint(IPAddress.Loopback, port));
        RoundTrip(socket, "hello"u8.ToArray());
    }

    [Test]
    public Task A_wildcard_listener_knows_which_address_was_used() => RunAsync(async () =>
    {
        var accepted = new TaskCompletionSource<TransportConnection>();
        using var listener = Loop.Listen(new ListenOptions { EndPoint = new IPEndPoint(IPAddress.Any, 0) }, accepted.SetResult);
        var port = ((IPEndPoint)listener.EndPoint).Port;
        var client = await Loop.ConnectAsync(
            new ConnectOptions { EndPoint = new IPEndPoint(IPAddress.Loopback, port) }, CancellationToken.None);
        Assert.That((await accepted.Task).LocalEndPoint, Is.EqualTo(client.RemoteEndPoint));
        client.Abort();
        Assert.That(((IPEndPoint)client.LocalEndPoint).Port, Is.Not.Zero, "addresses outlive the socket, for the log");
    });

    [Test]
    public void Urgent_data_does_not_stall_what_follows()
    {
        using var listener = ListenEcho(Loopback);
        using var socket = ConnectSocket(listener.EndPoint);
        socket.NoDelay = true;
        socket.Send("before"u8);
        socket.Send("!"u8, SocketFlags.OutOfBand);
        socket.Send("behind"u8);
        Assert.That(Receive(socket, 12), Is.EqualTo("beforebehind"u8.ToArray()));
    }

    [Test]
    public Task A_reset_is_told_apart_from_a_close() => RunAsync(async () =>
    {
        var accepted = new TaskCompletionSource<TransportConnection>();
        using var listener = Loop.Listen(new ListenOptions { EndPoint = Loopback }, accepted.SetResult);
        var socket = ConnectSocket(listener.EndPoint);
        var server = await accepted.Task;
        var observer = new RecordingObserver();
        server.Observer = observer;

        var told = observer.NextPeerClose;
        socket.Shutdown(SocketShutdown.Send);
        await told;
        told = observer.NextPeerClose;
        socket.LingerState = new LingerOption(true, 0);
        socket.Close();
        await told;
        Assert.That(observer.PeerCloses, Is.EqualTo(new[] { PeerState.HalfClosed, PeerState.Reset }));
    });

    [Test]
    [Property("Row", "Q10")]
    public void A_client_that_has_finished_sending_gets_its_answer()
    {
        using var listener = ListenEcho(Loopback);
        using var socket = ConnectSocket(listener.EndPoint);
        socket.Send("the question"u8);
        socket.Shutdown(SocketShutdown.Send);
        Assert.That(Receive(socket, 12), Is.EqualTo("the question"u8.ToArray()));
        Assert.That(socket.Receive(new byte[1]), Is.Zero);
    }
}
