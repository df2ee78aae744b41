using Pgmux.Testing.Mux;
using Pgmux.Testing.Processes;

namespace Pgmux.Core.Tests.Pooling;

/// <summary>Servers beyond the size of a pool, for clients that have waited for long.</summary>
[TestFixture]
internal sealed class ReservePoolTests
{
    private const string Taken = "taking connection from reserve_pool";

    [Test, Property("Row", "P08")]
    [Property("Text", "T22"), Property("Text", "T33")]
    public void A_full_pool_opens_its_reserve_for_those_that_have_waited_long_enough_and_no_more()
    {
        using var mux = Start(("default_pool_size", "2"), ("reserve_pool_size", "3"), ("reserve_pool_timeout", "2"));
        var clients = Begin(mux, 7);
        Assert.That(mux.Postgres.Open, Has.Count.EqualTo(2));
        mux.Advance(1.9);
        Assert.That(mux.Postgres.Open, Has.Count.EqualTo(2), "not yet");
        mux.Advance(0.5);
        Assert.That(clients.Select(client => client.Take() == "C(BEGIN) Z(T)"), Is.EqualTo(new[] { true, true, true, true, true, false, false }), "in their order");
        mux.Advance(20);
        Assert.That(mux.Counts.Servers, Is.EqualTo(5));
        Assert.That(TakenLines(mux), Has.Length.EqualTo(3), "once for each connection");
        Assert.That(TakenLines(mux), Is.All.Match("^C-[0-9a-f]+: db/alice@.* taking connection from reserve_pool$"));
    }

    [Test]
    public void A_waiter_that_came_late_does_not_open_it_with_those_before()
    {
        using var mux = Start(("default_pool_size", "1"), ("reserve_pool_size", "5"), ("reserve_pool_timeout", "5"));
        Begin(mux, 2);
        mux.Advance(4);
        var late = Begin(mux, 1).Single();
        mux.Advance(2);
        Assert.That(mux.Counts.Servers, Is.EqualTo(2));
        Assert.That(late.Take(), Is.Empty);
        mux.Advance(4);
        Assert.That(late.Take(), Is.EqualTo("C(BEGIN) Z(T)"));
    }

    [TestCase("reserve_pool_timeout", "0")]
    [TestCase("reserve_pool_size", "0")]
    public void Zero_leaves_it_closed(string setting, string value)
    {
        (string, string)[] settings = [("default_pool_size", "1"), ("reserve_pool_size", "5"), ("reserve_pool_timeout", "1"), ("query_wait_timeout", "60")];
        using var mux = Start([.. settings.Where(pair => pair.Item1 != setting), (setting, value)]);
        Begin(mux, 3);
        mux.Advance(30);
        Assert.That(mux.Counts.Servers, Is.EqualTo(1));
        Assert.That(TakenLines(mux), Is.Empty);
    }

    [Test, Property("Row", "P08")]
    public void It_stays_within_the_limit_of_the_database()
    {
        using var mux = Start(("default_pool_size", "1"), ("reserve_pool_size", "5"), ("reserve_pool_timeout", "1"), ("max_db_connections", "2"));
        Begin(mux, 4);
        mux.Advance(10);
        Assert.That(mux.Counts.Servers, Is.EqualTo(2));
        Assert.That(TakenLines(mux), Has.Length.EqualTo(1));
    }

    [Test]
    public void A_reload_opens_it()
    {
        using var mux = Start(("default_pool_size", "1"), ("reserve_pool_timeout", "1"));
        var clients = Begin(mux, 2);
        mux.Advance(5);
        Assert.That(clients[1].Take(), Is.Empty);
        Assert.That(mux.Reload(TestMux.SettingsOf(("default_pool_size", "1"), ("reserve_pool_timeout", "1"), ("reserve_pool_size", "1"))), Is.True);
        mux.Advance(0.5);
        Assert.That(clients[1].Take(), Is.EqualTo("C(BEGIN) Z(T)"));
    }

    [Test]
    public void Its_servers_are_used_again_and_end_by_the_idle_timeout()
    {
        using var mux = Start(("default_pool_size", "1"), ("reserve_pool_size", "1"), ("reserve_pool_timeout", "1"), ("server_idle_timeout", "30"));
        var clients = Begin(mux, 2);
        mux.Advance(2);
        Array.ForEach(clients, client => client.Query("COMMIT"));
        Assert.That(mux.Counts.Idle, Is.EqualTo(2));
        mux.Advance(31);
        Assert.That(mux.Counts.Servers, Is.Zero);
    }

    [Test]
    public void The_console_shows_it()
    {
        var settings = TestMux.SettingsOf(("reserve_pool_size", "3"), ("max_db_client_connections", "9")) with
        {
            Databases = new Dictionary<string, string> { ["db"] = TestMux.DatabaseLine, ["own"] = $"{TestMux.DatabaseLine} reserve_pool=4" },
            Users = new Dictionary<string, string> { ["alice"] = "reserve_pool_size=2" },
        };
        using var mux = TestMux.Start(settings);
        var console = mux.Login("admin", "pgbouncer");
        Assert.That(
            console.Query("SHOW DATABASES"),
            Does.Contain("D(db,127.0.0.1,5432,db,NULL,20,0,3,3600,NULL,NULL,0,0,9,0,0,0) D(own,127.0.0.1,5432,own,NULL,20,0,4,3600,NULL,NULL,0,0,9,0,0,0)"));
        Assert.That(console.Query("SHOW USERS"), Does.Contain("D(alice,,2,NULL,0,0,0,0) D(bob,,,NULL,0,0,0,0)"));
    }

    [TestCase("0", "c c c")]
    [TestCase("1", "a b c")]
    public void Round_robin_uses_the_server_next_that_has_been_idle_for_longest(string roundRobin, string order)
    {
        using var mux = Start(("default_pool_size", "3"), ("server_round_robin", roundRobin));
        var clients = Begin(mux, 3);
        var names = mux.Postgres.Open.Zip("abc").ToDictionary(pair => pair.First, pair => pair.Second);
        foreach (var client in clients)
        {
            client.Query("COMMIT");
            mux.Advance(0.1);
        }

        var used = new List<char>();
        for (var i = 0; i < 3; i++)
        {
            clients[0].Query($"SELECT {i}");
            used.Add(names[mux.Postgres.Open.Single(server => server.Executed[^1] == $"SELECT {i}")]);
            mux.Advance(0.1);
        }

        Assert.That(string.Join(' ', used), Is.EqualTo(order));
    }

    private static TestMux Start(params (string, string)[] settings) => TestMux.Start(settings);

    private static FakeClient[] Begin(TestMux mux, int count)
    {
        var clients = Enumerable.Range(0, count).Select(_ => mux.Login()).ToArray();
        foreach (var client in clients)
        {
            client.Send(RawMessages.Query("BEGIN"));
            mux.Advance(0.01);
        }

        return clients;
    }

    private static string[] TakenLines(TestMux mux) =>
        [.. mux.Log.Events.Select(entry => entry.Text).Where(text => text.EndsWith(Taken, StringComparison.Ordinal))];
}
