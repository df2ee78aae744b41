using Pgmux.Testing.Transport;

namespace Pgmux.Transport.Tests.Simulation;

public sealed class LinkFaultTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Test]
    public void Delayed_bytes_arrive_when_their_time_has_come_and_in_their_order()
    {
        using var rig = new LinkRig(new SimulatedNetwork());
        var (client, server) = rig.Connect();
        client.Connection.OutgoingFaults.Delay = 2 * Second;
        client.Send("one");
        rig.Network.Advance(Second);
        client.Connection.OutgoingFaults.Delay = TimeSpan.Zero;
        client.Send("two");
        rig.Network.Advance(0.9 * Second);
        Assert.That(server.Received, Is.Empty);
        rig.Network.Advance(0.1 * Second);
        Assert.That(server.Received, Is.EqualTo("onetwo"), "what is sent later never overtakes");
        server.Send("back");
        rig.Network.RunUntilIdle();
        Assert.That(client.Received, Is.EqualTo("back"), "the other direction is as it was");
    }

    [Test]
    public void Delayed_ends_come_behind_the_bytes()
    {
        using var rig = new LinkRig(new SimulatedNetwork { LinkDelay = Second });
        var (client, server) = rig.Connect();
        client.Send("bye");
        rig.Network.RunUntilIdle();
        client.Connection.HalfClose();
        rig.Network.Advance(0.9 * Second);
        Assert.That(server.Received, Is.Empty);
        Assert.That(server.HasEnded, Is.False);
        rig.Network.Advance(0.1 * Second);
        Assert.That(server.Received, Is.EqualTo("bye"));
        Assert.That(server.HasEnded, Is.True);
        Assert.That(server.Connection.PeerState, Is.EqualTo(PeerState.HalfClosed));
    }

    [Test]
    public void A_delayed_reset_takes_with_it_what_was_not_read()
    {
        using var rig = new LinkRig(new SimulatedNetwork { LinkDelay = Second });
        var (client, server) = rig.Connect();
        server.IsReading = false;
        client.Send("ends the read");
        rig.Network.Advance(Second);
        client.Send("unread");
        rig.Network.Advance(Second);
        client.Connection.Reset();
        rig.Network.RunUntilIdle();
        Assert.That(server.Connection.PeerState, Is.EqualTo(PeerState.Open), "it is still on its way");
        rig.Network.Advance(Second);
        server.IsReading = true;
        rig.Network.RunUntilIdle();
        Assert.That(server.Connection.PeerState, Is.EqualTo(PeerState.Reset));
        Assert.That(server.HasEnded, Is.True);
        Assert.That(server.Received, Does.Not.Contain("unread"));
    }

    [Test]
    public void Bytes_that_come_to_a_closed_end_are_answered_with_a_reset_after_both_ways()
    {
        using var rig = new LinkRig(new SimulatedNetwork { LinkDelay = Second });
        var (client, server) = rig.Connect();
        server.Send("last words");
        rig.Network.RunUntilIdle();
        server.Connection.Abort();
        client.Send("too late");
        rig.Network.Advance(1.9 * Second);
        Assert.That(client.Connection.PeerState, Is.EqualTo(PeerState.HalfClosed));
        Assert.That(client.Received, Is.EqualTo("last words"));
        rig.Network.Advance(0.1 * Second);
        Assert.That(client.Connection.PeerState, Is.EqualTo(PeerState.Reset));
    }

    [Test]
    public void A_pause_holds_everything_back_and_its_end_lets_it_go()
    {
        using var rig = new LinkRig(new SimulatedNetwork { CapacityBytes = 10 });
        var (client, server) = rig.Connect();
        client.Connection.OutgoingFaults.IsPaused = true;
        client.Send("0123456789abc");
        rig.Network.Advance(60 * Second);
        Assert.That(server.Received, Is.Empty);
        Assert.That(client.Connection.UnsentBytes, Is.EqualTo(3), "the link is full");
        client.Connection.OutgoingFaults.IsPaused = false;
        rig.Network.RunUntilIdle();
        Assert.That(server.Received, Is.EqualTo("0123456789abc"));
        Assert.That(client.Connection.UnsentBytes, Is.Zero);
    }

    [Test]
    public void The_capacity_may_change_at_any_time()
    {
        using var rig = new LinkRig(new SimulatedNetwork());
        var (client, server) = rig.Connect();
        server.IsReading = false;
        client.Send("first");
        rig.Network.RunUntilIdle();
        Assert.That(server.Received, Is.EqualTo("first"), "the read that was waiting already");
        client.Connection.OutgoingFaults.CapacityBytes = 2;
        client.Send("0123456789");
        rig.Network.RunUntilIdle();
        Assert.That(client.Connection.UnsentBytes, Is.EqualTo(8));
        client.Connection.OutgoingFaults.CapacityBytes = 100;
        rig.Network.RunUntilIdle();
        Assert.That(client.Connection.UnsentBytes, Is.Zero);
        server.IsReading = true;
        rig.Network.RunUntilIdle();
        Assert.That(server.Received, Is.EqualTo("first0123456789"));
    }

    [Test]
    public void A_black_hole_swallows_bytes_and_ends_and_fills_the_sender()
    {
        using var rig = new LinkRig(new SimulatedNetwork { CapacityBytes = 10 });
        var (client, server) = rig.Connect();
        client.Send("seen");
        rig.Network.RunUntilIdle();
        client.Connection.OutgoingFaults.Delay = Second;
        client.Send("gone");
        rig.Network.RunUntilIdle();
        client.Connection.OutgoingFaults.BeginBlackHole();
        client.Send("0123456789");
        rig.Network.RunUntilIdle();
        Assert.That(client.Connection.UnsentBytes, Is.EqualTo(4), "the lost bytes on their way take room, too");
        client.Connection.Abort();
        server.Send("anybody?");
        rig.Network.Advance(60 * Second);
        Assert.That(server.Received, Is.EqualTo("seen"));
        Assert.That(server.HasEnded, Is.False);
        Assert.That(server.Connection.PeerState, Is.EqualTo(PeerState.Open), "neither FIN nor the RST that answers comes through");
        rig.Network.Heal();
        rig.Network.RunUntilIdle();
        Assert.That(server.Connection.PeerState, Is.EqualTo(PeerState.Reset), "a stream with a hole cannot go on");
        Assert.That(server.HasEnded, Is.True);
    }

    [Test]
    public void Healing_ends_every_fault()
    {
        using var rig = new LinkRig(new SimulatedNetwork { LinkDelay = Second });
        var (paused, _) = rig.Connect();
        var (lost, _) = rig.Connect();
        var pausedServer = rig.Network.Links[0].Server!;
        paused.Connection.OutgoingFaults.IsPaused = true;
        lost.Connection.IncomingFaults.BeginBlackHole();
        rig.Network.Addresses.Fail(rig.EndPoint, ConnectFailure.Refused);
        rig.Network.Addresses.DelayAccepts(rig.EndPoint, Second);
        rig.Network.Heal();
        rig.Network.RunUntilIdle();
        Assert.That(lost.Connection.PeerState, Is.EqualTo(PeerState.Reset));
        paused.Send("on");
        rig.Network.RunUntilIdle();
        Assert.That(pausedServer.Link.There.PendingBytes, Is.Zero, "neither paused nor delayed");
        var (client, server) = rig.Connect();
        client.Send("x");
        rig.Network.RunUntilIdle();
        Assert.That(server.Received, Is.EqualTo("x"), "neither refused nor delayed");
    }

    [Test]
    public void A_delayed_accept_comes_after_its_time_and_finds_what_was_sent_meanwhile()
    {
        using var rig = new LinkRig(new SimulatedNetwork());
        rig.Network.Addresses.DelayAccepts(rig.EndPoint, 2 * Second);
        var client = rig.ConnectOnly();
        client.Send("early");
        rig.Network.Advance(1.9 * Second);
        Assert.That(rig.Accepted, Is.Null);
        rig.Network.Advance(0.1 * Second);
        Assert.That(rig.Accepted!.Received, Is.EqualTo("early"));
    }

    [Test]
    public void Who_stops_to_listen_resets_whom_it_has_not_accepted()
    {
        using var rig = new LinkRig(new SimulatedNetwork());
        rig.Network.Addresses.DelayAccepts(rig.EndPoint, Second);
        var client = rig.ConnectOnly();
        rig.StopListening();
        rig.Network.Advance(Second);
        Assert.That(rig.Accepted, Is.Null);
        Assert.That(client.Connection.PeerState, Is.EqualTo(PeerState.Reset));
    }

    [Test]
    public void Links_are_listed_while_an_end_is_open()
    {
        using var rig = new LinkRig(new SimulatedNetwork());
        var (client, server) = rig.Connect();
        var link = rig.Network.Links.Single();
        Assert.That((link.Client, link.Server), Is.EqualTo((client.Connection, server.Connection)));
        link.Back.Faults.IsPaused = true;
        client.Connection.Abort();
        Assert.That((link.Client, link.Server), Is.EqualTo(((InMemoryConnection?)null, server.Connection)));
        server.Connection.Abort();
        rig.Network.RunUntilIdle();
        Assert.That(rig.Network.Links, Is.Empty);
    }
}
