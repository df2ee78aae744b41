using Pgmux.Testing.Transport;
using Pgmux.Transport.Loops;

namespace Pgmux.Transport.Tests.Simulation;

public sealed class SteppingTests
{
    [Test]
    public void A_step_is_one_turn_of_one_loop()
    {
        var network = new SimulatedNetwork();
        var order = new List<int>();
        foreach (var loop in new[] { network.CreateLoop(), network.CreateLoop() })
        {
            loop.Post(_ => order.Add(loop.Index), null);
        }

        Assert.That(network.Step(), Is.True);
        Assert.That(order, Is.EqualTo(new[] { 0 }));
        Assert.That(network.Step(), Is.True);
        Assert.That(order, Is.EqualTo(new[] { 0, 1 }));
        Assert.That(network.Step(), Is.False);
    }

    [Test]
    public void A_step_that_finds_nothing_to_do_throws_what_nobody_caught()
    {
        var network = new SimulatedNetwork();
        network.CreateLoop().Post(_ => throw new InvalidOperationException("on purpose"), null);
        Assert.That(network.Step(), Is.True);
        Assert.That(network.Step, Throws.InstanceOf<AggregateException>());
    }

    [Test]
    public void The_clock_moves_to_what_is_due_next_and_no_further_than_told()
    {
        var network = new SimulatedNetwork();
        var loop = network.CreateLoop();
        var second = TimeSpan.FromSeconds(1);
        var delay = loop.RunAsync(() => Task.Delay(5 * second, loop.TimeProvider));
        network.RunUntilIdle();
        Assert.That(network.AdvanceToNext(2 * second), Is.False);
        Assert.That(network.Time.GetTimestamp(), Is.EqualTo(2 * second.Ticks));
        Assert.That(network.AdvanceToNext(60 * second), Is.True);
        Assert.That(network.Time.GetTimestamp(), Is.EqualTo(5 * second.Ticks));
        network.RunUntilIdle();
        Assert.That(delay.IsCompleted, Is.True);
    }

    [Test]
    public void The_clock_stops_at_what_arrives()
    {
        using var rig = new LinkRig(new SimulatedNetwork { LinkDelay = TimeSpan.FromSeconds(3) });
        var (client, server) = rig.Connect();
        client.Send("x");
        rig.Network.RunUntilIdle();
        Assert.That(rig.Network.AdvanceToNext(TimeSpan.FromHours(1)), Is.True);
        Assert.That(server.Received, Is.Empty, "nothing has run yet");
        rig.Network.RunUntilIdle();
        Assert.That(server.Received, Is.EqualTo("x"));
        Assert.That(rig.Network.Time.GetTimestamp(), Is.EqualTo(TimeSpan.FromSeconds(3).Ticks));
    }
}
