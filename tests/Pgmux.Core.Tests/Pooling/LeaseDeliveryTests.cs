using Pgmux.Testing.Mux;
using Pgmux.Testing.Processes;
using Pgmux.Testing.Transport;

namespace Pgmux.Core.Tests.Pooling;

/// <summary>Servers on their way to clients of another loop.</summary>
internal sealed class LeaseDeliveryTests
{
    [Test, Property("Row", "P11")]
    public void What_a_server_has_said_is_read_before_it_is_looked_at_although_it_is_known_that_something_has_come()
    {
        using var mux = TestMux.Start(new TestMuxOptions { Settings = TestMux.SettingsOf(), Loops = 2, AnnouncesEarly = true });

        // Clients go to the loops in turn. The last one of each user has taken its server with it.
        var (alice, aliceThere, bob, bobThere) = (mux.Login(), mux.Login(), mux.Login("bob"), mux.Login("bob"));
        aliceThere.Query("SELECT 1");
        bobThere.Query("SELECT 1");
        var way = LinkOfServerOf(mux, "bob").IncomingFaults;
        way.IsPaused = true;
        mux.Postgres.Open.Single(server => server.User == "bob").Terminate();

        alice.Write(RawMessages.Query("SELECT a"));
        bob.Write(RawMessages.Query("SELECT b"));
        mux.Network.Step();

        // Bob's server says goodbye when its loop has looked for news; Alice's, which leaves that loop first, brings these along.
        mux.Network.Loops[1].Post(_ => way.IsPaused = false, null);
        mux.Network.RunUntilIdle();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(alice.Take(), Is.EqualTo("T D(a) C(SELECT 1) Z(I)"));
            Assert.That(bob.Take(), Is.EqualTo("T D(b) C(SELECT 1) Z(I)"));
            Assert.That(mux.Log.Events.Select(entry => entry.Text), Has.Exactly(1).Contains("server said: FATAL terminating connection"));
            Assert.That(mux.Log.Events.Select(entry => entry.Text), Has.None.Contains("broke the protocol"));
        }
    }

    private static InMemoryConnection LinkOfServerOf(TestMux mux, string user) =>
        (InMemoryConnection)mux.Mux.Pools.All.Single(pool => pool.Key.User == user).Servers.Single().Transport!;
}
