using Pgmux.Testing.Transport;

namespace Pgmux.Transport.Tests.Simulation;

internal sealed class ScheduleTests
{
    private const int Peers = 6;
    private const int Rounds = 30;

    [Test]
    public void The_same_seed_gives_the_same_trace([Values] ScheduleKind kind)
    {
        var first = Run(kind, seed: 7, keeps: 20);
        var again = Run(kind, seed: 7, keeps: 20);
        Assert.That(again.Hash, Is.EqualTo(first.Hash));
        Assert.That(again.Last, Is.EqualTo(first.Last));
        Assert.That(again.Last, Has.Count.EqualTo(20));
        Assert.That(again.Count, Is.EqualTo(first.Count));
        Assert.That(Run(kind, seed: 8).Hash, Is.Not.EqualTo(first.Hash));
    }

    [Test]
    public void Each_kind_goes_a_way_of_its_own()
    {
        var hashes = Enum.GetValues<ScheduleKind>().Select(kind => Run(kind, seed: 7).Hash).ToArray();
        Assert.That(hashes, Is.Unique);
    }

    [Test]
    public void The_trace_holds_kinds_and_counts_and_not_the_bytes()
    {
        Assert.That(Trace("secret").Hash, Is.EqualTo(Trace("public").Hash));
        Assert.That(Trace("secret").Hash, Is.Not.EqualTo(Trace("longer than that").Hash));
        Assert.That(
            Trace("secret").Last.Select(entry => entry.ToString()),
            Is.EqualTo(new[] { "00:00:00 link 0 -> Connected 0", "00:00:00 link 0 -> Bytes 6", "00:00:00 link 0 -> End 0" }));

        static TraceRecorder Trace(string text)
        {
            var trace = new TraceRecorder(keeps: 10);
            using var rig = new LinkRig(new SimulatedNetwork { Trace = trace });
            var (client, _) = rig.Connect();
            client.Send(text);
            rig.Network.RunUntilIdle();
            client.Connection.HalfClose();
            rig.Network.RunUntilIdle();
            return trace;
        }
    }

    [Test]
    public void Nobody_waits_for_ever([Values] ScheduleKind kind, [Range(1, 20)] int seed)
    {
        var network = new SimulatedNetwork(seed, kind);
        var loops = Enumerable.Range(0, 3).Select(_ => network.CreateLoop()).ToArray();
        var turns = new int[loops.Length];
        foreach (var loop in loops)
        {
            Repeat(loop);
        }

        for (var step = 0; step < 1_000; step++)
        {
            Assert.That(network.Step(), Is.True);
        }

        Assert.That(turns, Is.All.Positive, "each loop has always something to do");

        void Repeat(SimulatedLoop loop) => loop.Post(
            _ =>
            {
                turns[loop.Index]++;
                Repeat(loop);
            },
            null);
    }

    [Test]
    public void News_may_wait_for_a_later_turn_and_comes([Values] ScheduleKind kind)
    {
        var network = new SimulatedNetwork(1, kind);
        using var rig = new LinkRig(network);
        var pairs = Enumerable.Range(0, Peers).Select(_ => rig.Connect()).ToList();
        pairs.ForEach(pair => pair.Client.Send("x"));
        Assert.That(network.Step(), Is.True, "all is sent, and nothing has come");
        var steps = 0;
        for (; network.Step(); steps++)
        {
        }

        Assert.That(steps, Is.GreaterThan(1), "not everything came in one turn");
        Assert.That(pairs.Select(pair => pair.Server.Received), Is.All.EqualTo("x"));
    }

    [Test]
    public void Without_a_seed_everything_comes_in_its_order_and_at_once()
    {
        var network = new SimulatedNetwork();
        using var rig = new LinkRig(network);
        var (client, server) = rig.Connect();
        var (other, otherServer) = rig.Connect();
        client.Send("x");
        other.Send("x");
        Assert.That(network.Step(), Is.True);
        Assert.That(network.Step(), Is.True);
        Assert.That((server.Received, otherServer.Received), Is.EqualTo(("x", "x")));
        Assert.That(network.Step(), Is.False);
    }

    // Traffic on several links over three loops, with delays.
    private static TraceRecorder Run(ScheduleKind kind, int seed, int keeps = 0)
    {
        var trace = new TraceRecorder(keeps);
        var network = new SimulatedNetwork(seed, kind) { IsSliced = true, Trace = trace };
        var random = new Random(1);
        using var rig = new LinkRig(network);
        var pairs = Enumerable.Range(0, Peers).Select(_ => rig.Connect()).ToArray();
        for (var round = 0; round < Rounds; round++)
        {
            var (client, server) = pairs[random.Next(Peers)];
            client.Connection.OutgoingFaults.Delay = TimeSpan.FromMilliseconds(random.Next(3));
            client.Send(new string('c', random.Next(1, 50)));
            server.Send(new string('s', random.Next(1, 50)));
            network.Step();
        }

        network.Advance(TimeSpan.FromSeconds(1));
        Assert.That(pairs.Sum(pair => pair.Client.Received.Length + pair.Server.Received.Length), Is.Positive);
        return trace;
    }
}
