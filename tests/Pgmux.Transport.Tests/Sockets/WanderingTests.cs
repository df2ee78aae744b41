using System.Buffers;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Pgmux.Transport.Loops;
using Pgmux.Transport.Sockets;
using Pgmux.Transport.Tests.Contract;

namespace Pgmux.Transport.Tests.Sockets;

/// <summary>Connections change their loop all the time, as server connections do between leases, while clients keep sending.</summary>
[TestFixture(SocketEngine.Epoll)]
[TestFixture(SocketEngine.Uring)]
public sealed class WanderingTests(SocketEngine engine)
{
    private const int Clients = 32;
    private const int MostPause = 3;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Test]
    public async Task No_byte_is_lost_between_several_loops()
    {
        UringRequirement.Check(engine);
        await using var loops = new LoopGroup<SocketLoop>(4, StartLoop);
        using var listener = loops.Next().Listen(
            new ListenOptions { EndPoint = SocketFixture.Loopback, Backlog = Clients },
            connection => connection.MoveTo(loops.Next(), _ => _ = EchoAndMoveAsync(connection, loops), null));
        var clients = Enumerable.Range(0, Clients).Select(seed => Task.Run(() => StreamAsync(listener.EndPoint, seed)));
        await Task.WhenAll(clients).WaitAsync(Patience);
        foreach (var loop in loops.Loops)
        {
            Assert.That(await loop.RunAsync(() => Task.FromResult(loop.Core.Buffers.RentedBlocks)), Is.Zero);
        }
    }

    private SocketLoop StartLoop(int index)
    {
        var loop = SocketLoop.Start(engine, new SocketLoopOptions { Index = index, PoisonsBuffers = true });
        loop.UnhandledException = exception => Assert.Fail(exception.ToString());
        return loop;
    }

    private static async Task EchoAndMoveAsync(TransportConnection connection, LoopGroup<SocketLoop> loops)
    {
        var observer = new RecordingObserver();
        connection.Observer = observer;
        var moves = 0;
        while (true)
        {
            var result = await connection.Input.ReadAsync();
            Assert.That(connection.Loop.IsCurrent, Is.True);
            if (result.IsCompleted)
            {
                connection.Input.AdvanceTo(result.Buffer.End);
                connection.Close();
                return;
            }

            var drained = observer.NextDrain;
            connection.Output.Write(result.Buffer.FirstSpan);
            connection.Input.AdvanceTo(result.Buffer.End);
            await connection.Output.FlushAsync();
            await drained;
            if (moves++ % MostPause == 0)
            {
                await new Move(connection, loops.Next());
            }
        }
    }

    private static async Task StreamAsync(EndPoint endPoint, int seed)
    {
        const int Length = 300_000;
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(endPoint);
        var sent = TestBytes.Create(Length, seed);
        var sending = SendAsync(socket, sent, new Random(seed));
        var received = new byte[Length];
        for (var count = 0; count < Length;)
        {
            var more = await socket.ReceiveAsync(received.AsMemory(count));
            Assert.That(more, Is.Positive);
            count += more;
        }

        await sending;
        Assert.That(SHA256.HashData(received), Is.EqualTo(SHA256.HashData(sent)));
    }

    private static async Task SendAsync(Socket socket, byte[] bytes, Random random)
    {
        for (var sent = 0; sent < bytes.Length;)
        {
            sent += await socket.SendAsync(bytes.AsMemory(sent, Math.Min(bytes.Length - sent, random.Next(1, 4_000))));
        }
    }
}
