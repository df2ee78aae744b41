using Pgmux.Testing.Transport;

namespace Pgmux.Transport.Tests.Simulation;

/// <summary>Loops that take note of what has come before they tell it, as those of the kernel do.</summary>
internal sealed class AnnouncementTests
{
    [Test]
    public void Who_leaves_a_loop_brings_along_what_has_come_for_others([Values] bool moves, [Values] bool isEarly)
    {
        using var rig = new LinkRig(new SimulatedNetwork { AnnouncesEarly = isEarly });
        var elsewhere = rig.Network.CreateLoop();
        var (_, leaving) = rig.Connect();
        var (client, server) = rig.Connect();
        client.Connection.OutgoingFaults.IsPaused = true;
        client.Send("x");
        rig.Network.RunUntilIdle();
        (bool, bool) announced = default;
        rig.Loop.Post(
            _ =>
            {
                client.Connection.OutgoingFaults.IsPaused = false;
                if (moves)
                {
                    leaving.Connection.MoveTo(elsewhere, _ => { }, null);
                }
                else
                {
                    leaving.Connection.Abort();
                }

                announced = (server.Connection.HasUntoldBytes, server.Connection.HasUnreadBytes);
            },
            null);
        rig.Network.Step();
        Assert.That(server.Received, Is.Empty, "not in this turn");
        rig.Network.Step();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(announced, Is.EqualTo((isEarly, isEarly)));
            Assert.That(server.Received, Is.EqualTo("x"));
            Assert.That(server.Connection.HasUntoldBytes, Is.False);
        }
    }

    [Test]
    public void All_that_a_turn_tells_is_known_at_its_beginning([Values] bool isEarly)
    {
        using var rig = new LinkRig(new SimulatedNetwork { AnnouncesEarly = isEarly });
        var (first, second) = (rig.Connect(), rig.Connect());
        List<bool> known = [];
        first.Server.Heard = () => known.Add(second.Server.Connection.HasUntoldBytes);
        second.Server.Heard = () => known.Add(first.Server.Connection.HasUntoldBytes);
        first.Client.Send("x");
        second.Client.Send("x");
        rig.Network.RunUntilIdle();
        Assert.That(known, Is.EqualTo(new[] { isEarly, false }));
    }
}
