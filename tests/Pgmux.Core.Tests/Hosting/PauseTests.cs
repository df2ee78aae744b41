using Pgmux.Core.Admin;
using Pgmux.Testing.Mux;
using Pgmux.Testing.Processes;

namespace Pgmux.Core.Tests.Hosting;

/// <summary>PAUSE, RESUME, KILL and their like, with clients that are in all places at that moment.</summary>
[TestFixture]
internal sealed class PauseTests
{
    private const string Answer = "T D(a) C(SELECT 1) Z(I)";

    private static readonly (string, string) Stats = ("stats_users", ConsoleRows.User);

    [Test, Property("Row", "D04")]
    public void PAUSE_waits_for_transactions_and_others_wait_for_RESUME([Values(1, 2)] int loops, [Values("PAUSE", "PAUSE db")] string command)
    {
        using var mux = TestMux.Start(loops, ("default_pool_size", "2"));
        var (inside, outside, console) = (mux.Login(), mux.Login(), Console(mux));
        outside.Query("SELECT a");
        inside.Query("BEGIN");

        console.Send(RawMessages.Query(command));
        mux.Advance(2);
        outside.Send(RawMessages.Query("SELECT a"));
        var late = mux.BeginLogin();
        mux.Network.RunUntilIdle();
        Assert.That((console.Take(), outside.Take()), Is.EqualTo(("", "")));
        Assert.That(inside.Query("SELECT a"), Is.EqualTo("T D(a) C(SELECT 1) Z(T)"), "who is inside may finish");
        Assert.That(inside.Query("COMMIT"), Is.EqualTo("C(COMMIT) Z(I)"));
        mux.Advance(1);
        Assert.That(console.Take(), Is.EqualTo("C(PAUSE) Z(I)"));
        Assert.That(mux.Postgres.Open, Is.Empty);

        inside.Send(RawMessages.Query("SELECT a"));
        mux.Advance(5);
        Assert.That((inside.Take(), outside.Take()), Is.EqualTo(("", "")));
        Assert.That(console.Query(command.Replace("PAUSE", "RESUME", StringComparison.Ordinal)), Is.EqualTo("C(RESUME) Z(I)"));
        Assert.That((inside.Take(), outside.Take()), Is.EqualTo((Answer, Answer)));
        Assert.That(late.Take(), Does.EndWith("Z(I)"));
    }

    [Test, Property("Row", "D04")]
    public void PAUSE_and_RESUME_are_shown_and_each_has_its_turn()
    {
        using var mux = TestMux.Start(WithTwoDatabases());
        var (alice, console) = (mux.Login(), Console(mux));
        var other = mux.Login(database: "other");
        Assert.That(console.Query("PAUSE db"), Is.Empty, "its server is idle, and a sweep will see that it has gone");
        mux.Advance(1);
        Assert.That(console.Take(), Is.EqualTo("C(PAUSE) Z(I)"));
        Assert.That(mux.Show("DATABASES").ToDictionary(row => row["name"], row => row["paused"]), Is.EqualTo(
            new Dictionary<string, string> { ["db"] = "1", ["other"] = "0", ["pgbouncer"] = "0" }));
        Assert.That(other.Query("SELECT a"), Is.EqualTo(Answer));
        Assert.That(console.Query("PAUSE"), Is.Empty);
        mux.Advance(1);
        Assert.That(console.Take(), Is.EqualTo("C(PAUSE) Z(I)"));
        Assert.That(mux.Show("STATE").ToDictionary(row => row["key"], row => row["value"]), Is.EqualTo(
            new Dictionary<string, string> { ["active"] = "no", ["paused"] = "yes", ["suspended"] = "no" }));
        Assert.That(console.Query("PAUSE"), Is.EqualTo("E(08P01 already suspended/paused) Z(I)"));
        Assert.That(console.Query("RESUME"), Is.EqualTo("C(RESUME) Z(I)"));
        Assert.That(console.Query("RESUME"), Is.EqualTo("E(08P01 pooler is not paused/suspended) Z(I)"));
        Assert.That(other.Query("SELECT a"), Is.EqualTo(Answer));
        Assert.That(alice.Query("SELECT a"), Is.Empty, "its database is paused still");
        Assert.That(console.Query("RESUME db"), Is.EqualTo("C(RESUME) Z(I)"));
        Assert.That(alice.Take(), Is.EqualTo(Answer));
    }

    [TestCase("close")]
    [TestCase("reset")]
    [TestCase("half")]
    [TestCase("cancel")]
    [Property("Row", "D05"), Property("Row", "X10")]
    public void A_PAUSE_whose_client_leaves_or_cancels_is_withdrawn(string way)
    {
        using var mux = TestMux.Start(("default_pool_size", "2"), Stats);
        var (inside, outside, console) = (mux.Login(), mux.Login(), Console(mux));
        inside.Query("BEGIN");
        console.Send(RawMessages.Query("PAUSE"));
        outside.Send(RawMessages.Query("SELECT a"));
        switch (way)
        {
            case "close":
                console.Close();
                break;
            case "reset":
                console.Reset();
                break;
            case "half":
                console.HalfClose();
                break;
            default:
                mux.Cancel(console);
                Assert.That(console.Take(), Is.EqualTo("E(57014 canceling PAUSE due to user request) Z(I)"));
                break;
        }

        mux.Advance(1);
        Assert.That(outside.Take(), Is.EqualTo(Answer));
        Assert.That(inside.Query("COMMIT"), Is.EqualTo("C(COMMIT) Z(I)"));
        Assert.That(mux.Show("STATE").Single(row => row["key"] == "paused")["value"], Is.EqualTo("no"));
    }

    [Test, Property("Row", "D06"), Property("Row", "B212")]
    [Property("Text", "T101")]
    public void KILL_ends_clients_wherever_they_are_and_RESUME_lets_new_ones_in([Values(1, 2)] int loops, [Values("KILL", "KILL db")] string command)
    {
        using var mux = TestMux.Start(loops, ("default_pool_size", "2"));
        var console = Console(mux);
        for (var round = 0; round < 5; round++)
        {
            var (inside, busy, waiting, idle) = (mux.Login(), mux.Login(), mux.Login(), mux.Login());
            inside.Query("BEGIN");
            busy.Send(RawMessages.Query("WAIT"));
            waiting.Send(RawMessages.Query("SELECT a"));
            mux.Postgres.HoldsCancels = true;
            var cancelling = mux.Cancel(busy);
            var entering = mux.BeginLogin();

            Assert.That(console.Query(command), Is.EqualTo("C(KILL) Z(I)"), $"round {round}");
            foreach (var client in new[] { inside, busy, waiting, idle })
            {
                Assert.That(client.Take(), Does.EndWith("E(57P01 database removed) EOF"), $"round {round}");
            }

            mux.Postgres.HoldsCancels = false;
            mux.Postgres.Cancels[^1].Deliver();
            cancelling.Close();
            var late = mux.BeginLogin();
            mux.Advance(1);
            Assert.That(mux.Postgres.Open, Is.Empty, $"round {round}");
            Assert.That(console.Query("RESUME db"), Is.EqualTo("C(RESUME) Z(I)"), $"round {round}");
            Assert.That(late.Query("SELECT a"), Does.EndWith(Answer), $"round {round}");
            entering.Close();
            late.Close();
        }
    }

    [Test, Property("Row", "D07")]
    [Property("Text", "T104")]
    public void KILL_CLIENT_ends_one_client_itself_included([Values(1, 2)] int loops)
    {
        using var mux = TestMux.Start(loops, ("default_pool_size", "1"), Stats);
        var (busy, waiting, console) = (mux.Login(), mux.Login(), Console(mux));
        busy.Send(RawMessages.Query("WAIT"));
        waiting.Send(RawMessages.Query("SELECT a"));
        var ids = mux.Show("CLIENTS").ToLookup(row => row["state"] + row["database"], row => row["id"]);

        Assert.That(console.Query($"KILL_CLIENT {ids["waitingdb"].Single()}"), Is.EqualTo("C(KILL_CLIENT) Z(I)"));
        Assert.That(waiting.Take(), Is.EqualTo("E(57P01 admin forced disconnect) EOF"));
        Assert.That(console.Query($"KILL_CLIENT {ids["waitingdb"].Single()}"), Is.EqualTo("E(08P01 client not found) Z(I)"));
        Assert.That(console.Query($"KILL_CLIENT {ids["activedb"].Single()}"), Is.EqualTo("C(KILL_CLIENT) Z(I)"));
        Assert.That(busy.Take(), Is.EqualTo("E(57P01 admin forced disconnect) EOF"));
        Assert.That(mux.Login().Query("SELECT a"), Does.EndWith(Answer), "the server was not left to somebody else half done");

        var own = mux.Show("CLIENTS").Where(row => row["database"] == "pgbouncer").Min(row => int.Parse(row["id"], System.Globalization.CultureInfo.InvariantCulture));
        Assert.That(console.Query($"KILL_CLIENT {own}"), Is.EqualTo("E(57P01 admin forced disconnect) EOF"));
    }

    [Test, Property("Row", "D08")]
    [Property("Text", "T81")]
    public void DISABLE_keeps_new_clients_out_and_lets_others_be()
    {
        using var mux = TestMux.Start(Stats);
        var (before, console) = (mux.Login(), Console(mux));
        Assert.That(console.Query("DISABLE db"), Is.EqualTo("C(DISABLE) Z(I)"));
        Assert.That(mux.BeginLogin().Take(), Does.EndWith("E(55000 database \"db\" is disabled) EOF"));
        Assert.That(before.Query("SELECT a"), Is.EqualTo(Answer));
        Assert.That(mux.Show("DATABASES").Single(row => row["name"] == "db")["disabled"], Is.EqualTo("1"));
        Assert.That(console.Query("ENABLE db"), Is.EqualTo("C(ENABLE) Z(I)"));
        Assert.That(mux.Login().Query("SELECT a"), Does.EndWith(Answer));
    }

    [Test, Property("Row", "D08")]
    public void RECONNECT_replaces_servers_and_WAIT_CLOSE_sees_the_last_of_them_go([Values("", " db")] string database)
    {
        using var mux = TestMux.Start(("default_pool_size", "3"));
        var (inside, outside, console, waiting) = (mux.Login(), mux.Login(), Console(mux), Console(mux));
        inside.Query("BEGIN");
        outside.Query("SELECT a");
        var old = mux.Postgres.Open.ToArray();
        Assert.That(old, Has.Length.EqualTo(2));

        Assert.That(console.Query("RECONNECT" + database), Is.EqualTo("C(RECONNECT) Z(I)"));
        waiting.Send(RawMessages.Query("WAIT_CLOSE" + database));
        Assert.That(outside.Query("SELECT a"), Is.EqualTo(Answer));
        mux.Advance(2);
        Assert.That(waiting.Take(), Is.Empty);
        Assert.That(mux.Postgres.Open.Intersect(old).Count(), Is.EqualTo(1), "the one that is in use");
        Assert.That(inside.Query("COMMIT"), Is.EqualTo("C(COMMIT) Z(I)"));
        mux.Advance(1);
        Assert.That(waiting.Take(), Is.EqualTo("C(WAIT_CLOSE) Z(I)"));
        Assert.That(mux.Postgres.Open.Intersect(old), Is.Empty);
    }

    [TestCase("SHUTDOWN WAIT_FOR_SERVERS")]
    [TestCase("SHUTDOWN WAIT_FOR_CLIENTS")]
    [TestCase("SHUTDOWN")]
    [Property("Row", "D13")]
    public void A_pooler_that_is_paused_can_be_ended(string command)
    {
        using var mux = TestMux.Start(("query_wait_timeout", "5"));
        var (waiting, console) = (mux.Login(), Console(mux));
        console.Query("PAUSE");
        mux.Advance(1);
        waiting.Send(RawMessages.Query("SELECT a"));
        console.Take();
        console.Send(RawMessages.Query(command));
        mux.Advance(10);
        Assert.That(waiting.Take(), Does.EndWith("EOF"));
        console.Close();
        mux.Advance(2);
        Assert.That(mux.Mux.Stopped.IsCompleted, Is.True);
    }

    private static FakeClient Console(TestMux mux)
    {
        var console = mux.Login("admin", "pgbouncer");
        console.Take();
        return console;
    }

    private static PgmuxSettings WithTwoDatabases() => TestMux.SettingsOf(Stats) with
    {
        Databases = new Dictionary<string, string> { ["db"] = TestMux.DatabaseLine, ["other"] = TestMux.DatabaseLine },
    };
}
