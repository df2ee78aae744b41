using System.Net.Sockets;
using Pgmux.Transport.Loops;
using Pgmux.Transport.Sockets;
using Pgmux.Transport.Tests.Contract;
using Pgmux.Transport.Tests.Sockets;
using Pgmux.Transport.Uring;

namespace Pgmux.Transport.Tests.Uring;

/// <summary>What only a loop with receives in the kernel can get wrong.</summary>
[NonParallelizable]
public sealed class UringLoopTests
{
    // More than there are buffers for the kernel, and more than the queue of completions takes.
    private const int Many = 5_000;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly byte[] Hello = "hello"u8.ToArray();

    private readonly List<Exception> _unhandled = [];
    private SocketLoop _loop = null!;
    private SocketLoop _other = null!;

    [SetUp]
    public void StartLoops()
    {
        UringRequirement.Check(SocketEngine.Uring);
        _loop = Start(0);
        _other = Start(1);
    }

    [TearDown]
    public async Task StopLoops()
    {
        if (_loop is not null)
        {
            await _loop.DisposeAsync();
        }

        if (_other is not null)
        {
            await _other.DisposeAsync();
        }

        Assert.That(_unhandled, Is.Empty);
    }

    [Test]
    public async Task Nothing_is_lost_when_more_comes_in_one_turn_than_the_kernel_has_buffers_for()
    {
        var (sockets, connections) = await ConnectAsync(Many);
        connections.ForEach(connection => _loop.Post(_ => _ = connection.EchoAsync(), null));
        await _loop.RunAsync(() => Task.CompletedTask);
        await _loop.RunAsync(() =>
        {
            // The loop is busy here, so that all of it is there at its next turn.
            sockets.ForEach(socket => socket.Send(Hello));
            return Task.CompletedTask;
        });
        foreach (var socket in sockets)
        {
            Assert.That(Receive(socket), Is.EqualTo(Hello));
        }

        sockets.ForEach(socket => socket.Dispose());
        await UntilAsync(() => _loop.TargetCount == 0, "all connections are closed");
        Assert.That(_loop.Core.Buffers.RentedBlocks, Is.Zero);
    }

    [Test]
    public async Task A_send_is_no_reason_to_wake_up()
    {
        const int Messages = 500;
        var (sockets, connections) = await ConnectAsync(1);
        _loop.Post(_ => _ = connections[0].EchoAsync(), null);
        sockets[0].Send(Hello);
        Receive(sockets[0]);
        var before = await _loop.RunAsync(() => Task.FromResult(_loop.Core.Turns));
        for (var message = 0; message < Messages; message++)
        {
            sockets[0].Send(Hello);
            Receive(sockets[0]);
        }

        // One turn for each message: it is received, answered, and the call that sends waits for the next one.
        var turns = await _loop.RunAsync(() => Task.FromResult(_loop.Core.Turns)) - before;
        Assert.That(turns, Is.InRange(Messages, Messages + (Messages / 10)));
        sockets[0].Dispose();
    }

    [Test]
    public async Task Bytes_that_come_while_a_receive_is_taken_back_move_along()
    {
        var (sockets, connections) = await ConnectAsync(1);
        var read = await ParkAsync(connections[0]);
        await _loop.RunAsync(() =>
        {
            sockets[0].Send(Hello);
            connections[0].MoveTo(_other, _ => { }, null);
            Assert.That(_loop.TargetCount, Is.Zero);
            Assert.That(_loop.Core.Buffers.RentedBlocks, Is.Zero, "buffers stay with their loop");
            return Task.CompletedTask;
        });
        Assert.That(await read.WaitAsync(Patience), Is.EqualTo(Hello));
        sockets[0].Send(Hello);
        Assert.That(await _other.RunAsync(() => connections[0].Input.ReadExactlyAsync(Hello.Length)), Is.EqualTo(Hello));
        sockets[0].Dispose();
    }

    [Test]
    public async Task An_end_that_comes_while_a_receive_is_taken_back_moves_along()
    {
        var (sockets, connections) = await ConnectAsync(1);
        var read = await ParkAsync(connections[0]);
        await _loop.RunAsync(() =>
        {
            sockets[0].Shutdown(SocketShutdown.Send);
            connections[0].MoveTo(_other, _ => { }, null);
            return Task.CompletedTask;
        });
        Assert.That(await read.WaitAsync(Patience), Is.Empty);
        Assert.That(connections[0].PeerState, Is.EqualTo(PeerState.HalfClosed));
        sockets[0].Dispose();
    }

    [Test]
    public async Task What_has_come_for_others_is_known_before_it_is_told_when_a_receive_is_taken_back([Values] bool moves)
    {
        var (sockets, connections) = await ConnectAsync(2);
        await ParkAsync(connections[0]);
        var read = await ParkAsync(connections[1]);
        var known = await _loop.RunAsync(() =>
        {
            sockets[1].Send(Hello);
            if (moves)
            {
                connections[0].MoveTo(_other, _ => { }, null);
            }
            else
            {
                connections[0].Abort();
            }

            return Task.FromResult((connections[1].HasUntoldBytes, connections[1].HasUnreadBytes, read.IsCompleted));
        });
        Assert.That(known, Is.EqualTo((true, true, false)));
        Assert.That(await read.WaitAsync(Patience), Is.EqualTo(Hello));
        sockets.ForEach(socket => socket.Dispose());
    }

    [Test]
    public async Task A_connection_that_is_aborted_with_bytes_on_their_way_leaves_nothing()
    {
        const int Count = 100;
        var (sockets, connections) = await ConnectAsync(Count);
        var reads = new List<Task<byte[]>>();
        foreach (var connection in connections)
        {
            reads.Add(await ParkAsync(connection));
        }

        await _loop.RunAsync(() =>
        {
            sockets.ForEach(socket => socket.Send(Hello));
            connections.ForEach(connection => connection.Abort());
            return Task.CompletedTask;
        });
        foreach (var read in reads)
        {
            Assert.That(await read.WaitAsync(Patience), Is.Empty);
        }

        Assert.That(await _loop.RunAsync(() => Task.FromResult((_loop.TargetCount, _loop.Core.Buffers.RentedBlocks))), Is.EqualTo((0, 0)));

        // Bytes that nobody has read make the kernel send RST.
        Assert.That(() => Receive(sockets[0]), Throws.InstanceOf<SocketException>().Or.InstanceOf<AssertionException>());
        sockets.ForEach(socket => socket.Dispose());
    }

    [Test]
    public void What_is_missing_is_said()
    {
        Assert.That(UringSupport.FindObstacle(), Is.Null);
    }

    private SocketLoop Start(int index)
    {
        var loop = SocketLoop.Start(SocketEngine.Uring, new SocketLoopOptions { Index = index, PoisonsBuffers = true });
        loop.UnhandledException = _unhandled.Add;
        return loop;
    }

    private async Task<(List<Socket> Sockets, List<TransportConnection> Connections)> ConnectAsync(int count)
    {
        var connections = new List<TransportConnection>(count);
        var all = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var listener = _loop.Listen(
            new ListenOptions { EndPoint = SocketFixture.Loopback, Backlog = 1_024 },
            connection =>
            {
                connections.Add(connection);
                if (connections.Count == count)
                {
                    all.SetResult();
                }
            });
        var sockets = new List<Socket>(count);
        for (var index = 0; index < count; index++)
        {
            var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { ReceiveTimeout = (int)Patience.TotalMilliseconds };
            await socket.ConnectAsync(listener.EndPoint);
            sockets.Add(socket);
        }

        await all.Task.WaitAsync(Patience);
        return (sockets, connections);
    }

    /// <summary>Lets a connection wait for bytes; comes back when the kernel knows of it.</summary>
    private async Task<Task<byte[]>> ParkAsync(TransportConnection connection)
    {
        var read = _loop.RunAsync(async () =>
        {
            var result = await connection.Input.ReadAsync();
            var bytes = result.Buffer.FirstSpan.ToArray();
            connection.Input.AdvanceTo(result.Buffer.End);
            return bytes;
        });
        await ContractRig.SettleAsync(_loop);
        return read;
    }

    private async Task UntilAsync(Func<bool> claim, string what)
    {
        const int MostSettles = 1_000;
        for (var settle = 0; settle < MostSettles && !claim(); settle++)
        {
            await ContractRig.SettleAsync(_loop);
        }

        Assert.That(claim(), Is.True, what);
    }

    private static byte[] Receive(Socket socket)
    {
        var received = new byte[Hello.Length];
        for (var count = 0; count < received.Length;)
        {
            var more = socket.Receive(received, count, received.Length - count, SocketFlags.None);
            Assert.That(more, Is.Positive, "the connection has ended");
            count += more;
        }

        return received;
    }
}
