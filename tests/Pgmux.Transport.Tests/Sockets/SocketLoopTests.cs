using System.Net.Sockets;
using Pgmux.Transport.Loops;
using Pgmux.Transport.Sockets;
using Pgmux.Transport.Tests.Contract;

namespace Pgmux.Transport.Tests.Sockets;

public sealed class SocketLoopTests(SocketEngine engine) : SocketFixture(engine)
{
    [Test]
    public async Task Posts_of_many_threads_all_run_in_the_order_of_each()
    {
        const int Threads = 8;
        const int Posts = 20_000;
        var next = new int[Threads];
        var left = Threads * Posts;
        var done = new TaskCompletionSource();
        var threads = Enumerable.Range(0, Threads).Select(thread => new Thread(() =>
        {
            for (var post = 0; post < Posts; post++)
            {
                Loop.Post(
                    state =>
                    {
                        var (from, number) = ((int, int))state!;
                        Assert.That(number, Is.EqualTo(next[from]++));
                        if (--left == 0)
                        {
                            done.SetResult();
                        }
                    },
                    (thread, post));
            }
        })).ToArray();
        Array.ForEach(threads, thread => thread.Start());
        await done.Task.WaitAsync(Patience);
        Assert.That(next, Is.All.EqualTo(Posts));
    }

    [Test]
    public async Task A_sleeping_loop_wakes_for_every_post()
    {
        for (var round = 0; round < 2_000; round++)
        {
            var ran = new TaskCompletionSource();
            Loop.Post(_ => ran.SetResult(), null);
            await ran.Task.WaitAsync(Patience);
        }
    }

    [Test]
    public async Task Only_the_loops_thread_is_current()
    {
        Assert.That(Loop.IsCurrent, Is.False);
        Assert.That(await Loop.RunAsync(() => Task.FromResult(Loop.IsCurrent)), Is.True);
        Assert.That(await Loop.RunAsync(() => Task.FromResult(Thread.CurrentThread.Name)), Is.EqualTo("loop-0"));
    }

    [Test]
    public async Task Nobody_waits_for_a_loop()
    {
        var context = await Loop.RunAsync(() => Task.FromResult(SynchronizationContext.Current!));
        Assert.That(() => context.Send(_ => { }, null), Throws.InstanceOf<NotSupportedException>());
        Assert.That(context.CreateCopy(), Is.SameAs(context));
        await RunAsync(() =>
        {
            var ran = false;
            context.Send(_ => ran = true, null);
            Assert.That(ran, Is.True);
            return Task.CompletedTask;
        });
    }

    [Test]
    public async Task Stopping_ends_sessions_and_listeners()
    {
        var ended = new TaskCompletionSource<bool>();
        var loop = SocketLoop.Start(Engine, new SocketLoopOptions { Index = 7 });
        var listener = loop.Listen(new ListenOptions { EndPoint = Loopback }, connection => _ = ReadAsync(connection));
        using var socket = ConnectSocket(listener.EndPoint);
        RoundTrip(socket, "hello"u8.ToArray());
        await loop.StopAsync().WaitAsync(Patience);
        Assert.That(await ended.Task.WaitAsync(Patience), Is.True);
        Assert.That(() => ConnectSocket(listener.EndPoint), Throws.InstanceOf<SocketException>());
        loop.Post(_ => Assert.Fail("a stopped loop runs nothing"), null);
        listener.Dispose();
        await loop.StopAsync();

        async Task ReadAsync(TransportConnection connection)
        {
            await connection.EchoAsync();
            ended.SetResult(loop.IsCurrent);
        }
    }

    [Test]
    public async Task An_idle_loop_makes_no_turns()
    {
        await using var clock = SocketLoop.Start(Engine, new SocketLoopOptions { Index = 1 });
        using var listener = ListenEcho(Loopback);
        using var socket = ConnectSocket(listener.EndPoint);
        RoundTrip(socket, "hello"u8.ToArray());

        // The other loop's sweeps tell the time.
        await SweepsAsync(clock, 1);
        var before = Loop.Core.Turns;
        await SweepsAsync(clock, 2);
        Assert.That(Loop.Core.Turns - before, Is.LessThanOrEqualTo(1));
    }

    [Test]
    [Property("Row", "B184")]
    public async Task A_loop_is_idle_after_a_reset_that_nobody_reads()
    {
        await using var clock = SocketLoop.Start(Engine, new SocketLoopOptions { Index = 1 });
        var accepted = new TaskCompletionSource<TransportConnection>();
        using var listener = Loop.Listen(new ListenOptions { EndPoint = Loopback }, accepted.SetResult);
        var socket = ConnectSocket(listener.EndPoint);
        var connection = await accepted.Task.WaitAsync(Patience);
        socket.LingerState = new LingerOption(true, 0);
        socket.Close();
        await SweepsAsync(clock, 1);
        var before = Loop.Core.Turns;
        await SweepsAsync(clock, 2);
        Assert.That(Loop.Core.Turns - before, Is.LessThanOrEqualTo(1));
        Assert.That(await Loop.RunAsync(() => Task.FromResult(connection.PeerState)), Is.EqualTo(PeerState.Reset));
    }

    [Test]
    public async Task Loops_of_a_group_take_turns()
    {
        await using var group = new LoopGroup<SocketLoop>(3, index => SocketLoop.Start(Engine, new SocketLoopOptions { Index = index }));
        Assert.That(Enumerable.Range(0, 7).Select(_ => group.Next().Index), Is.EqualTo(new[] { 0, 1, 2, 0, 1, 2, 0 }));
        Assert.That(group.Loops, Has.Count.EqualTo(3));
    }

    private static async Task SweepsAsync(SocketLoop loop, int count)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var sweep = loop.AddSweep(() =>
        {
            if (--count == 0)
            {
                done.SetResult();
            }
        });
        await done.Task.WaitAsync(Patience);
    }
}
