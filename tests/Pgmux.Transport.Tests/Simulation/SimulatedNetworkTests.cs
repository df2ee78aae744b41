using System.Buffers;
using System.Net;
using System.Net.Sockets;
using Pgmux.Testing.Transport;
using Pgmux.Transport.Loops;
using Pgmux.Transport.Tests.Contract;

namespace Pgmux.Transport.Tests.Simulation;

public sealed class SimulatedNetworkTests
{
    private static readonly IPEndPoint Somewhere = new(IPAddress.Loopback, 5432);

    [Test]
    public void Nothing_happens_until_the_test_lets_it()
    {
        var network = new SimulatedNetwork();
        var loop = network.CreateLoop();
        var ran = false;
        loop.Post(_ => ran = true, null);
        Assert.That(ran, Is.False);
        loop.RunUntilIdle();
        Assert.That(ran, Is.True);
    }

    [Test]
    public void Sweeps_and_timers_follow_the_virtual_clock()
    {
        var network = new SimulatedNetwork();
        var loop = network.CreateLoop();
        var sweeps = 0;
        using var sweep = loop.AddSweep(() => sweeps++);
        var delay = loop.RunAsync(() => Task.Delay(TimeSpan.FromSeconds(5), loop.TimeProvider));
        loop.Advance(TimeSpan.FromSeconds(4.9));
        Assert.That(sweeps, Is.EqualTo(14), "4.9 s / 333 ms");
        Assert.That(delay.IsCompleted, Is.False);
        loop.Advance(TimeSpan.FromSeconds(0.1));
        Assert.That(delay.IsCompleted, Is.True);
        Assert.That(loop.TimeProvider.GetUtcNow().Second, Is.EqualTo(5));
        Assert.That(loop.Timestamp, Is.EqualTo(TimeSpan.FromSeconds(5).Ticks));
    }

    [Test]
    public void A_periodic_timer_fires_until_it_is_disposed()
    {
        var network = new SimulatedNetwork();
        var fired = 0;
        var timer = network.Time.CreateTimer(_ => fired++, null, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2));
        network.Advance(TimeSpan.FromSeconds(6));
        Assert.That(fired, Is.EqualTo(3));
        timer.Dispose();
        network.Advance(TimeSpan.FromSeconds(6));
        Assert.That(fired, Is.EqualTo(3));
    }

    [Test]
    public void A_connect_can_hang_until_its_limit()
    {
        var network = new SimulatedNetwork();
        var loop = network.CreateLoop();
        network.Addresses.Fail(Somewhere, ConnectFailure.TimedOut);
        var connecting = loop.ConnectAsync(
            new ConnectOptions { EndPoint = Somewhere, Timeout = TimeSpan.FromSeconds(15) }, CancellationToken.None).AsTask();
        loop.Advance(TimeSpan.FromSeconds(14));
        Assert.That(connecting.IsCompleted, Is.False);
        loop.Advance(TimeSpan.FromSeconds(1));
        Assert.That(((ConnectException)connecting.Exception!.InnerException!).Reason, Is.EqualTo(ConnectFailure.TimedOut));
    }

    [Test]
    public void A_connect_that_hangs_can_be_cancelled()
    {
        var network = new SimulatedNetwork();
        var loop = network.CreateLoop();
        network.Addresses.Fail(Somewhere, ConnectFailure.TimedOut);
        using var source = new CancellationTokenSource();
        var connecting = loop.ConnectAsync(new ConnectOptions { EndPoint = Somewhere }, source.Token).AsTask();
        loop.RunUntilIdle();
        source.Cancel();
        loop.RunUntilIdle();
        Assert.That(connecting.IsCanceled, Is.True);
    }

    [Test]
    public void Failures_come_and_go()
    {
        var network = new SimulatedNetwork();
        var loop = network.CreateLoop();
        using var listener = loop.Listen(new ListenOptions { EndPoint = new IPEndPoint(IPAddress.Any, 5432) }, _ => { });
        var db = new ConnectOptions { EndPoint = Somewhere };
        network.Run(loop, async () =>
        {
            await loop.ConnectAsync(db, CancellationToken.None);
            network.Addresses.Fail(Somewhere, ConnectFailure.OutOfResources);
            var failure = await Failure.OfAsync(loop.ConnectAsync(db, CancellationToken.None).AsTask());
            Assert.That(((ConnectException)failure!).Reason, Is.EqualTo(ConnectFailure.OutOfResources));
            network.Addresses.Allow(Somewhere);
            await loop.ConnectAsync(db, CancellationToken.None);
        });
    }

    [Test]
    public void Listeners_that_share_an_address_take_turns()
    {
        var network = new SimulatedNetwork();
        var loop = network.CreateLoop();
        var counts = new int[2];
        var options = new ListenOptions { EndPoint = new UnixDomainSocketEndPoint("@shared"), ReusePort = true };
        using var first = loop.Listen(options, _ => counts[0]++);
        using var second = loop.Listen(options, _ => counts[1]++);
        network.Run(loop, async () =>
        {
            for (var count = 0; count < 4; count++)
            {
                var connection = await loop.ConnectAsync(new ConnectOptions { EndPoint = first.EndPoint }, CancellationToken.None);
                Assert.That(connection.PeerCredentials, Is.EqualTo(network.PeerCredentials));
            }
        });
        Assert.That(counts, Is.EqualTo(new[] { 2, 2 }));
    }

    [Test]
    public void What_no_session_catches_reaches_the_test()
    {
        var network = new SimulatedNetwork();
        var loop = network.CreateLoop();
        loop.Post(_ => throw new InvalidOperationException("on purpose"), null);
        Assert.That(loop.RunUntilIdle, Throws.InstanceOf<AggregateException>());
        loop.RunUntilIdle();
    }

    [Test]
    public void Work_that_waits_for_ever_fails_the_test()
    {
        var network = new SimulatedNetwork();
        var loop = network.CreateLoop();
        Assert.That(() => network.Run(loop, () => new TaskCompletionSource().Task), Throws.InstanceOf<TimeoutException>());
    }

    [Test]
    public void The_same_seed_gives_the_same_run()
    {
        var first = Trace(seed: 1);
        var again = Trace(seed: 1);
        Assert.That(again, Is.EqualTo(first));
        Assert.That(Trace(seed: 2), Is.Not.EqualTo(first));
    }

    // Which session sees how many bytes in which order.
    private static List<string> Trace(int seed)
    {
        var network = new SimulatedNetwork(seed) { IsSliced = true };
        var loops = new[] { network.CreateLoop(), network.CreateLoop() };
        var trace = new List<string>();
        using var listener = loops[1].Listen(new ListenOptions { EndPoint = Somewhere }, connection => _ = connection.EchoAsync());
        network.Run(loops[0], () => Task.WhenAll(Enumerable.Range(0, 5).Select(async client =>
        {
            var connection = await loops[0].ConnectAsync(new ConnectOptions { EndPoint = Somewhere }, CancellationToken.None);
            connection.Output.Write(TestBytes.Create(200, client));
            connection.Output.Complete();
        }).Append(ReadAllAsync())));
        return trace;

        async Task ReadAllAsync()
        {
            var connection = await loops[0].ConnectAsync(new ConnectOptions { EndPoint = Somewhere }, CancellationToken.None);
            connection.Output.Write(TestBytes.Create(500, seed: 9));
            await connection.Output.FlushAsync();
            for (var received = 0L; received < 500;)
            {
                var result = await connection.Input.ReadAsync();
                received += result.Buffer.Length;
                trace.Add($"{received}");
                connection.Input.AdvanceTo(result.Buffer.End);
            }
        }
    }
}
