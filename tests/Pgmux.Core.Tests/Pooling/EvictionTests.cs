using Pgmux.Testing.Mux;
using Pgmux.Testing.Processes;

namespace Pgmux.Core.Tests.Pooling;

/// <summary>Limits over several pools: idle servers of one make room for the clients of another.</summary>
[TestFixture]
[Property("Row", "P08")]
internal sealed class EvictionTests
{
    private const string Served = "C(BEGIN) Z(T)";

    [TestCase("max_db_connections", 1)]
    [TestCase("max_db_connections", 2)]
    [TestCase("max_user_connections", 1)]
    [TestCase("max_user_connections", 2)]
    public void The_server_that_has_been_idle_for_longest_makes_room(string limit, int loops)
    {
        using var mux = Start(loops, (limit, "3"), ("server_idle_timeout", "600"));
        var isForUser = limit == "max_user_connections";
        FakeClient Login(int pool) => isForUser ? mux.Login("alice", $"db{pool}") : mux.Login(pool == 0 ? "alice" : pool == 1 ? "bob" : "admin", "db0");
        FakeClient[] clients = [Login(0), Login(1), Login(1)];
        foreach (var client in clients)
        {
            client.Query("BEGIN");
        }

        foreach (var client in (FakeClient[])[clients[1], clients[0], clients[2]])
        {
            client.Query("COMMIT");
            mux.Advance(1);
        }

        var third = Login(2);
        third.Send(RawMessages.Query("BEGIN"));
        Assert.That(third.Take(), Is.EqualTo(Served), "at once");
        Assert.That(mux.Postgres.Open, Has.Count.EqualTo(3));
        Assert.That(Evicted(mux), Has.Length.EqualTo(1));
        var idle = mux.Mux.Pools.All.ToDictionary(pool => pool.Key.ToString(), pool => pool.Count().Idle);
        Assert.That(idle["db0/alice"], Is.EqualTo(1), "used later");
        Assert.That(idle[isForUser ? "db1/alice" : "db0/bob"], Is.EqualTo(1));
    }

    [TestCase(1)]
    [TestCase(2)]
    public void A_server_that_becomes_free_while_another_pool_waits_makes_room_at_once(int loops)
    {
        using var mux = Start(loops, ("max_db_connections", "1"));
        var alice = mux.Login("alice", "db0");
        Assert.That(alice.Query("BEGIN"), Is.EqualTo(Served));
        var bob = mux.BeginLogin("bob", "db0");
        mux.Advance(3);
        Assert.That(bob.Take(), Is.Empty, "nothing is idle");
        Assert.That(alice.Query("COMMIT"), Is.EqualTo("C(COMMIT) Z(I)"));
        Assert.That(bob.Take(), Does.EndWith("Z(I)"));
        Assert.That(mux.Postgres.Open.Single().User, Is.EqualTo("bob"));
        Assert.That(alice.Query("SELECT a"), Is.EqualTo("T D(a) C(SELECT 1) Z(I)"), "and back again");
    }

    [Test]
    public void One_wish_closes_one_server()
    {
        using var mux = Start(1, ("max_db_connections", "4"));
        var clients = Enumerable.Range(0, 4).Select(_ => mux.Login("alice", "db0")).ToArray();
        Array.ForEach(clients, client => client.Query("BEGIN"));
        Array.ForEach(clients, client => client.Query("COMMIT"));
        Assert.That(mux.Login("bob", "db0").Query("BEGIN"), Is.EqualTo(Served));
        mux.Advance(5);
        Assert.That(Evicted(mux), Has.Length.EqualTo(1));
        Assert.That(mux.Mux.Pools.All.Single(pool => pool.Key.User == "alice").Count().Idle, Is.EqualTo(3));
    }

    [Test]
    public void Pools_that_wait_for_room_are_served_in_turn()
    {
        using var mux = Start(1, ("max_db_connections", "1"));
        var alice = mux.Login("alice", "db0");
        alice.Query("BEGIN");
        var bob = mux.BeginLogin("bob", "db0");
        mux.Advance(0.1);
        var admin = mux.BeginLogin("admin", "db0");
        mux.Advance(2);
        alice.Query("COMMIT");
        mux.Advance(0.1);
        Assert.That(bob.Take(), Does.EndWith("Z(I)"));
        Assert.That(admin.Take(), Does.EndWith("Z(I)"), "the server that bob's login has left idle made room");
        Assert.That(mux.Postgres.Open, Has.Count.EqualTo(1));
    }

    // Nobody waits for a minimum: it takes what room there is.
    [Test]
    public void A_minimum_closes_nobodys_servers()
    {
        var settings = Settings(("max_db_connections", "2")) with
        {
            Databases = new Dictionary<string, string> { ["db0"] = $"{TestMux.DatabaseLine} min_pool_size=5" },
        };
        using var mux = TestMux.Start(settings);
        var (alice, bob) = (mux.Login("alice", "db0"), mux.Login("bob", "db0"));
        Assert.That(alice.Query("SELECT a"), Is.EqualTo("T D(a) C(SELECT 1) Z(I)"));
        mux.Advance(30);
        Assert.That(Evicted(mux), Has.Length.EqualTo(1), "for the login of bob");
        Assert.That(mux.Postgres.Open, Has.Count.EqualTo(2));
        Assert.That(bob.Query("SELECT b"), Is.EqualTo("T D(b) C(SELECT 1) Z(I)"));
    }

    [Test]
    public void A_smaller_size_closes_idle_servers_at_once_and_the_others_as_they_become_idle()
    {
        using var mux = TestMux.Start(("default_pool_size", "4"));
        var clients = Enumerable.Range(0, 4).Select(_ => mux.Login()).ToArray();
        Array.ForEach(clients, client => client.Query("BEGIN"));
        clients[0].Query("COMMIT");
        clients[1].Query("COMMIT");
        Assert.That(mux.Reload(TestMux.SettingsOf(("default_pool_size", "1"))), Is.True);
        mux.Advance(0.5);
        Assert.That(mux.Counts.Servers, Is.EqualTo(2), "nobody's transaction is cut");
        clients[2].Query("COMMIT");
        mux.Advance(0.5);
        Assert.That(mux.Counts.Servers, Is.EqualTo(1));
        Assert.That(clients[3].Query("COMMIT"), Is.EqualTo("C(COMMIT) Z(I)"));
        Assert.That(mux.Log.Events.Count(entry => entry.Text.Contains("closing because: too many servers in the pool")), Is.EqualTo(3));
    }

    [Test]
    [Property("Text", "T21")]
    public void A_minimum_is_there_before_the_first_client_where_the_user_is_known_and_else_while_there_are_clients()
    {
        var settings = TestMux.SettingsOf(("server_idle_timeout", "10")) with
        {
            Databases = new Dictionary<string, string>
            {
                ["known"] = $"{TestMux.DatabaseLine} user=alice min_pool_size=2",
                ["db"] = $"{TestMux.DatabaseLine} min_pool_size=2",
            },
        };
        using var mux = TestMux.Start(settings);
        mux.Advance(2);
        Assert.That(mux.Postgres.Open, Has.Count.EqualTo(2));
        var client = mux.Login("bob");
        mux.Advance(2);
        Assert.That(mux.Postgres.Open, Has.Count.EqualTo(4));
        client.Close();
        Array.ForEach([.. mux.Postgres.Open], server => server.Reset());
        mux.Advance(30);
        Assert.That(mux.Postgres.Open.Select(server => server.User), Is.All.EqualTo("alice"));
        Assert.That(mux.Postgres.Open, Has.Count.EqualTo(2));
    }

    private static TestMux Start(int loops, params (string, string)[] settings) => TestMux.Start(Settings(settings), loops);

    private static PgmuxSettings Settings(params (string, string)[] settings) => TestMux.SettingsOf(settings) with
    {
        Databases = Enumerable.Range(0, 3).ToDictionary(i => $"db{i}", _ => TestMux.DatabaseLine),
    };

    private static string[] Evicted(TestMux mux) =>
        [.. mux.Log.Events.Select(entry => entry.Text).Where(text => text.Contains("closing because: evicted", StringComparison.Ordinal))];
}
