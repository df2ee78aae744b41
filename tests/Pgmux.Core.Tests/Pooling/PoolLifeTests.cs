using System.Runtime.CompilerServices;
using Pgmux.Core.Pooling;
using Pgmux.Testing.Mux;
using Pgmux.Testing.Processes;

namespace Pgmux.Core.Tests.Pooling;

/// <summary>Pools that nobody uses any more are forgotten.</summary>
[TestFixture]
internal sealed class PoolLifeTests
{
    private const int Many = 300;

    [Test, Property("Row", "B153"), Property("Row", "P15")]
    public void Users_that_come_once_leave_nothing_behind_after_pool_idle_timeout()
    {
        using var mux = TestMux.Start(CrowdOfUsers(("pool_idle_timeout", "20"), ("server_idle_timeout", "10"), ("server_lifetime", "100")));
        var kept = mux.Login("user0");
        for (var i = 1; i < Many; i++)
        {
            ComeOnce(mux, $"user{i}", "db");
        }

        Assert.That(mux.Mux.Pools.All, Has.Count.EqualTo(Many));
        mux.Advance(29);
        Assert.That(mux.Mux.Pools.All, Has.Count.EqualTo(Many), "the servers have gone, the pools have not");
        mux.Advance(3);
        Assert.That(mux.Mux.Pools.All.Select(pool => pool.Key.User), Is.EqualTo(new[] { "user0" }), "it has a client");
        Assert.That(kept.Query("SELECT a"), Is.EqualTo("T D(a) C(SELECT 1) Z(I)"));
        Assert.That(mux.Login("user5").Query("SELECT b"), Is.EqualTo("T D(b) C(SELECT 1) Z(I)"), "come again");
        Assert.That(QueriesOf(mux, "db"), Is.EqualTo(Many + 1), "what they have done still counts");
    }

    [Test, Property("Row", "B153"), Property("Row", "P15")]
    [Property("Text", "T32")]
    public void Databases_that_clients_have_named_are_forgotten_after_autodb_idle_timeout()
    {
        using var mux = TestMux.Start(Automatic(("autodb_idle_timeout", "30"), ("server_idle_timeout", "10"), ("server_lifetime", "100")));
        for (var i = 0; i < Many; i++)
        {
            ComeOnce(mux, "alice", $"db{i}");
        }

        mux.Advance(38);
        Assert.That(mux.Mux.Pools.All, Has.Count.EqualTo(Many));
        mux.Advance(5);
        Assert.That(mux.Mux.Pools.All, Is.Empty);
        var texts = mux.Log.Events.Select(entry => entry.Text).ToArray();
        Assert.That(texts.Count(text => text.StartsWith("registered new auto-database: db", StringComparison.Ordinal)), Is.EqualTo(Many));
        Assert.That(texts.Count(text => text == "dropping database 'db7' as it does not exist anymore or inactive auto-database"), Is.EqualTo(1));
        Assert.That(mux.Mux.Statistics.Rows().Select(row => row.Database), Has.None.StartsWith("db"));
        Assert.That(mux.Login("alice", "db7").Query("SELECT a"), Is.EqualTo("T D(a) C(SELECT 1) Z(I)"));
    }

    [Test]
    public void Such_a_database_stays_whole_while_one_of_its_users_is_there()
    {
        using var mux = TestMux.Start(Automatic(("autodb_idle_timeout", "30"), ("server_idle_timeout", "10")));
        var client = mux.Login("alice", "named");
        ComeOnce(mux, "bob", "named");
        mux.Advance(200);
        Assert.That(mux.Mux.Pools.All, Has.Count.EqualTo(2));
        client.Close();
        mux.Advance(29);
        Assert.That(mux.Mux.Pools.All, Has.Count.EqualTo(2));
        mux.Advance(3);
        Assert.That(mux.Mux.Pools.All, Is.Empty);
    }

    // The fakes at both ends of a connection hold what is behind it, so these pools have had none.
    [Test, Property("Row", "B153")]
    public void The_memory_of_many_pools_is_free_again()
    {
        using var mux = TestMux.Start(("pool_idle_timeout", "5"));
        var pools = MakePools(mux, 10_000);
        Assert.That(CountPools(mux), Is.EqualTo(pools.Length));
        mux.Advance(7);
        Assert.That(CountPools(mux), Is.Zero);
        GC.Collect();
        Assert.That(pools.Count(pool => pool.TryGetTarget(out _)), Is.LessThanOrEqualTo(1), "what is still on the stack");
    }

    [Test]
    public void Zero_keeps_them()
    {
        using var mux = TestMux.Start(Automatic(("autodb_idle_timeout", "0"), ("pool_idle_timeout", "0"), ("server_idle_timeout", "10")));
        ComeOnce(mux, "alice", "named");
        mux.Advance(100_000);
        Assert.That(mux.Mux.Pools.All, Has.Count.EqualTo(1));
    }

    [Test]
    public void A_paused_pool_stays_and_a_reload_ends_one_that_was_kept()
    {
        (string, string)[] settings = [("server_idle_timeout", "10")];
        using var mux = TestMux.Start(Automatic(settings));
        ComeOnce(mux, "alice", "named");
        mux.Mux.Pools.TrySetPaused(isPaused: true);
        Assert.That(mux.Reload(Automatic([.. settings, ("pool_idle_timeout", "20")])), Is.True);
        mux.Advance(100);
        Assert.That(mux.Mux.Pools.All, Has.Count.EqualTo(1));
        mux.Mux.Pools.TrySetPaused(isPaused: false);
        mux.Advance(2);
        Assert.That(mux.Mux.Pools.All, Is.Empty);
    }

    private static PgmuxSettings CrowdOfUsers(params (string, string)[] settings) => TestMux.SettingsOf(settings) with
    {
        Secrets = Enumerable.Range(0, Many).ToDictionary(i => $"user{i}", i => $"secret-{i}"),
    };

    private static PgmuxSettings Automatic(params (string, string)[] settings) => TestMux.SettingsOf(settings) with
    {
        Databases = new Dictionary<string, string> { ["*"] = TestMux.DatabaseLine },
    };

    private static void ComeOnce(TestMux mux, string user, string database)
    {
        var client = mux.Login(user, database);
        client.Query("SELECT a");
        client.Close();
    }

    private static long QueriesOf(TestMux mux, string database) => mux.Mux.Statistics.Rows().Single(row => row.Database == database).Totals.QueryCount;

    // What a test method has looked at stays on its stack: these look for it.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int CountPools(TestMux mux) => mux.Mux.Pools.All.Count;

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference<Pool>[] MakePools(TestMux mux, int count)
    {
        var configuration = mux.Mux.Configuration.Current;
        var database = configuration.FindDatabase("db")!;
        return [.. Enumerable.Range(0, count).Select(i => new WeakReference<Pool>(mux.Mux.Pools.GetOrAdd(configuration, database, $"user{i}")))];
    }
}
