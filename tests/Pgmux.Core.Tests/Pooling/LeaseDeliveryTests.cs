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

    [Test, Property("Row", "S10")]
    public void A_reset_that_came_before_the_query_is_seen_before_the_server_moves([Values] bool announcesEarly)
    {
        using var mux = TestMux.Start(new TestMuxOptions { Settings = TestMux.SettingsOf(), Loops = 2, AnnouncesEarly = announcesEarly });
        var (alice, aliceThere) = (mux.Login(), mux.Login());
        aliceThere.Query("SELECT 1");
        var (query, reset) = HoldBack(mux, alice);

        // Its loop is about to hear of the reset when the other loop, which has read the query, asks for the server.
        mux.Network.Loops[1].Post(_ => reset.IsPaused = false, null);
        query.IsPaused = false;
        mux.Network.RunUntilIdle();
        Assert.That(alice.Take(), Is.EqualTo("T D(a) C(SELECT 1) Z(I)"));
    }

    /// <summary>Sends a query of the first client and resets the idle server; neither arrives before its pause ends.</summary>
    private static (LinkFaults Query, LinkFaults Reset) HoldBack(TestMux mux, FakeClient client)
    {
        var first = mux.Mux.Clients.RegistryOf(mux.Network.Loops[0]).Clients[0];
        var (query, reset) = (((InMemoryConnection)first.Transport).IncomingFaults, LinkOfServerOf(mux, "alice").IncomingFaults);
        query.IsPaused = reset.IsPaused = true;
        client.Write(RawMessages.Query("SELECT a"));
        mux.Postgres.Open.Single().ResetQuietly();
        mux.Network.RunUntilIdle();
        return (query, reset);
    }

    private static InMemoryConnection LinkOfServerOf(TestMux mux, string user) =>
        (InMemoryConnection)mux.Mux.Pools.All.Single(pool => pool.Key.User == user).Servers.Single().Transport!;
}
