using Pgmux.Testing.FakePostgres;
using Pgmux.Testing.Mux;
using Pgmux.Testing.Processes;
using static Pgmux.Core.Tests.Statements.StatementRig;

namespace Pgmux.Core.Tests.Statements;

[TestFixture]
internal sealed class NamedStatementTests
{
    [Test]
    public void A_statement_that_the_server_has_is_not_parsed_again()
    {
        using var mux = TestMux.Start(("default_pool_size", "1"));
        var (first, second) = (mux.Login(), mux.Login());
        Assert.That(first.Ask(Prepare("SELECT $1", "a")), Is.EqualTo("1 Z(I)"));
        Assert.That(second.Ask(Whole("SELECT $1", "other", "n2")), Is.EqualTo("1 2 T D(n2) C(SELECT 1) Z(I)"));
        Assert.That(first.Ask(Use("a", "n1")), Is.EqualTo("2 D(n1) C(SELECT 1) Z(I)"));
        Assert.That(mux.Postgres.ParseCount, Is.EqualTo(1));
        Assert.That(mux.Postgres.Single.StatementNames.Single(), Does.StartWith(StatementAudit.Prefix));
    }

    [Test]
    public void A_Parse_of_what_is_there_is_answered_without_a_server()
    {
        using var mux = TestMux.Start(("default_pool_size", "1"));
        var (first, second) = (mux.Login(), mux.Login());
        first.Ask(Prepare("SELECT a", "a"));
        Assert.That(second.Ask(Prepare("SELECT a", "b")), Is.EqualTo("1 Z(I)"));
        Assert.That(mux.Postgres.ParseCount, Is.EqualTo(1));
        Assert.That(second.Ask(Use("b")), Is.EqualTo("2 D(a) C(SELECT 1) Z(I)"));
    }

    [TestCase(1)]
    [TestCase(2)]
    [Property("Row", "E14")]
    public void A_statement_follows_its_client_to_a_server_that_lacks_it(int loops)
    {
        using var mux = TestMux.Start(loops, ("default_pool_size", "2"));
        var client = mux.LoginPrepared("SELECT $1", "a");
        Assert.That(client.Ask(Use("a", "x")), Is.EqualTo("2 D(x) C(SELECT 1) Z(I)"));
        Assert.That(mux.Postgres.Servers.Select(server => server.Parses.Count), Is.EqualTo(new[] { 1, 1 }));
        Assert.That(mux.Postgres.Servers[0].StatementNames, Is.EqualTo(mux.Postgres.Servers[1].StatementNames));
    }

    [Test, Property("Row", "B101"), Property("Row", "E14")]
    public void A_Describe_alone_finds_its_statement_on_another_server()
    {
        using var mux = TestMux.Start(("default_pool_size", "2"));
        var client = mux.LoginPrepared("SELECT $1", "a");
        Assert.That(client.Ask(RawMessages.DescribeStatement("a"), RawMessages.Sync()), Is.EqualTo("t(25) T Z(I)"));
        Assert.That(client.Ask(RawMessages.DescribeStatement("a"), RawMessages.Flush()), Is.EqualTo("t(25) T"));
        Assert.That(client.Ask(RawMessages.Sync()), Is.EqualTo("Z(I)"));
    }

    [Test, Property("Row", "E14")]
    public void Many_statements_in_one_cycle_are_all_made_where_they_are_missing()
    {
        using var mux = TestMux.Start(("default_pool_size", "2"));
        var client = mux.Login();
        client.Ask(RawMessages.Parse("SELECT a", "a"), RawMessages.Parse("SELECT b", "b"), RawMessages.Parse("SELECT c", "c"), RawMessages.Sync());
        mux.Occupy();
        Assert.That(
            client.Ask(
                RawMessages.Bind("b"), RawMessages.Execute(), RawMessages.Bind("a"), RawMessages.Execute(), RawMessages.Bind("b"), RawMessages.Execute(),
                RawMessages.DescribeStatement("c"), RawMessages.Sync()),
            Is.EqualTo("2 D(b) C(SELECT 1) 2 D(a) C(SELECT 1) 2 D(b) C(SELECT 1) t T Z(I)"));
        Assert.That(mux.Postgres.Servers[1].Parses, Has.Count.EqualTo(3));
    }

    [Test, Property("Row", "B93")]
    public void Closing_a_portal_leaves_the_statement_of_the_same_name()
    {
        using var mux = TestMux.Start();
        var client = mux.Login();
        client.Ask(Prepare("SELECT a", "x"));
        Assert.That(
            client.Ask(RawMessages.BindPortal("x", "x"), RawMessages.ClosePortal("x"), RawMessages.Sync()), Is.EqualTo("2 3 Z(I)"));
        Assert.That(client.Ask(Use("x")), Is.EqualTo("2 D(a) C(SELECT 1) Z(I)"));
    }

    [Test]
    public void A_closed_statement_is_gone_for_its_client_only_and_its_name_is_free()
    {
        using var mux = TestMux.Start(("default_pool_size", "1"));
        var (client, other) = (mux.Login(), mux.Login());
        client.Ask(Prepare("SELECT a", "x"));
        other.Ask(Prepare("SELECT a", "x"));
        Assert.That(client.Ask(RawMessages.CloseStatement("x"), RawMessages.Sync()), Is.EqualTo("3 Z(I)"));
        Assert.That(client.Ask(Use("x")), Is.EqualTo("E(26000 prepared statement \"x\" does not exist) Z(I)"));
        Assert.That(other.Ask(Use("x")), Is.EqualTo("2 D(a) C(SELECT 1) Z(I)"));
        Assert.That(client.Ask(Whole("SELECT b", "x")), Is.EqualTo("1 2 T D(b) C(SELECT 1) Z(I)"));
        Assert.That(other.Ask(Use("x")), Is.EqualTo("2 D(a) C(SELECT 1) Z(I)"));
    }

    [Test, Property("Row", "B106")]
    public void The_types_of_the_parameters_belong_to_the_statement()
    {
        const int Integer = 23;
        using var mux = TestMux.Start(("default_pool_size", "1"));
        var (typed, untyped) = (mux.Login(), mux.Login());
        Assert.That(typed.Ask(RawMessages.Parse("SELECT $1", "a", Integer), RawMessages.DescribeStatement("a"), RawMessages.Sync()), Is.EqualTo("1 t(23) T Z(I)"));
        Assert.That(untyped.Ask(RawMessages.Parse("SELECT $1", "a"), RawMessages.DescribeStatement("a"), RawMessages.Sync()), Is.EqualTo("1 t(25) T Z(I)"));
        Assert.That(typed.Ask(RawMessages.DescribeStatement("a"), RawMessages.Sync()), Is.EqualTo("t(23) T Z(I)"));
        Assert.That(mux.Postgres.Single.StatementNames, Has.Count.EqualTo(2));
    }

    [Test, Property("Row", "B90")]
    public void Texts_that_differ_in_anything_are_different_statements()
    {
        using var mux = TestMux.Start(("default_pool_size", "1"), ("max_prepared_statements", "2000"));
        var (client, other) = (mux.Login(), mux.Login());
        string[] texts = [.. Enumerable.Range(0, 500).Select(n => $"SELECT v{n}"), "SELECT  v1", "SELECT v1 ", "select v1", "SELECT v1;", "SELECT V1"];
        foreach (var (text, n) in texts.Select((text, n) => (text, n)))
        {
            client.Ask(Prepare(text, $"s{n}"));
            other.Ask(Prepare(texts[^(n + 1)], $"s{n}"));
        }

        for (var n = 0; n < texts.Length; n++)
        {
            var value = SqlText.Split(texts[n])[0][6..].TrimStart();
            Assert.That(client.Ask(Use($"s{n}")), Is.EqualTo($"2 D({value}) C(SELECT 1) Z(I)"));
            Assert.That(other.Ask(Use($"s{texts.Length - n - 1}")), Is.EqualTo($"2 D({value}) C(SELECT 1) Z(I)"));
        }

        Assert.That(mux.Postgres.Single.StatementNames, Has.Count.EqualTo(texts.Length));
    }

    [TestCase("transaction", "0")]
    [TestCase("session", "200")]
    public void Where_statements_are_not_tracked_everything_passes_as_it_is(string mode, string most)
    {
        using var mux = TestMux.Start(("pool_mode", mode), ("max_prepared_statements", most), ("default_pool_size", "1"), ("server_reset_query", ""));
        var client = mux.Login();
        Assert.That(client.Ask(Whole("SELECT $1", "mine", "x")), Is.EqualTo("1 2 T D(x) C(SELECT 1) Z(I)"));
        Assert.That(client.Query("PREPARE theirs AS SELECT y; DEALLOCATE mine"), Is.EqualTo("C(PREPARE) C(DEALLOCATE) Z(I)"));
        Assert.That(mux.Postgres.Single.StatementNames, Is.EqualTo(new[] { "theirs" }));
        Assert.That(client.Ask(Use("mine", "x")), Is.EqualTo("E(26000 prepared statement \"mine\" does not exist) Z(I)"));
    }
}
