using System.Globalization;
using Pgmux.Core.Servers;
using Pgmux.Testing.FakePostgres;
using Pgmux.Testing.Mux;
using Pgmux.Testing.Processes;
using static Pgmux.Core.Tests.Statements.StatementRig;

namespace Pgmux.Core.Tests.Statements;

[TestFixture]
internal sealed class StatementPipelineTests
{
    [TestCase("1", "0")]
    [TestCase("2", "0")]
    [TestCase("200", "1")]
    [Property("Row", "E22"), Property("Row", "E24")]
    public void A_pipeline_gets_the_same_replies_however_it_is_cut_in_two(string most, string shares)
    {
        byte[][] messages =
        [
            RawMessages.Parse("SELECT $1", "a"), RawMessages.Parse("SELECT b", "b"), RawMessages.Bind("a", "one"), RawMessages.DescribePortal(), RawMessages.Execute(),
            RawMessages.Sync(), RawMessages.Bind("b"), RawMessages.Execute(), RawMessages.CloseStatement("a"), RawMessages.DescribeStatement("b"),
            RawMessages.Query("EXECUTE b; DEALLOCATE b"), RawMessages.Sync(),
        ];
        byte[] all = [.. messages.SelectMany(message => message)];
        using var mux = TestMux.Start(
            loops: 2, ("default_pool_size", "2"), ("max_prepared_statements", most), ("share_unnamed_statements", shares));
        // The Query needs two statements at once: the one that it executes and the one that its DEALLOCATE drops.
        mux.Postgres.Database.Audit = new StatementAudit { Limit = Math.Max(int.Parse(most, CultureInfo.InvariantCulture), 2) };
        var client = mux.Login();
        var answer = new DirectSession().Trace(messages);
        for (var cut = 0; cut <= all.Length; cut++)
        {
            var blocker = cut % 2 == 0 ? mux.Occupy() : null;
            client.Send(all[..cut]);
            client.Send(all[cut..]);
            Assert.That(client.Take(), Is.EqualTo(answer), $"cut at {cut}");
            blocker?.Query("ROLLBACK");
            blocker?.Close();
        }
    }

    [TestCase("1")]
    [TestCase("10")]
    [TestCase("200")]
    [Property("Row", "E20"), Property("Row", "E23")]
    public void Ten_thousand_statements_deep_with_the_client_not_reading(string most)
    {
        const int Statements = 10_000;
        const int Texts = 50;
        using var mux = TestMux.Start(("default_pool_size", "1"), ("max_prepared_statements", most));
        var client = mux.Login();
        client.Ask([.. Enumerable.Range(0, Texts).SelectMany(n => Prepare($"SELECT text{n} $1 {new string('x', 50)}", $"s{n}"))]);
        client.IsReading = false;
        client.Write(
        [
            .. Enumerable.Range(0, Statements).SelectMany(n => RawMessages.Bind($"s{n % Texts}", $"v{n}").Concat(RawMessages.Execute())),
            .. RawMessages.Sync(),
        ]);
        mux.Network.RunUntilIdle();
        client.IsReading = true;
        var rows = client.Replies.Where(reply => reply.Type == 'D').Select(reply => reply.Columns()[0]).ToArray();
        Assert.That(rows, Is.EqualTo(Enumerable.Range(0, Statements).Select(n => $"text{n % Texts} v{n} {new string('x', 50)}")));
        Assert.That(client.Replies, Has.Count.EqualTo((3 * Statements) + 1));
        Assert.That(mux.Postgres.Single.Received.Count(message => message.Type == 'S'), Is.EqualTo(Texts + 1), "no Sync was added");
        Assert.That(mux.Counts.Idle, Is.EqualTo(1));
    }

    [Test, Property("Row", "E20"), Property("Row", "E24")]
    public void Cycles_that_give_a_known_text_other_names_wait_for_no_reply()
    {
        const int Cycles = 1_000;
        using var mux = TestMux.Start(("default_pool_size", "1"));
        var client = mux.Login();
        client.Ask(Prepare("SELECT $1", "s"));
        var server = mux.Postgres.Single;
        server.TakeTypes();
        server.IsAutomatic = false;
        client.Send([.. Enumerable.Range(0, Cycles).SelectMany(n => Whole("SELECT $1", $"s{n}", $"v{n}"))]);
        Assert.That(server.TakeTypes().Count(type => type == 'S'), Is.EqualTo(Cycles), "all have come, and none is answered");
        Assert.That(client.Take(), Is.Empty);
        server.Close();
        Assert.That(client.Take(), Does.EndWith("EOF"));
    }

    [TestCase("0")]
    [TestCase("1")]
    [Property("Row", "E20"), Property("Row", "E24")]
    public void A_text_under_ten_thousand_names_with_the_client_not_reading(string shares)
    {
        const int Cycles = 10_000;
        using var mux = TestMux.Start(
            ("default_pool_size", "1"), ("share_unnamed_statements", shares), ("max_client_prepared_statements", "20000"));
        var client = mux.Login();
        client.IsReading = false;
        client.Write([.. Enumerable.Range(0, Cycles).SelectMany(n => Whole("SELECT $1", $"s{n}", $"v{n}")).SelectMany(message => message)]);
        mux.Network.RunUntilIdle();
        client.IsReading = true;
        Assert.That(client.Take(), Is.EqualTo(string.Join(' ', Enumerable.Range(0, Cycles).Select(n => $"1 2 T D(v{n}) C(SELECT 1) Z(I)"))));
        Assert.That(mux.Postgres.Single.StatementNames, Has.Count.EqualTo(1));
    }

    [TestCase(true)]
    [TestCase(false)]
    [Property("Row", "E20"), Property("Row", "B173")]
    public void More_requests_than_are_kept_track_of_go_on_without_a_Sync_between_them(bool beginsWithServersOwn)
    {
        const int Requests = OutstandingRequests.Limit + 10_000;
        using var mux = TestMux.Start(("default_pool_size", "1"));
        var client = mux.Login();
        client.Ask(Prepare("SELECT a", "a"));
        byte[][] first = beginsWithServersOwn ? [RawMessages.Bind("a")] : [];
        client.Send([.. first, .. Enumerable.Repeat(RawMessages.CloseStatement("nope"), Requests)]);
        client.Send(RawMessages.Sync());
        Assert.That(client.Replies.Count(reply => reply.Type == '3'), Is.EqualTo(Requests));
        Assert.That(client.Replies[^1].Type, Is.EqualTo('Z'));
    }

    [Test, Property("Row", "E23"), Property("Row", "B71")]
    public void One_implicit_transaction_stays_one()
    {
        using var mux = TestMux.Start(("default_pool_size", "2"), ("max_prepared_statements", "1"));
        var client = mux.LoginPrepared("SELECT a", "a");
        client.Ask(Prepare("SET application_name = 'changed'", "set"));
        var second = mux.Postgres.Servers[1];
        second.TakeTypes();
        Assert.That(
            client.Ask(
                RawMessages.Bind("set"), RawMessages.Execute(), RawMessages.Bind("a"), RawMessages.Execute(), RawMessages.Parse("FAIL"), RawMessages.Bind(),
                RawMessages.Execute(), RawMessages.Sync()),
            Is.EqualTo("2 C(SET) 2 D(a) C(SELECT 1) 1 2 E(22012 division by zero) Z(I)"));
        Assert.That(second.Parameters["application_name"], Is.EqualTo(""), "rolled back");
        Assert.That(second.TakeTypes().Count(type => type == 'S'), Is.EqualTo(1), "one Sync");
    }

    [Test, Property("Row", "E04"), Property("Row", "B69")]
    public void Who_describes_first_with_Flush_gets_the_description_at_once()
    {
        using var mux = TestMux.Start(("default_pool_size", "1"));
        var (first, second) = (mux.Login(), mux.Login());
        foreach (var client in new[] { first, second })
        {
            Assert.That(client.Ask(RawMessages.Parse("SELECT $1", "a"), RawMessages.Flush()), Is.EqualTo("1"));
            Assert.That(client.Ask(RawMessages.DescribeStatement("a"), RawMessages.Flush()), Is.EqualTo("t(25) T"));
            Assert.That(client.Ask(RawMessages.Bind("a", "v"), RawMessages.Flush()), Is.EqualTo("2"));
            Assert.That(client.Ask(RawMessages.Execute(), RawMessages.Flush()), Is.EqualTo("D(v) C(SELECT 1)"));
            Assert.That(client.Ask(RawMessages.CloseStatement("a"), RawMessages.Flush()), Is.EqualTo("3"));
            Assert.That(client.Ask(RawMessages.Sync()), Is.EqualTo("Z(I)"));
        }
    }

    [Test, Property("Row", "E05")]
    public void A_suspended_portal_of_a_named_statement_goes_on_and_ends_with_Sync()
    {
        using var mux = TestMux.Start(("default_pool_size", "1"), ("max_prepared_statements", "1"));
        var (client, direct) = (mux.Login(), new DirectSession());
        client.ExpectSame(direct, Prepare("ROWS 5 3", "a"));
        client.ExpectSame(direct, RawMessages.BindPortal("p", "a"), RawMessages.Execute("p", 2), RawMessages.Flush());
        client.ExpectSame(direct, RawMessages.Parse("SELECT between", "b"), RawMessages.Bind("b"), RawMessages.Execute(), RawMessages.Flush());
        client.ExpectSame(direct, RawMessages.Execute("p", 2), RawMessages.Execute("p", 2), RawMessages.Flush());
        client.ExpectSame(direct, RawMessages.Sync());
        client.ExpectSame(direct, RawMessages.Execute("p", 2), RawMessages.Sync());
    }

    [Test, Property("Row", "E24")]
    public void What_is_prepared_in_an_unanswered_cycle_may_be_used_in_the_next()
    {
        using var mux = TestMux.Start(("default_pool_size", "1"), ("max_prepared_statements", "1"));
        var client = mux.Login();
        var direct = new DirectSession();
        byte[][] cycles =
        [
            .. Prepare("SELECT a", "a"), .. Use("a"), .. Prepare("PARSEFAIL", "b"), .. Use("b"), .. Prepare("SELECT b", "b"), .. Use("b"),
            RawMessages.CloseStatement("a"), RawMessages.Sync(), .. Use("a"), .. Prepare("SELECT again", "a"), .. Use("a"),
            RawMessages.Query("DEALLOCATE ALL"), .. Use("a"), RawMessages.Query("PREPARE a AS SELECT sql"), .. Use("a"), RawMessages.Query("EXECUTE a"),
        ];
        client.ExpectSame(direct, cycles);
    }
}
