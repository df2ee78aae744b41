using Pgmux.Testing.Mux;
using Pgmux.Testing.Processes;
using static Pgmux.Core.Tests.Statements.StatementRig;

namespace Pgmux.Core.Tests.Statements;

/// <summary>Statements that a server has but cannot run any more, and statements that it should have and has not.</summary>
[TestFixture]
internal sealed class StalePlanTests
{
    private const string Stale = "E(0A000 cached plan must not change result type)";

    [Test, Property("Row", "E16"), Property("Row", "B105")]
    public void A_stale_plan_outside_a_transaction_shows_to_nobody([Values(true, false)] bool isLost, [Values("", "a")] string name)
    {
        using var mux = TestMux.Start(("default_pool_size", "1"));
        var client = mux.Login();
        client.Ask(Prepare("SELECT $1", name));
        Damage(mux, isLost);
        Assert.That(client.Ask(Use(name, "x")), Is.EqualTo("2 D(x) C(SELECT 1) Z(I)"));
        Damage(mux, isLost);
        Assert.That(client.Ask(RawMessages.DescribeStatement(name), RawMessages.Sync()), Is.EqualTo("t(25) T Z(I)"));
        Damage(mux, isLost);
        Assert.That(client.Ask([RawMessages.DescribeStatement(name), .. Use(name, "y")]), Is.EqualTo("t(25) T 2 D(y) C(SELECT 1) Z(I)"));
        Assert.That(mux.Postgres.Single.Executed, Is.EqualTo(new[] { "SELECT $1", "SELECT $1" }), "executed once each");
    }

    [TestCase("EXECUTE a('x')", "T D(x) C(SELECT 1) Z(I)")]
    [TestCase("EXECUTE a(next('x'))", $"{Stale} Z(I)")]
    [Property("Row", "B105")]
    public void EXECUTE_whose_arguments_call_something_is_not_run_again(string sql, string answer)
    {
        using var mux = TestMux.Start(("default_pool_size", "1"));
        var client = mux.Login();
        client.Query("PREPARE a (text) AS SELECT $1");
        Damage(mux, isLost: false);
        Assert.That(client.Query(sql), Is.EqualTo(answer));
    }

    [Test, Property("Row", "E16"), Property("Row", "B105")]
    public void A_long_text_is_parsed_anew_without_a_wait()
    {
        using var mux = TestMux.Start(("default_pool_size", "1"));
        var client = mux.Login();
        client.Ask(Prepare($"SELECT $1 {new string('x', 500_000)}", "a"));
        Damage(mux, isLost: false);
        client.Send(Use("a", "y"));
        client.Send([.. Use("a", "z"), .. Use("a", "z")]);
        Assert.That(client.Take(), Does.Match("^2 D.y x+. C.SELECT 1. Z.I.( 2 D.z x+. C.SELECT 1. Z.I.){2}$"));
    }

    [Test, Property("Row", "E16"), Property("Row", "B105")]
    public void A_stale_plan_of_EXECUTE_outside_a_transaction_shows_to_nobody([Values(true, false)] bool isLost)
    {
        using var mux = TestMux.Start(("default_pool_size", "1"));
        var client = mux.Login();
        client.Query("PREPARE a AS SELECT x");
        Damage(mux, isLost);
        Assert.That(client.Query("EXECUTE a"), Is.EqualTo("T D(x) C(SELECT 1) Z(I)"));
        Damage(mux, isLost);
        Assert.That(client.Ask(Use("a")), Is.EqualTo("2 D(x) C(SELECT 1) Z(I)"));
        Damage(mux, isLost);
        Assert.That(client.Ask([RawMessages.Parse("EXECUTE a"), .. Use()]), Is.EqualTo("1 2 D(x) C(SELECT 1) Z(I)"));
    }

    [Test, Property("Row", "E16"), Property("Row", "B105")]
    public void A_client_that_was_told_the_columns_hears_that_they_have_changed([Values(true, false)] bool isLost)
    {
        using var mux = TestMux.Start(("default_pool_size", "1"));
        var client = mux.Login();
        client.Query("PREPARE a AS SELECT x");
        Damage(mux, isLost);
        Assert.That(client.Ask(Whole("EXECUTE a")), Does.Match(@"^1 2 [Tn] E\((0A000|26000) "));
        Assert.That(client.Ask(Whole("EXECUTE a")), Is.EqualTo("1 2 T D(x) C(SELECT 1) Z(I)"));
    }

    [Test, Property("Row", "E16"), Property("Row", "B105")]
    public void Sixteen_clients_on_four_servers_do_not_see_that_a_table_has_changed()
    {
        using var mux = TestMux.Start(loops: 2, ("default_pool_size", "4"));
        var clients = Enumerable.Range(0, 16).Select(_ => mux.Login()).ToArray();
        for (var round = 0; round < 5; round++)
        {
            foreach (var client in clients)
            {
                client.Write([.. (round == 0 ? Prepare("SELECT $1", "a") : []).Concat(Use("a", $"r{round}")).SelectMany(message => message)]);
            }

            mux.Network.RunUntilIdle();
            var expected = $"{(round == 0 ? "1 Z(I) " : "")}2 D(r{round}) C(SELECT 1) Z(I)";
            Assert.That(clients.Select(client => client.Take()), Is.All.EqualTo(expected), $"round {round}");
            foreach (var server in mux.Postgres.Open)
            {
                server.MakeStale();
            }
        }
    }

    [Test, Property("Row", "E16"), Property("Row", "B105")]
    public void Inside_a_transaction_the_error_goes_on_and_the_next_use_works([Values(true, false)] bool isLost)
    {
        using var mux = TestMux.Start(("default_pool_size", "1"));
        var client = mux.Login();
        client.Ask(Prepare("SELECT a", "a"));
        Damage(mux, isLost);
        client.Query("BEGIN");
        var error = isLost ? "E(26000 prepared statement \"a\" does not exist)" : Stale;
        Assert.That(client.Ask(Use("a")), Is.EqualTo($"{error} Z(E)"));
        Assert.That(client.Query("ROLLBACK"), Is.EqualTo("C(ROLLBACK) Z(I)"));
        Assert.That(client.Ask(Use("a")), Is.EqualTo("2 D(a) C(SELECT 1) Z(I)"));
    }

    [Test, Property("Row", "E16"), Property("Row", "B105")]
    public void What_has_been_executed_is_never_executed_again([Values(true, false)] bool isLost)
    {
        using var mux = TestMux.Start(("default_pool_size", "1"));
        var client = mux.Login();
        client.Ask(Prepare("SELECT a", "a"));
        Damage(mux, isLost);
        var error = isLost ? "E(26000 prepared statement \"a\" does not exist)" : Stale;
        Assert.That(
            client.Ask([RawMessages.Parse("INSERT once"), RawMessages.Bind(), RawMessages.Execute(), .. Use("a")]),
            Is.EqualTo($"1 2 C(INSERT 0 1) {error} Z(I)"));
        Assert.That(mux.Postgres.Single.Executed, Is.EqualTo(new[] { "INSERT once" }));
        Assert.That(client.Ask(Use("a")), Is.EqualTo("2 D(a) C(SELECT 1) Z(I)"));
        Damage(mux, isLost);
        Assert.That(client.Query("INSERT twice; EXECUTE a"), Is.EqualTo($"C(INSERT 0 1) {error} Z(I)"));
        Assert.That(client.Query("EXECUTE a"), Is.EqualTo("T D(a) C(SELECT 1) Z(I)"));
        Assert.That(mux.Postgres.Single.Executed.Count(sql => sql == "INSERT twice"), Is.EqualTo(1));
    }

    [Test, Property("Row", "E16")]
    public void A_cycle_with_another_behind_it_may_show_the_error_once_and_is_healed([Values(true, false)] bool isLost)
    {
        using var mux = TestMux.Start(("default_pool_size", "1"));
        var client = mux.Login();
        client.Ask([.. Prepare("SELECT a", "a"), .. Prepare("SELECT b", "b")]);
        Damage(mux, isLost);
        var replies = client.Ask([.. Use("a"), .. Use("a"), .. Use("b")]);
        Assert.That(replies, Does.Match(@"^((2 D\([ab]\) C\(SELECT 1\)|E\((0A000|26000) [^)]*\)) Z\(I\) ?){3}$"));
        Assert.That(replies, Does.Not.Contain("pgmux_"));
        Assert.That(client.Ask([.. Use("a"), .. Use("a"), .. Use("b")]), Is.EqualTo("2 D(a) C(SELECT 1) Z(I) 2 D(a) C(SELECT 1) Z(I) 2 D(b) C(SELECT 1) Z(I)"));
    }

    [Test, Property("Row", "E16")]
    public void A_plan_that_stays_stale_shows_its_error_and_no_loop()
    {
        using var mux = TestMux.Start(("default_pool_size", "1"));
        var client = mux.Login();
        client.Ask(Prepare("TABLE t", "a"));
        mux.Postgres.Database.HasTables = false;
        Assert.That(client.Ask(Use("a")), Is.EqualTo("E(42P01 relation \"t\" does not exist) Z(I)"));
        mux.Postgres.Single.MakeStale();
        Assert.That(client.Ask(Use("a")), Is.EqualTo("E(42P01 relation \"t\" does not exist) Z(I)"));
        mux.Postgres.Database.HasTables = true;
        Assert.That(client.Ask(Use("a")), Is.EqualTo("2 D(t) C(SELECT 1) Z(I)"));
    }

    [Test, Property("Row", "E15")]
    public void A_replayed_Parse_that_fails_puts_its_error_in_place_of_the_reply()
    {
        const string Gone = "E(42P01 relation \"t\" does not exist)";
        using var mux = TestMux.Start(("default_pool_size", "2"));
        var client = mux.LoginPrepared("TABLE t", "a");
        mux.Postgres.Database.HasTables = false;
        Assert.That(client.Ask(Use("a")), Is.EqualTo($"{Gone} Z(I)"));
        Assert.That(client.Ask(RawMessages.DescribeStatement("a"), RawMessages.Sync()), Is.EqualTo($"{Gone} Z(I)"));
        Assert.That(client.Ask([RawMessages.Parse("SELECT b"), RawMessages.Bind(), RawMessages.Execute(), .. Use("a"), .. Whole("SELECT c", "c")]),
            Is.EqualTo($"1 2 D(b) C(SELECT 1) {Gone} Z(I) 1 2 T D(c) C(SELECT 1) Z(I)"));
        mux.Postgres.Database.HasTables = true;
        Assert.That(client.Ask(Use("a")), Is.EqualTo("2 D(t) C(SELECT 1) Z(I)"));
    }

    // The unnamed statement cannot be lost without a message of the client's.
    private static void Damage(TestMux mux, bool isLost)
    {
        if (isLost)
        {
            mux.Postgres.Single.ForgetStatements();
        }
        else
        {
            mux.Postgres.Single.MakeStale();
        }
    }

    [Test, Property("Row", "B105")]
    public void A_cycle_with_a_command_behind_the_refused_request_is_run_again_in_parts([Values(true, false)] bool isLost)
    {
        using var mux = TestMux.Start(("default_pool_size", "1"));
        var client = mux.Login();
        client.Ask(Prepare("SELECT a", "a"));
        Damage(mux, isLost);
        Assert.That(
            client.Ask(
                RawMessages.Bind("a"), RawMessages.Execute(),
                RawMessages.Parse("PREPARE q AS SELECT y"), RawMessages.Bind(), RawMessages.Execute(),
                RawMessages.Parse("EXECUTE q"), RawMessages.Bind(), RawMessages.Execute(), RawMessages.Sync()),
            Is.EqualTo("2 D(a) C(SELECT 1) 1 2 C(PREPARE) 1 2 D(y) C(SELECT 1) Z(I)"));
        Assert.That(client.Query("EXECUTE q"), Is.EqualTo("T D(y) C(SELECT 1) Z(I)"));
    }
}
