using System.Buffers;
using Pgmux.Transport.Loops;

namespace Pgmux.Transport.Tests.Contract;

public sealed class MoveContractTests(RigKind kind) : ContractFixture(kind)
{
    [Test]
    public Task A_waiting_read_completes_on_the_new_loop() => Rig.RunAsync(async () =>
    {
        var (client, server) = await Rig.ConnectAsync();
        var reading = ReadOnLoopAsync(server, Rig.OtherLoop);
        await MoveAsync(server, Rig.OtherLoop);
        client.Output.Write("h"u8);
        await client.Output.FlushAsync();
        Assert.That(await reading, Is.EqualTo("h"u8.ToArray()));
    });

    [Test]
    public Task Arrival_is_told_on_the_new_loop() => Rig.RunAsync(async () =>
    {
        var (_, server) = await Rig.ConnectAsync();
        var arrived = new TaskCompletionSource<bool>();
        server.MoveTo(Rig.OtherLoop, _ => arrived.SetResult(Rig.OtherLoop.IsCurrent && server.Loop == Rig.OtherLoop), null);
        Assert.That(await arrived.Task, Is.True);
    });

    [Test]
    public Task A_move_to_the_own_loop_arrives_too() => Rig.RunAsync(async () =>
    {
        var (_, server) = await Rig.ConnectAsync();
        await MoveAsync(server, Rig.Loop);
        Assert.That(server.Loop, Is.SameAs(Rig.Loop));
    });

    [Test]
    public Task Only_a_clean_connection_moves() => Rig.RunAsync(async () =>
    {
        var (client, server) = await Rig.ConnectAsync();
        client.Output.Write("hello"u8);
        Assert.That(() => client.MoveTo(Rig.OtherLoop, _ => { }, null), Throws.InvalidOperationException, "unflushed");
        await client.Output.FlushAsync();
        Assert.That(() => client.MoveTo(Rig.OtherLoop, _ => { }, null), Throws.InvalidOperationException, "unsent");
        var result = await server.Input.ReadAsync();
        Assert.That(() => server.MoveTo(Rig.OtherLoop, _ => { }, null), Throws.InvalidOperationException, "lent");
        server.Input.AdvanceTo(result.Buffer.Start, result.Buffer.End);
        Assert.That(() => server.MoveTo(Rig.OtherLoop, _ => { }, null), Throws.InvalidOperationException, "unread");
        client.Close();
        Assert.That(() => client.MoveTo(Rig.OtherLoop, _ => { }, null), Throws.InvalidOperationException, "closed");
    });

    [Test]
    public Task Bytes_that_come_during_the_move_are_read_after_it() => Rig.RunAsync(async () =>
    {
        var (client, server) = await Rig.ConnectAsync();
        await client.Output.WriteAsync("hello"u8.ToArray());
        await Rig.SettleAsync();
        await MoveAsync(server, Rig.OtherLoop);
        var read = await Rig.OtherLoop.RunAsync(() => server.Input.ReadExactlyAsync(5));
        Assert.That(read, Is.EqualTo("hello"u8.ToArray()));
    });

    [Test]
    public Task A_close_during_the_move_is_not_lost([Values] bool isReading) => Rig.RunAsync(async () =>
    {
        var (client, server) = await Rig.ConnectAsync();
        var observer = new RecordingObserver();
        server.Observer = observer;
        var told = observer.NextPeerClose;
        var reading = isReading ? ReadOnLoopAsync(server, Rig.OtherLoop) : null;
        client.Close();
        await MoveAsync(server, Rig.OtherLoop);
        if (reading is not null)
        {
            Assert.That(await reading, Is.Empty);
        }
        else
        {
            await told;
            Assert.That(observer.PeerCloses, Has.Count.EqualTo(1));
        }
    });

    [Test]
    public Task A_cancelled_read_is_cancelled_on_the_new_loop() => Rig.RunAsync(async () =>
    {
        var (_, server) = await Rig.ConnectAsync();
        var reading = CancelledOnLoopAsync(server, Rig.OtherLoop);
        server.Input.CancelPendingRead();
        await MoveAsync(server, Rig.OtherLoop);
        Assert.That(await reading, Is.True);
    });

    [Test]
    public Task Nothing_is_lost_while_a_connection_wanders() => Rig.RunAsync(async () =>
    {
        const int Rounds = 200;
        var (client, server) = await Rig.ConnectAsync();
        var wanderer = WanderAsync(server, Rounds);
        for (var round = 0; round < Rounds; round++)
        {
            var sent = TestBytes.Create(1 + (round * 37), round);
            client.Output.Write(BitConverter.GetBytes(sent.Length));
            client.Output.Write(sent);
            await client.Output.FlushAsync();
            Assert.That(await client.Input.ReadExactlyAsync(sent.Length), Is.EqualTo(sent));
        }

        await wanderer;
    });

    // Echoes messages and changes the loop after each, as a server connection does between two leases.
    private async Task WanderAsync(TransportConnection connection, int rounds)
    {
        for (var round = 0; round < rounds; round++)
        {
            var target = round % 2 == 0 ? Rig.OtherLoop : Rig.Loop;
            await Task.Yield();
            await EchoMessageAsync(connection);
            await new Move(connection, target);
        }
    }

    private static async Task EchoMessageAsync(TransportConnection connection)
    {
        var length = BitConverter.ToInt32(await connection.Input.ReadExactlyAsync(sizeof(int)));
        var observer = new RecordingObserver();
        connection.Observer = observer;
        var drained = observer.NextDrain;
        connection.Output.Write(await connection.Input.ReadExactlyAsync(length));
        await connection.Output.FlushAsync();
        await drained;
        connection.Observer = null;
    }

    // The caller comes back to the loop it is on.
    private static Task MoveAsync(TransportConnection connection, EventLoop target)
    {
        var arrived = new TaskCompletionSource();
        connection.MoveTo(target, _ => arrived.SetResult(), null);
        return arrived.Task;
    }

    private static async Task<byte[]> ReadOnLoopAsync(TransportConnection connection, EventLoop expected)
    {
        var result = await connection.Input.ReadAsync();
        Assert.That(expected.IsCurrent, Is.True);
        var bytes = result.Buffer.ToArray();
        connection.Input.AdvanceTo(result.Buffer.End);
        return bytes;
    }

    private static async Task<bool> CancelledOnLoopAsync(TransportConnection connection, EventLoop expected)
    {
        var result = await connection.Input.ReadAsync();
        Assert.That(expected.IsCurrent, Is.True);
        connection.Input.AdvanceTo(result.Buffer.End);
        return result.IsCanceled;
    }
}
