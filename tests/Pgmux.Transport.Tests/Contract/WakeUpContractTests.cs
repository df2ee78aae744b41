using System.Buffers;
using Pgmux.Transport.Loops;

namespace Pgmux.Transport.Tests.Contract;

/// <summary>
/// Wake-ups of whoever waits on a loop: one that comes before the wait, during it, or after the waiter has gone elsewhere. None is lost, and
/// none of an earlier life reaches what came after it.
/// </summary>
public sealed class WakeUpContractTests(RigKind kind) : ContractFixture(kind)
{
    private static readonly byte[] Hello = "hello"u8.ToArray();

    [TestCase("before")]
    [TestCase("during")]
    [TestCase("between")]
    [Property("Row", "B21")]
    public Task A_signal_is_not_lost_whenever_it_comes(string when) => Rig.RunAsync(async () =>
    {
        var signal = new LoopSignal();
        for (var round = 0; round < 100; round++)
        {
            switch (when)
            {
                case "before":
                    signal.Set();
                    await signal.WaitAsync(Rig.Loop);
                    break;
                case "during":
                    Rig.Loop.Post(_ => signal.Set(), null);
                    await signal.WaitAsync(Rig.Loop);
                    break;
                default:
                    // The wait has begun, and nobody awaits it yet.
                    var wait = signal.WaitAsync(Rig.Loop);
                    signal.Set();
                    await wait;
                    break;
            }

            Assert.That(Rig.Loop.IsCurrent, Is.True);
        }
    });

    [Test, Property("Row", "B21")]
    public Task A_signal_wakes_one_wait_and_not_the_next() => Rig.RunAsync(async () =>
    {
        var signal = new LoopSignal();
        signal.Set();
        signal.Set();
        await signal.WaitAsync(Rig.Loop);
        var next = WaitAsync(signal);
        await Rig.SettleAsync();
        Assert.That(next.IsCompleted, Is.False, "two signals before one wait are one");
        signal.Set();
        await next;

        var last = WaitAsync(signal);
        signal.Set();
        signal.Set();
        await last;
        var after = WaitAsync(signal);
        await Rig.SettleAsync();
        Assert.That(after.IsCompleted, Is.False, "nor is there one left over from a wait that was over");
        signal.Set();
        await after;
    });

    [TestCase("before")]
    [TestCase("during")]
    [TestCase("after a turn without a reader")]
    [Property("Row", "B21")]
    public Task Bytes_wake_a_read_whenever_they_come(string when) => Rig.RunAsync(async () =>
    {
        var (client, server) = await Rig.ConnectAsync();
        for (var round = 0; round < 50; round++)
        {
            var reading = when == "during" ? server.Input.ReadExactlyAsync(5) : null;
            await client.Output.WriteAsync(Hello);
            if (when == "after a turn without a reader")
            {
                await Rig.SettleAsync();
            }

            Assert.That(await (reading ?? server.Input.ReadExactlyAsync(5)), Is.EqualTo(Hello));
        }
    });

    // Wherever the connection is when they come: before it leaves, under way, or just there.
    [Test, Property("Row", "B21")]
    public Task Bytes_wake_a_read_of_a_connection_that_wanders([Values] bool isReading, [Range(0, 3)] int turnsAhead) => Rig.RunAsync(async () =>
    {
        var (client, server) = await Rig.ConnectAsync();
        for (var round = 0; round < 20; round++)
        {
            var target = server.Loop == Rig.Loop ? Rig.OtherLoop : Rig.Loop;
            var here = server.Loop;
            var read = new TaskCompletionSource<byte>();
            here.Post(_ => _ = MoveAndReadAsync(server, target, isReading, read), null);
            for (var turn = 0; turn < turnsAhead; turn++)
            {
                await TurnAsync(Rig.Loop);
            }

            client.Output.Write([(byte)round]);
            await client.Output.FlushAsync();
            Assert.That(await read.Task, Is.EqualTo((byte)round));
        }
    });

    // What was on its way to a connection that is closed is not told to the next one, which may have its descriptor and its slot.
    [Test, Property("Row", "B21")]
    public Task Events_of_a_closed_connection_do_not_wake_the_one_that_takes_its_place() => Rig.RunAsync(async () =>
    {
        for (var round = 0; round < 30; round++)
        {
            var (oldClient, oldServer) = await Rig.ConnectAsync();
            oldClient.Output.Write(Hello);
            oldClient.Flush();
            oldClient.Close();
            oldServer.Abort();
            var (client, server) = await Rig.ConnectAsync();
            var observer = new RecordingObserver();
            var reading = server.Input.ReadAsync();
            client.Observer = observer;
            await Rig.SettleAsync();
            Assert.That(reading.IsCompleted, Is.False, "a wake-up of the former connection");
            Assert.That(observer.PeerCloses, Is.Empty);
            await client.Output.WriteAsync(Hello);
            var result = await reading;
            Assert.That(result is { IsCompleted: false, Buffer.IsEmpty: false }, Is.True);
            server.Input.AdvanceTo(result.Buffer.End);
            client.Abort();
            server.Abort();
        }
    });

    [Test, Property("Row", "N02")]
    public Task A_wait_may_be_awaited_once() => Rig.RunAsync(async () =>
    {
        var signal = new LoopSignal();
        var wait = signal.WaitAsync(Rig.Loop);

        // What the analyzer forbids in the code: two copies of one ValueTask.
        var copy = wait;
        signal.Set();
        await wait;
        var next = WaitAsync(signal);
        Assert.That(async () => await copy, Throws.InvalidOperationException, "the version of the wait is checked");
        signal.Set();
        await next;

        var (client, server) = await Rig.ConnectAsync();
        var read = server.Input.ReadAsync();
        var again = read;
        await client.Output.WriteAsync(Hello);
        server.Input.AdvanceTo((await read).Buffer.End);
        Assert.That(async () => await again, Throws.InvalidOperationException, "the version of the read is checked");
    });

    private async Task WaitAsync(LoopSignal signal) => await signal.WaitAsync(Rig.Loop);

    private static async Task MoveAndReadAsync(TransportConnection server, EventLoop target, bool isReading, TaskCompletionSource<byte> read)
    {
        try
        {
            // One byte: with half of it read the connection would not be clean, and could not move.
            var reading = isReading ? server.Input.ReadExactlyAsync(1) : null;
            await new Move(server, target);
            Assert.That(target.IsCurrent, Is.True);
            read.SetResult((await (reading ?? server.Input.ReadExactlyAsync(1)))[0]);
        }
        catch (Exception failure)
        {
            read.SetException(failure);
        }
    }

    private static Task TurnAsync(EventLoop loop)
    {
        var done = new TaskCompletionSource();
        loop.Post(_ => done.SetResult(), null);
        return done.Task;
    }
}
