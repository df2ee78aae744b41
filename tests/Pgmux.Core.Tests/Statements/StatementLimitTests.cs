using System.Globalization;
using Pgmux.Core.Clients;
using Pgmux.Core.Statements;
using Pgmux.Testing.Mux;
using Pgmux.Testing.Processes;
using static Pgmux.Core.Tests.Statements.StatementRig;

namespace Pgmux.Core.Tests.Statements;

/// <summary>Everything that a client may make pgmux keep has an end; who reaches it gets an error, keeps its connection and harms nobody.</summary>
[TestFixture]
internal sealed class StatementLimitTests
{
    private const string TooMuch = @"^E\(54000 [^)]*(\([a-z_]+\))?\) Z\(I\)$";
    private const string NoRoom = @"^E\(53200 [^)]*\(prepared_statement_memory\)\) Z\(I\)$";

    // Zero of the name "a", of the text, and the count of parameter types.
    private const int ParseOverhead = 5;

    [TestCase(StatementRewriter.TextBytesLimit, true)]
    [TestCase(StatementRewriter.TextBytesLimit + 1, false)]
    [TestCase(2 * StatementRewriter.TextBytesLimit, false)]
    [Property("Row", "E21")]
    public void The_text_of_a_named_statement_has_an_end_and_that_of_an_unnamed_one_has_none(int bodyLength, bool isTaken)
    {
        using var mux = TestMux.Start(("default_pool_size", "1"));
        var client = mux.Login();
        var text = "SELECT ".PadRight(bodyLength - ParseOverhead, 'x');
        Assert.That(client.Ask(Prepare(text, "a")), isTaken ? Is.EqualTo("1 Z(I)") : Does.Match(TooMuch));
        Assert.That(client.Ask(Prepare(text)), Is.EqualTo("1 Z(I)"));
        client.Send(Use());
        Assert.That(client.Replies.Select(reply => reply.Type), Is.EqualTo("2DCZ"));
        client.Take();
        Assert.That(client.Ask(Prepare("SELECT x", "a")), isTaken ? Does.StartWith("E(42P05 ") : Is.EqualTo("1 Z(I)"));
        Assert.That(mux.Postgres.Logins, Is.EqualTo(1));
    }

    [TestCase("PREPARE a AS SELECT ")]
    [TestCase("/* c */ prepare a as select ")]
    [TestCase("EXECUTE a -- ")]
    [TestCase("DEALLOCATE a -- ")]
    [Property("Row", "E21"), Property("Row", "E17")]
    public void A_command_on_statements_that_is_too_long_to_be_read_is_refused(string start)
    {
        using var mux = TestMux.Start(("default_pool_size", "1"));
        var client = mux.Login();
        client.Query("PREPARE a AS SELECT kept");
        Assert.That(client.Query(start.PadRight(StatementRewriter.TextBytesLimit, 'x')), Does.Match(TooMuch));
        Assert.That(client.Query("EXECUTE a"), Is.EqualTo("T D(kept) C(SELECT 1) Z(I)"));
        Assert.That(mux.Postgres.Logins, Is.EqualTo(1));
    }

    [Test, Property("Row", "E21"), Property("Row", "E17")]
    public void A_text_too_long_to_be_read_with_PREPARE_inside_costs_its_server()
    {
        using var mux = TestMux.Start(("default_pool_size", "1"));
        // For a moment the server has a statement under the client's name.
        mux.Postgres.Database.Audit = null;
        var (client, other) = (mux.Login(), mux.Login());
        Assert.That(
            client.Query("SELECT x; PREPARE a AS SELECT ".PadRight(StatementRewriter.TextBytesLimit, 'x')), Is.EqualTo("T D(x) C(SELECT 1) C(PREPARE) Z(I)"));
        Assert.That(mux.Postgres.Open, Is.Empty);
        Assert.That(other.Query("EXECUTE a"), Is.EqualTo("E(26000 prepared statement \"a\" does not exist) Z(I)"));
        Assert.That(client.Query("SELECT on"), Is.EqualTo("T D(on) C(SELECT 1) Z(I)"));
        Assert.That(mux.Postgres.Logins, Is.EqualTo(2));
    }

    [Test, Property("Row", "E12"), Property("Row", "B175")]
    public void Names_have_an_end()
    {
        const int NameBytes = 60_000;
        const int Names = 20;
        const int Room = ClientStatements.NameBytesLimit / NameBytes;
        using var mux = TestMux.Start(("default_pool_size", "1"));
        var (client, other) = (mux.Login(), mux.Login());
        for (var i = 0; i < Names; i++)
        {
            Assert.That(client.Ask(Prepare("SELECT x", NameOf(i))), i < Room ? Is.EqualTo("1 Z(I)") : Does.Match(NoRoom), $"name {i}");
        }

        Assert.That(client.Ask(Use(NameOf(Room - 1))), Is.EqualTo("2 D(x) C(SELECT 1) Z(I)"));
        Assert.That(other.Ask(Prepare("SELECT x", NameOf(0))), Is.EqualTo("1 Z(I)"));
        // What no longer stands for anything makes room.
        client.Query("DEALLOCATE ALL");
        Assert.That(client.Ask(Prepare("SELECT x", NameOf(Room))), Is.EqualTo("1 Z(I)"));

        static string NameOf(int i) => $"{i}".PadRight(NameBytes, 'n');
    }

    [Test, Property("Row", "B175"), Property("Row", "R12")]
    public void A_client_with_a_hundred_thousand_texts_is_stopped_at_its_part_and_another_can_prepare()
    {
        const int Texts = 100_000;
        const int Batch = 1_000;
        const int Memory = 4 * 1024 * 1024;
        using var mux = TestMux.Start(
            ("default_pool_size", "2"), ("max_client_prepared_statements", "1000000"),
            ("prepared_statement_memory", Memory.ToString(CultureInfo.InvariantCulture)));
        var (greedy, other) = (mux.Login(), mux.Login());
        var taken = 0;
        for (var text = 0; text < Texts; text += Batch)
        {
            greedy.Send([.. Enumerable.Range(text, Batch).SelectMany(n => Prepare($"SELECT text{n}", $"s{n}"))]);
            Assert.That(greedy.Replies.Where(reply => reply.Type == 'E').Select(reply => reply.SqlState), Has.All.EqualTo("53200"));
            taken += greedy.Replies.Count(reply => reply.Type == '1');
            greedy.Take();
        }

        Assert.That(taken * Statement.OverheadBytes, Is.InRange(Memory / 4, Memory / 2), "of all the room it gets half, and not more than a quarter when others have some");
        Assert.That(greedy.Ask(Use("s0")), Is.EqualTo("2 D(text0) C(SELECT 1) Z(I)"));
        for (var n = 0; n < Batch; n++)
        {
            Assert.That(other.Ask(Whole($"SELECT other{n}", $"s{n}")), Is.EqualTo($"1 2 T D(other{n}) C(SELECT 1) Z(I)"));
        }
    }

    [Test, Property("Row", "B175"), Property("Row", "E17")]
    public void Portals_of_EXECUTE_in_one_transaction_have_an_end()
    {
        using var mux = TestMux.Start(("default_pool_size", "1"));
        var client = mux.Login();
        client.Ask(Prepare("SELECT x", "a"));
        client.Ask(Prepare("EXECUTE a", "run"));
        client.Query("BEGIN");
        for (var i = 0; i < CommandPortals.Limit; i++)
        {
            Assert.That(client.Ask(RawMessages.BindPortal($"p{i}", "run"), RawMessages.Sync()), Is.EqualTo("2 Z(T)"));
        }

        Assert.That(client.Ask(RawMessages.Execute("p7"), RawMessages.Sync()), Is.EqualTo("D(x) C(SELECT 1) Z(T)"));
        Assert.That(client.Ask(RawMessages.BindPortal("usual", "a"), RawMessages.Sync()), Is.EqualTo("2 Z(T)"));
        Assert.That(client.Ask(RawMessages.BindPortal("more", "run"), RawMessages.Sync()), Does.Match(@"^E\(54000 [^)]*\) Z\(E\)$"));
        Assert.That(client.Query("ROLLBACK"), Is.EqualTo("C(ROLLBACK) Z(I)"));
        Assert.That(client.Ask(RawMessages.BindPortal("more", "run"), RawMessages.Execute("more"), RawMessages.Sync()), Is.EqualTo("2 D(x) C(SELECT 1) Z(I)"));
    }
}
