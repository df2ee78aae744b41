using System.Buffers.Binary;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Pgmux.Testing.Chaos;
using Pgmux.Testing.Processes;

namespace Pgmux.Integration.Tests.Chaos;

/// <summary>The proxy does the harm it is told to do, and none beside it.</summary>
[Category(TestCategories.WithoutPgmux)]
internal sealed class ChaosProxyTests
{
    private static readonly byte[] Text = [.. Enumerable.Range(0, 200_000).Select(n => (byte)(n * 7 % 251))];

    private Socket _listener = null!;
    private ChaosProxy _proxy = null!;
    private Socket _client = null!;
    private Socket _server = null!;

    [SetUp]
    public async Task ConnectThroughAsync()
    {
        _listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen();
        _proxy = ChaosProxy.Start(_listener.LocalEndPoint!, seed: 1);
        _client = await DialAsync();
        _server = await _listener.AcceptAsync();
        await _proxy.WaitForAcceptedAsync(1);
    }

    [TearDown]
    public async Task CloseAsync()
    {
        _client.Dispose();
        _server.Dispose();
        _listener.Dispose();
        await _proxy.DisposeAsync();
    }

    [Test]
    public async Task Bytes_and_ends_pass_in_both_directions()
    {
        await _client.SendAsync(Text.AsMemory(0, 100));
        Assert.That(await ReadAsync(_server, 100), Is.EqualTo(Text[..100]));
        await _server.SendAsync(Text.AsMemory(100, 100));
        Assert.That(await ReadAsync(_client, 100), Is.EqualTo(Text[100..200]));

        _client.Shutdown(SocketShutdown.Send);
        Assert.That(await ReadAsync(_server, 1), Is.Empty);
        await _server.SendAsync(Text.AsMemory(0, 10));
        _server.Shutdown(SocketShutdown.Send);

        Assert.That(await ReadAsync(_client, 11), Is.EqualTo(Text[..10]), "an end in one direction leaves the other alone");
    }

    [Test]
    public async Task A_reset_on_one_side_resets_the_other()
    {
        _client.LingerState = new LingerOption(true, 0);
        _client.Dispose();

        Assert.That(await EndOfAsync(_server), Is.EqualTo(SocketError.ConnectionReset));
    }

    [Test]
    public async Task Latency_and_jitter_delay_bytes_and_keep_their_order()
    {
        var latency = TimeSpan.FromMilliseconds(60);
        _proxy.Apply(FlowDirection.ToServer, new FlowToxics { Latency = latency, Jitter = TimeSpan.FromMilliseconds(20) });
        var began = Stopwatch.GetTimestamp();
        var sending = SendAsync(_client, Text);

        Assert.That(await ReadAsync(_server, Text.Length), Is.EqualTo(Text));
        Assert.That(Stopwatch.GetElapsedTime(began), Is.GreaterThanOrEqualTo(latency));
        await sending;
    }

    [Test]
    public async Task Bandwidth_is_limited()
    {
        _proxy.Apply(FlowDirection.ToServer, new FlowToxics { BytesPerSecond = 100_000 });
        var began = Stopwatch.GetTimestamp();
        await SendAsync(_client, Text.AsMemory(0, 20_000));
        await ReadAsync(_server, 20_000);
        await SendAsync(_client, Text.AsMemory(0, 1));
        await ReadAsync(_server, 1);

        Assert.That(Stopwatch.GetElapsedTime(began), Is.GreaterThan(TimeSpan.FromMilliseconds(150)), "200 ms; timers are coarse");
    }

    [Test]
    public async Task Bytes_arrive_in_slices()
    {
        _proxy.Apply(FlowDirection.ToServer, new FlowToxics { SliceBytes = 1 });
        await _client.SendAsync(Text.AsMemory(0, 300));

        Assert.That(await ReadAsync(_server, 300), Is.EqualTo(Text[..300]));
        Assert.That(SegmentsReceived(_server), Is.GreaterThan(20), "the kernel may put some together");
    }

    [Test]
    public async Task A_held_direction_delivers_everything_later()
    {
        var flow = _proxy.Links[0].ToServer;
        flow.Apply(new FlowToxics { IsHeld = true });
        var sending = SendAsync(_client, Text);
        await _server.SendAsync(Text.AsMemory(0, 10));
        Assert.That(await ReadAsync(_client, 10), Is.EqualTo(Text[..10]), "the other direction works");
        Assert.That(_server.Available, Is.Zero);

        flow.Apply(FlowToxics.None);

        Assert.That(await ReadAsync(_server, Text.Length), Is.EqualTo(Text));
        await sending;
    }

    [TestCase(LimitAction.Close, SocketError.Success)]
    [TestCase(LimitAction.Reset, SocketError.ConnectionReset)]
    public async Task A_limit_ends_the_connection_at_that_byte(LimitAction action, SocketError end)
    {
        _proxy.Apply(FlowDirection.ToClient, new FlowToxics { LimitBytes = 5, AtLimit = action });
        await _server.SendAsync(Text.AsMemory(0, 5));
        if (action == LimitAction.Close)
        {
            // A reset may overtake them.
            Assert.That(await ReadAsync(_client, 6), Is.EqualTo(Text[..5]));
        }

        using (Assert.EnterMultipleScope())
        {
            Assert.That(await EndOfAsync(_client), Is.EqualTo(end));
            Assert.That(await EndOfAsync(_server), Is.EqualTo(end));
        }
    }

    [Test]
    public async Task A_limit_can_end_one_direction_only()
    {
        _proxy.Apply(FlowDirection.ToClient, new FlowToxics { LimitBytes = 5, AtLimit = LimitAction.HalfClose });
        await _server.SendAsync(Text.AsMemory(0, 50));
        Assert.That(await ReadAsync(_client, 6), Is.EqualTo(Text[..5]));

        await _client.SendAsync(Text.AsMemory(0, 9));

        Assert.That(await ReadAsync(_server, 9), Is.EqualTo(Text[..9]));
    }

    [Test]
    public async Task A_limit_can_hold_the_rest_until_it_is_taken_back()
    {
        _proxy.Apply(FlowDirection.ToClient, new FlowToxics { LimitBytes = 5, AtLimit = LimitAction.Hold });
        await _server.SendAsync(Text.AsMemory(0, 50));
        Assert.That(await ReadAsync(_client, 5), Is.EqualTo(Text[..5]));
        Assert.That(_client.Available, Is.Zero);

        _proxy.Apply(FlowDirection.ToClient, FlowToxics.None);

        Assert.That(await ReadAsync(_client, 45), Is.EqualTo(Text[5..50]));
    }

    [Test]
    public async Task Half_close_on_demand_ends_one_direction()
    {
        _proxy.Links[0].ToClient.HalfClose();
        Assert.That(await ReadAsync(_client, 1), Is.Empty);

        await _client.SendAsync(Text.AsMemory(0, 9));

        Assert.That(await ReadAsync(_server, 9), Is.EqualTo(Text[..9]));
    }

    [Test]
    public async Task Discarded_bytes_and_ends_never_arrive()
    {
        _proxy.Apply(FlowDirection.ToServer, new FlowToxics { IsDiscarding = true });
        await _client.SendAsync(Text.AsMemory(0, 100));
        _client.Shutdown(SocketShutdown.Send);

        await _server.SendAsync(Text.AsMemory(0, 10));

        Assert.That(await ReadAsync(_client, 10), Is.EqualTo(Text[..10]));
        Assert.That(_server.Poll(TimeSpan.FromMilliseconds(50), SelectMode.SelectRead), Is.False, "neither a byte nor an end");
    }

    [Test]
    public async Task A_late_close_arrives_later_than_the_last_byte()
    {
        var delay = TimeSpan.FromMilliseconds(80);
        _proxy.Apply(FlowDirection.ToServer, new FlowToxics { CloseDelay = delay });
        var began = Stopwatch.GetTimestamp();
        await _client.SendAsync(Text.AsMemory(0, 5));
        _client.Shutdown(SocketShutdown.Send);

        Assert.That(await ReadAsync(_server, 6), Is.EqualTo(Text[..5]));
        Assert.That(Stopwatch.GetElapsedTime(began), Is.GreaterThanOrEqualTo(delay));
    }

    [Test]
    public async Task A_reset_on_demand_reaches_both_sides()
    {
        _proxy.Links[0].Reset();

        using (Assert.EnterMultipleScope())
        {
            Assert.That(await EndOfAsync(_client), Is.EqualTo(SocketError.ConnectionReset));
            Assert.That(await EndOfAsync(_server), Is.EqualTo(SocketError.ConnectionReset));
        }
    }

    [Test]
    public async Task Packets_that_vanish_are_not_even_acknowledged_and_come_again_later()
    {
        _proxy.Links[0].Vanish();
        await _client.SendAsync(Text.AsMemory(0, 100));
        await Eventually.HoldsAsync(() => Task.FromResult(Retransmissions(_client) > 0), "the sender tries again");
        Assert.That(_server.Available, Is.Zero);

        _proxy.Links[0].Reappear();

        Assert.That(await ReadAsync(_server, 100), Is.EqualTo(Text[..100]));
    }

    [Test]
    public async Task Lost_packets_are_made_good_by_TCP()
    {
        _proxy.Links[0].LosePackets(0.05);
        var sending = SendAsync(_client, Text);

        Assert.That(await ReadAsync(_server, Text.Length), Is.EqualTo(Text));
        await sending;
    }

    [Test]
    public async Task Refusing_leaves_living_connections_alone_and_ends_on_the_same_port()
    {
        await _proxy.SetModeAsync(ProxyMode.Refuse);
        Assert.That(async () => await DialAsync(), Throws.TypeOf<SocketException>().With.Property(nameof(SocketException.SocketErrorCode)).EqualTo(SocketError.ConnectionRefused));
        await _client.SendAsync(Text.AsMemory(0, 10));
        Assert.That(await ReadAsync(_server, 10), Is.EqualTo(Text[..10]));

        await _proxy.SetModeAsync(ProxyMode.Forward);

        using var second = await DialAsync();
        using var accepted = await _listener.AcceptAsync();
        await second.SendAsync(Text.AsMemory(0, 10));
        Assert.That(await ReadAsync(accepted, 10), Is.EqualTo(Text[..10]));
    }

    [Test]
    public async Task Who_connects_while_it_hangs_is_accepted_and_hears_nothing()
    {
        await _proxy.SetModeAsync(ProxyMode.Hang);
        using var second = await DialAsync();
        await _proxy.WaitForAcceptedAsync(2);
        await second.SendAsync(Text.AsMemory(0, 10));
        Assert.That(second.Poll(TimeSpan.FromMilliseconds(50), SelectMode.SelectRead), Is.False);

        await _proxy.HealAsync();

        Assert.That(await EndOfAsync(second), Is.EqualTo(SocketError.ConnectionReset));
    }

    [Test]
    public async Task Who_connects_can_be_reset()
    {
        await _proxy.SetModeAsync(ProxyMode.Reset);

        SocketError end;
        try
        {
            using var second = await DialAsync();
            end = await EndOfAsync(second);
        }
        catch (SocketException e)
        {
            // The reset came before we had learnt that the connection stands.
            end = e.SocketErrorCode;
        }

        Assert.That(end, Is.EqualTo(SocketError.ConnectionReset));
    }

    [Test]
    public async Task Who_connects_to_a_vanished_network_waits_until_it_is_back()
    {
        await _proxy.SetModeAsync(ProxyMode.Vanish);
        using var second = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        var connecting = second.ConnectAsync(_proxy.EndPoint);
        await Eventually.HoldsAsync(() => Task.FromResult(Retransmissions(second) > 0), "the packet is sent again");
        Assert.That(connecting.IsCompleted, Is.False);

        await _proxy.HealAsync();

        await connecting.WaitAsync(WaitLimit.Default);
        Assert.That(second.Connected, Is.True);
    }

    private async Task<Socket> DialAsync()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(_proxy.EndPoint);
        return socket;
    }

    private static async Task SendAsync(Socket socket, ReadOnlyMemory<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            bytes = bytes[await socket.SendAsync(bytes)..];
        }
    }

    /// <summary>So many bytes, or fewer when the stream ends.</summary>
    private static async Task<byte[]> ReadAsync(Socket socket, int count)
    {
        var bytes = new byte[count];
        var read = 0;
        while (read < count)
        {
            var received = await socket.ReceiveAsync(bytes.AsMemory(read)).AsTask().WaitAsync(WaitLimit.Default);
            if (received == 0)
            {
                break;
            }

            read += received;
        }

        return bytes[..read];
    }

    /// <summary>How a stream ends, whatever is left in it; Success is a FIN.</summary>
    private static async Task<SocketError> EndOfAsync(Socket socket)
    {
        try
        {
            while (await socket.ReceiveAsync(new byte[100]).WaitAsync(WaitLimit.Default) > 0)
            {
            }

            return SocketError.Success;
        }
        catch (SocketException e)
        {
            return e.SocketErrorCode;
        }
    }

    // struct tcp_info of linux/tcp.h: tcpi_total_retrans and tcpi_data_segs_in.
    private static uint Retransmissions(Socket socket) => TcpInfo(socket, 100);

    private static uint SegmentsReceived(Socket socket) => TcpInfo(socket, 152);

    private static uint TcpInfo(Socket socket, int offset)
    {
        const int Tcp = 6;
        const int Info = 11;
        var bytes = new byte[200];
        socket.GetRawSocketOption(Tcp, Info, bytes);
        return BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(offset));
    }
}
