using Pgmux.Testing.FakePostgres;
using Pgmux.Testing.Mux;
using Pgmux.Testing.Processes;
using static Pgmux.Core.Tests.Statements.StatementRig;

namespace Pgmux.Core.Tests.Statements;

/// <summary>PREPARE, EXECUTE, DEALLOCATE and DISCARD: alone, among other statements and in extended queries, wherever the client lands.</summary>
[TestFixture]
internal sealed class SqlLevelTests
{
    private const string Unknown = "E(26000 prepared statement \"a\" does not exist) Z(I)";

    // Each is a session; its requests are answered as by a PostgreSQL of its own.
    private static readonly string[][] Sessions =
    [
        ["PREPARE a AS SELECT x", "EXECUTE a", "EXECUTE a", "DEALLOCATE a", "EXECUTE a", "DEALLOCATE a"],
        ["PREPARE a AS SELECT x", "PREPARE a AS SELECT y", "EXECUTE a", "DEALLOCATE PREPARE a", "PREPARE a AS SELECT y", "EXECUTE a"],
        ["PREPARE a (text) AS SELECT $1", "EXECUTE a('v')", "EXECUTE a ( 'it''s' )", "EXECUTE a", "EXECUTE a('v', 'w')", "EXECUTE a(NULL)"],
        ["PREPARE a (int, text) AS SELECT $1 and $2", "EXECUTE a(1, 'two, three')", "EXECUTE a(f(1, 2), $$x$$)"],
        ["PREPARE Foo AS SELECT x", "EXECUTE foo", "EXECUTE FOO", "EXECUTE \"Foo\"", "EXECUTE \"foo\"", "DEALLOCATE \"FOO\"", "DEALLOCATE fOO"],
        ["PREPARE \"a \"\"b\"\" ;\" AS SELECT x", "EXECUTE \"a \"\"b\"\" ;\"", "DEALLOCATE \"a \"\"b\"\" ;\""],
        ["prepare/**/a/* ; */as--\nSELECT x", "/* /* nested */ */ execute a -- done", "\n\tDeallocate\nPrepare\na", "EXECUTE a"],
        ["SELECT x; PREPARE a AS SELECT y; EXECUTE a; DEALLOCATE a; SELECT z", "EXECUTE a"],
        ["PREPARE a AS SELECT x; PREPARE b AS SELECT y", "EXECUTE b; EXECUTE a", "DEALLOCATE ALL", "EXECUTE a", "EXECUTE b"],
        ["BEGIN; PREPARE a AS SELECT x; EXECUTE a; COMMIT", "EXECUTE a"],
        ["BEGIN", "PREPARE a AS SELECT x", "ROLLBACK", "EXECUTE a"],
        ["BEGIN", "FAIL", "PREPARE a AS SELECT x", "EXECUTE a", "DEALLOCATE ALL", "ROLLBACK", "EXECUTE a"],
        ["PREPARE a AS SELECT x", "BEGIN", "EXECUTE a", "DEALLOCATE a", "EXECUTE a", "ROLLBACK", "EXECUTE a"],
        ["PREPARE a AS SELECT x", "SELECT y; FAIL; DEALLOCATE a", "EXECUTE a", "FAIL; DEALLOCATE a", "EXECUTE a", "DEALLOCATE a; FAIL", "EXECUTE a"],
        ["SELECT y; PREPARE a AS SELECT x; FAIL", "EXECUTE a", "FAIL; PREPARE b AS SELECT x", "EXECUTE b"],
        ["PREPARE a AS PARSEFAIL", "EXECUTE a", "PREPARE a AS", "PREPARE a", "DEALLOCATE", "EXECUTE", "PREPARE a AS SELECT x", "EXECUTE a"],
        ["PREPARE a AS SELECT x", "DISCARD PLANS", "EXECUTE a", "DISCARD ALL", "EXECUTE a", "PREPARE a AS SELECT y", "EXECUTE a"],
        ["PREPARE a AS SELECT x", "BEGIN", "DISCARD ALL", "ROLLBACK", "EXECUTE a", "SELECT y; DISCARD ALL", "EXECUTE a"],
        ["PREPARE \"all\" AS SELECT x", "DEALLOCATE \"all\"", "DEALLOCATE ALL", "DEALLOCATE PREPARE all", "deallocate all"],
        ["SELECT 'PREPARE a AS SELECT x'", "EXECUTE a", "SELECT $$; DEALLOCATE ALL;$$", "PREPARE a AS SELECT ';'", "EXECUTE a"],
        ["PREPARE a AS FAIL", "EXECUTE a", "EXECUTE a; SELECT never", "BEGIN", "EXECUTE a", "EXECUTE a", "ROLLBACK"],
        ["PREPARE a AS ROWS 3 5", "EXECUTE a", "PREPARE b AS INSERT x", "EXECUTE b"],
        ["PREPARE a AS SELECT x", "PREPARE b AS SELECT x", "DEALLOCATE a; EXECUTE b", "EXECUTE a", "EXECUTE b; DEALLOCATE b; EXECUTE b", "EXECUTE b"],
        ["PREPARE a AS SELECT x", "EXECUTE a; PREPARE b AS SELECT x", "EXECUTE b", "EXECUTE b; EXECUTE a; DEALLOCATE a", "EXECUTE b", "EXECUTE a"],
        ["PREPARE a AS SELECT x", "PREPARE b AS SELECT x; DEALLOCATE a; PREPARE a AS SELECT x", "EXECUTE a; EXECUTE b", "DEALLOCATE b", "EXECUTE a"],
    ];

    [Test, Property("Row", "E17")]
    public void A_session_of_SQL_is_answered_as_by_its_own_PostgreSQL(
        [Values] bool isExtended, [Values] bool changesServer, [ValueSource(nameof(Sessions))] string[] session)
    {
        using var mux = TestMux.Start(("default_pool_size", "2"));
        var client = mux.Login();
        var direct = new DirectSession();
        FakeClient? blocker = null;
        foreach (var sql in session)
        {
            client.ExpectSame(direct, isExtended ? Whole(sql) : [RawMessages.Query(sql)]);
            if (changesServer && direct.Status == 'I')
            {
                blocker?.Query("ROLLBACK");
                blocker = blocker is null ? mux.Occupy() : null;
            }
        }

        blocker?.Query("ROLLBACK");
    }

    [Test, Property("Row", "E17")]
    public void Both_levels_see_each_others_statements([Values] bool changesServer)
    {
        using var mux = TestMux.Start(("default_pool_size", "2"));
        var client = mux.Login();
        var direct = new DirectSession();
        client.ExpectSame(direct, Prepare("SELECT $1", "Proto"));
        client.ExpectSame(direct, RawMessages.Query("PREPARE sql (text, text) AS SELECT $2"));
        if (changesServer)
        {
            mux.Occupy();
        }

        client.ExpectSame(direct, RawMessages.Query("EXECUTE \"Proto\"('x')"));
        client.ExpectSame(direct, RawMessages.Query("EXECUTE proto('x')"));
        client.ExpectSame(direct, Use("sql", "1", "2"));
        client.ExpectSame(direct, RawMessages.DescribeStatement("sql"), RawMessages.Sync());
        client.ExpectSame(direct, Prepare("SELECT again", "sql"));
        client.ExpectSame(direct, RawMessages.Query("PREPARE \"Proto\" AS SELECT again"));
        client.ExpectSame(direct, RawMessages.CloseStatement("sql"), RawMessages.Sync());
        client.ExpectSame(direct, RawMessages.Query("EXECUTE sql('1', '2')"));
        client.ExpectSame(direct, RawMessages.Query("DEALLOCATE \"Proto\""));
        client.ExpectSame(direct, Use("Proto", "x"));
    }

    [Test, Property("Row", "E17")]
    public void A_prepared_EXECUTE_finds_what_its_name_stands_for_when_it_runs([Values] bool changesServer)
    {
        using var mux = TestMux.Start(("default_pool_size", "2"));
        var client = mux.Login();
        var direct = new DirectSession();
        client.ExpectSame(direct, RawMessages.Query("PREPARE a AS SELECT first"));
        client.ExpectSame(direct, Prepare("EXECUTE a", "run"));
        client.ExpectSame(direct, Use("run"));
        if (changesServer)
        {
            mux.Occupy();
        }

        client.ExpectSame(direct, RawMessages.Query("DEALLOCATE a"));
        client.ExpectSame(direct, Use("run"));
        client.ExpectSame(direct, RawMessages.Query("PREPARE a AS SELECT second"));
        client.ExpectSame(direct, Use("run"));
    }

    [Test]
    public void Clients_with_the_same_name_have_their_own_statements()
    {
        using var mux = TestMux.Start(("default_pool_size", "1"));
        var clients = Enumerable.Range(0, 5).Select(_ => mux.Login()).ToArray();
        for (var i = 0; i < clients.Length; i++)
        {
            Assert.That(clients[i].Query($"PREPARE a AS SELECT own{i}"), Is.EqualTo("C(PREPARE) Z(I)"));
        }

        clients[0].Query("DEALLOCATE a");
        Assert.That(clients[0].Query("EXECUTE a"), Is.EqualTo(Unknown));
        for (var i = 1; i < clients.Length; i++)
        {
            Assert.That(clients[i].Query("EXECUTE a"), Is.EqualTo($"T D(own{i}) C(SELECT 1) Z(I)"));
        }
    }

    [TestCase("DEALLOCATE ALL")]
    [TestCase("DISCARD ALL")]
    [Property("Row", "B99"), Property("Row", "E17")]
    public void What_comes_behind_in_the_same_pipeline_stays(string sql)
    {
        using var mux = TestMux.Start(("default_pool_size", "2"));
        var client = mux.Login();
        var direct = new DirectSession();
        client.ExpectSame(direct, Prepare("SELECT old", "old"));
        client.ExpectSame(direct, [RawMessages.Query(sql), .. Prepare("SELECT x", "x")]);
        client.ExpectSame(direct, Use("x"));
        client.ExpectSame(direct, Use("old"));
        client.ExpectSame(direct, RawMessages.Parse(sql), RawMessages.Bind(), RawMessages.Execute(), RawMessages.Parse("SELECT y", "y"), RawMessages.Sync());
        client.ExpectSame(direct, Use("y"));
        client.ExpectSame(direct, Use("x"));
        mux.Occupy();
        client.ExpectSame(direct, Use("y"));
    }

    [TestCase("DEALLOCATE ALL")]
    [TestCase("DISCARD ALL")]
    [Property("Row", "B100"), Property("Row", "E17")]
    public void What_one_client_drops_another_still_has(string sql)
    {
        using var mux = TestMux.Start(("default_pool_size", "1"));
        var (client, other) = (mux.Login(), mux.Login());
        client.Ask(Prepare("SELECT a", "a"));
        other.Ask(Prepare("SELECT a", "a"));
        other.Query("PREPARE b AS SELECT b");
        Assert.That(client.Query(sql), Is.EqualTo($"C({sql}) Z(I)"));
        Assert.That(other.Ask(Use("a")), Is.EqualTo("2 D(a) C(SELECT 1) Z(I)"));
        Assert.That(other.Query("EXECUTE b"), Is.EqualTo("T D(b) C(SELECT 1) Z(I)"));
        Assert.That(client.Ask(Use("a")), Is.EqualTo(Unknown));
        Assert.That(client.Ask([.. Whole(sql), .. Prepare("SELECT a", "a")]), Is.EqualTo($"1 2 n C({sql}) Z(I) 1 Z(I)"));
        Assert.That(client.Query($"SELECT x; {(sql == "DISCARD ALL" ? "DEALLOCATE ALL" : sql)}"), Is.EqualTo("T D(x) C(SELECT 1) C(DEALLOCATE ALL) Z(I)"));
        Assert.That(other.Ask(Use("a")), Is.EqualTo("2 D(a) C(SELECT 1) Z(I)"));
    }

    [Test, Property("Row", "B100"), Property("Row", "E17")]
    public void Two_names_and_two_clients_of_one_text_do_not_drop_it_for_each_other([Values] bool changesServer)
    {
        using var mux = TestMux.Start(("default_pool_size", "2"));
        var (client, other) = (mux.Login(), mux.Login());
        client.Query("PREPARE a AS SELECT x");
        client.Query("PREPARE b AS SELECT x");
        other.Query("PREPARE a AS SELECT x");
        if (changesServer)
        {
            mux.Occupy();
        }

        Assert.That(client.Query("DEALLOCATE a; EXECUTE b"), Is.EqualTo("C(DEALLOCATE) T D(x) C(SELECT 1) Z(I)"));
        Assert.That(client.Query("EXECUTE a"), Is.EqualTo(Unknown));
        Assert.That(other.Query("EXECUTE a"), Is.EqualTo("T D(x) C(SELECT 1) Z(I)"));
        Assert.That(client.Query("EXECUTE b; PREPARE c AS SELECT x"), Is.EqualTo("T D(x) C(SELECT 1) C(PREPARE) Z(I)"));
        Assert.That(client.Query("DEALLOCATE b; EXECUTE c"), Is.EqualTo("C(DEALLOCATE) T D(x) C(SELECT 1) Z(I)"));
        Assert.That(other.Query("EXECUTE a"), Is.EqualTo("T D(x) C(SELECT 1) Z(I)"));
    }

    [Test, Property("Row", "E17"), Property("Row", "E13")]
    public void SQL_level_statements_are_evicted_and_come_back()
    {
        using var mux = TestMux.Start(("max_prepared_statements", "1"), ("default_pool_size", "1"));
        // A Query that executes two statements needs both, whatever the limit says.
        mux.Postgres.Database.Audit = null;
        var client = mux.Login();
        client.Query("PREPARE a AS SELECT a");
        client.Query("PREPARE b (text) AS SELECT $1");
        for (var round = 0; round < 3; round++)
        {
            Assert.That(client.Query("EXECUTE a"), Is.EqualTo("T D(a) C(SELECT 1) Z(I)"));
            Assert.That(client.Query("EXECUTE b('v')"), Is.EqualTo("T D(v) C(SELECT 1) Z(I)"));
            Assert.That(client.Query("EXECUTE a; EXECUTE b('w')"), Is.EqualTo("T D(a) C(SELECT 1) T D(w) C(SELECT 1) Z(I)"));
            Assert.That(client.Ask(Use("b", "x")), Is.EqualTo("2 D(x) C(SELECT 1) Z(I)"));
        }
    }

    [Test]
    public void Two_clients_whose_statements_wait_do_not_hand_a_server_to_and_fro()
    {
        using var mux = TestMux.Start(("default_pool_size", "1"));
        var first = mux.Login(parameters: ("TimeZone", "Asia/Tokyo"));
        var second = mux.Login(parameters: ("TimeZone", "UTC"));
        var holder = mux.Login();
        first.Query("PREPARE s1 AS SELECT mine");
        second.Query("PREPARE s1 AS SELECT yours");
        holder.Query("BEGIN");
        first.Send(RawMessages.Query("SELECT a; EXECUTE s1"));
        second.Send(RawMessages.Query("SELECT b; EXECUTE s1"));
        holder.Query("COMMIT");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(first.Take(), Is.EqualTo("T D(a) C(SELECT 1) T D(mine) C(SELECT 1) Z(I)"));
            Assert.That(second.Take(), Is.EqualTo("T D(b) C(SELECT 1) T D(yours) C(SELECT 1) Z(I)"));
        }
    }
}
