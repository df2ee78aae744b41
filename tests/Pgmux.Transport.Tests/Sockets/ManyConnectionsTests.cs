using System.Net.Sockets;
using Pgmux.Transport.Loops;
using Pgmux.Transport.Sockets;
using Pgmux.Transport.Tests.Contract;

namespace Pgmux.Transport.Tests.Sockets;

[NonParallelizable]
public sealed class ManyConnectionsTests(SocketEngine engine) : SocketFixture(engine)
{
    private const int Count = 5_000;

    [Test]
    public async Task Thousands_of_connections_are_open_at_once_and_cheap()
    {
        var accepted = new List<TransportConnection>(Count);
        var all = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var listener = Loop.Listen(
            new ListenOptions { EndPoint = Loopback, Backlog = 1_024 },
            connection =>
            {
                accepted.Add(connection);
                if (accepted.Count == Count)
                {
                    all.SetResult();
                }
            });
        var sockets = new List<Socket>(Count);
        for (var index = 0; index < Count; index++)
        {
            sockets.Add(ConnectSocket(listener.EndPoint));
        }

        await all.Task.WaitAsync(Patience);
        await RunAsync(() =>
        {
            accepted.ForEach(connection => _ = connection.EchoAsync());
            return Task.CompletedTask;
        });
        var message = "SELECT 1"u8.ToArray();
        foreach (var socket in sockets)
        {
            Assert.That(RoundTrip(socket, message), Is.EqualTo(message));
        }

        Assert.That(await Loop.RunAsync(() => Task.FromResult(Loop.Core.Buffers.RentedBlocks)), Is.Zero);
        Assert.That(Loop.TargetCount, Is.EqualTo(Count + 1));
        sockets.ForEach(socket => socket.Dispose());
        for (var sweep = 0; sweep < 30 && Loop.TargetCount > 1; sweep++)
        {
            await NextSweepAsync();
        }

        Assert.That(Loop.TargetCount, Is.EqualTo(1), "only the listener is left");
    }

    [Test]
    public async Task A_parked_connection_costs_less_than_700_bytes()
    {
        const int Parked = 1_000;
        var accepted = new TransportConnection[Parked];
        var count = 0;
        var all = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var listener = Loop.Listen(
            new ListenOptions { EndPoint = Loopback, Backlog = 1_024 },
            connection =>
            {
                accepted[count++] = connection;
                if (count == Parked)
                {
                    all.SetResult();
                }
            });
        var sockets = new Socket[Parked];
        for (var index = 0; index < Parked; index++)
        {
            sockets[index] = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        }

        var before = GC.GetTotalMemory(forceFullCollection: true);
        foreach (var socket in sockets)
        {
            await socket.ConnectAsync(listener.EndPoint);
        }

        await all.Task.WaitAsync(Patience);
        var with = GC.GetTotalMemory(forceFullCollection: true);
        await Loop.RunAsync(() =>
        {
            Array.ForEach(accepted, connection => connection.Abort());
            Array.Clear(accepted);
            return Task.CompletedTask;
        });
        var without = GC.GetTotalMemory(forceFullCollection: true);
        TestContext.Out.WriteLine($"{(with - before) / Parked} bytes to open, {(with - without) / Parked} given back");
        Assert.That((with - without) / Parked, Is.LessThan(700));
        Array.ForEach(sockets, socket => socket.Dispose());
    }

    private Task NextSweepAsync()
    {
        var swept = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var sweep = Loop.AddSweep(() => swept.TrySetResult());
        return swept.Task.ContinueWith(_ => sweep.Dispose(), TaskScheduler.Default);
    }
}
