using Pgmux.Testing.FakePostgres;
using Pgmux.Testing.Mux;
using Pgmux.Testing.Processes;
using static Pgmux.Core.Tests.Statements.StatementRig;

namespace Pgmux.Core.Tests.Statements;

[TestFixture("0")]
[TestFixture("1")]
internal sealed class UnnamedStatementTests(string shares)
{
    private const string Unknown = "E(26000 unnamed prepared statement does not exist) Z(I)";

    [Test, Property("Row", "B103")]
    public void A_hundred_clients_keep_their_unnamed_statement_while_others_use_the_servers()
    {
        using var mux = Start("3");
        var clients = Enumerable.Range(0, 100).Select(_ => mux.Login()).ToArray();
        for (var i = 0; i < clients.Length; i++)
        {
            Assert.That(clients[i].Ask(Prepare($"SELECT own{i} $1")), Is.EqualTo("1 Z(I)"));
        }

        for (var round = 0; round < 3; round++)
        {
            for (var i = 0; i < clients.Length; i++)
            {
                var chosen = ((i * 37) + round) % clients.Length;
                Assert.That(clients[chosen].Ask(Use("", $"r{round}")), Is.EqualTo($"2 D(own{chosen} r{round}) C(SELECT 1) Z(I)"));
            }
        }
    }

    [Test, Property("Row", "B103"), Property("Row", "B101")]
    public void It_is_described_on_another_server()
    {
        using var mux = Start("2");
        var client = mux.LoginPrepared("SELECT $1", "");
        Assert.That(client.Ask(RawMessages.DescribeStatement(), RawMessages.Sync()), Is.EqualTo("t(25) T Z(I)"));
        Assert.That(client.Ask(Use("", "x")), Is.EqualTo("2 D(x) C(SELECT 1) Z(I)"));
    }

    [Test]
    public void A_new_one_takes_its_place_and_a_failed_Parse_leaves_none()
    {
        using var mux = Start("1");
        var (client, other) = (mux.Login(), mux.Login());
        client.Ask(Prepare("SELECT a"));
        other.Ask(Prepare("SELECT other"));
        client.Ask(Prepare("SELECT b"));
        Assert.That(client.Ask(Use()), Is.EqualTo("2 D(b) C(SELECT 1) Z(I)"));
        Assert.That(client.Ask(Prepare("PARSEFAIL")), Is.EqualTo("E(42601 syntax error) Z(I)"));
        Assert.That(client.Ask(Use()), Is.EqualTo(Unknown));
        Assert.That(other.Ask(Use()), Is.EqualTo("2 D(other) C(SELECT 1) Z(I)"));
    }

    [TestCase("SELECT x")]
    [TestCase("")]
    [TestCase("FAIL")]
    [TestCase("PARSEFAIL")]
    [TestCase("DEALLOCATE ALL")]
    [TestCase("DEALLOCATE nope")]
    [TestCase("PREPARE x AS SELECT x")]
    [TestCase("BEGIN; COMMIT")]
    public void A_Query_of_its_client_ends_it_and_one_of_another_does_not(string sql)
    {
        using var mux = Start("1");
        var (client, other) = (mux.Login(), mux.Login());
        client.Ask(Prepare("SELECT a"));
        other.Query(sql);
        Assert.That(client.Ask(Use()), Is.EqualTo("2 D(a) C(SELECT 1) Z(I)"));
        client.Query(sql);
        Assert.That(client.Ask(Use()), Is.EqualTo(Unknown));
    }

    [Test]
    public void Close_ends_it()
    {
        using var mux = Start("2");
        var client = mux.LoginPrepared("SELECT a", "");
        Assert.That(client.Ask(RawMessages.CloseStatement(), RawMessages.Sync()), Is.EqualTo("3 Z(I)"));
        Assert.That(client.Ask(Use()), Is.EqualTo(Unknown));
        Assert.That(client.Ask(RawMessages.DescribeStatement(), RawMessages.Sync()), Is.EqualTo(Unknown));
    }

    [TestCase("DEALLOCATE ALL")]
    [TestCase("DISCARD ALL")]
    public void An_extended_DEALLOCATE_ALL_leaves_it(string sql)
    {
        using var mux = Start("1");
        var (client, direct) = (mux.Login(), new DirectSession());
        client.ExpectSame(direct, Prepare(sql, "drop"));
        client.ExpectSame(direct, Prepare("SELECT a"));
        client.ExpectSame(direct, Use("drop"));
        client.ExpectSame(direct, Use());
        client.ExpectSame(direct, Use("drop"));
    }

    [Test]
    public void A_skipped_Query_does_not_end_it()
    {
        using var mux = Start("1");
        var (client, direct) = (mux.Login(), new DirectSession());
        client.ExpectSame(direct, Prepare("SELECT a"));
        client.ExpectSame(direct, RawMessages.Bind("nope"), RawMessages.Query("SELECT skipped"), RawMessages.Sync());
        client.ExpectSame(direct, Use());
        client.ExpectSame(direct, RawMessages.Bind("nope"), RawMessages.Parse("SELECT skipped"), RawMessages.Sync());
        client.ExpectSame(direct, Use());
    }

    [Test]
    public void It_survives_its_transaction_and_is_used_in_pipelines()
    {
        using var mux = Start("2");
        var (client, direct) = (mux.Login(), new DirectSession());
        client.ExpectSame(direct, RawMessages.Query("BEGIN"));
        client.ExpectSame(direct, Prepare("SELECT $1"));
        client.ExpectSame(direct, Use("", "x"));
        client.ExpectSame(direct, RawMessages.Parse("COMMIT", "c"), RawMessages.Bind("c"), RawMessages.Execute(), RawMessages.Sync());
        mux.Occupy();
        client.ExpectSame(direct, [.. Use("", "y"), .. Whole("SELECT own"), .. Use(), .. Use()]);
    }

    [Test]
    public void The_same_text_again_reaches_the_server_only_when_it_is_not_shared()
    {
        using var mux = Start("1");
        var (client, other) = (mux.Login(), mux.Login());
        for (var round = 0; round < 5; round++)
        {
            Assert.That(client.Ask(Whole("SELECT $1", "", "c")), Is.EqualTo("1 2 T D(c) C(SELECT 1) Z(I)"));
            Assert.That(other.Ask(Whole("SELECT $1", "", "o")), Is.EqualTo("1 2 T D(o) C(SELECT 1) Z(I)"));
        }

        Assert.That(mux.Postgres.ParseCount, Is.EqualTo(shares == "1" ? 1 : 10));
    }

    private TestMux Start(string servers) => TestMux.Start(("default_pool_size", servers), ("share_unnamed_statements", shares));
}
