using Microsoft.Extensions.Logging;
using Pgmux.Testing.FakePostgres;
using Pgmux.Testing.Mux;
using Pgmux.Testing.Processes;
using static Pgmux.Core.Tests.Statements.StatementRig;

namespace Pgmux.Core.Tests.Statements;

/// <summary>Errors are PostgreSQL's, and the connection lives.</summary>
[TestFixture]
internal sealed class StatementErrorTests
{
    // PostgreSQL ends a connection whose Close, Describe or Execute is longer than PQ_SMALL_MESSAGE_LIMIT.
    private const int LongestClose = 9_000;

    private static readonly TestCaseData[] Errors =
    [
        Case("E08", "E(26000 prepared statement \"nope\" does not exist) Z(I)", RawMessages.Bind("nope"), RawMessages.Execute()),
        Case("E08", "E(26000 prepared statement \"nope\" does not exist) Z(I)", RawMessages.DescribeStatement("nope")),
        Case("E08", "E(26000 unnamed prepared statement does not exist) Z(I)", RawMessages.Bind()),
        Case("E09", "1 E(42P05 prepared statement \"x\" already exists) Z(I)", RawMessages.Parse("SELECT a", "x"), RawMessages.Parse("SELECT b", "x")),
        Case("E09", "1 E(42P05 prepared statement \"x\" already exists) Z(I)", RawMessages.Parse("SELECT a", "x"), RawMessages.Parse("SELECT a", "x")),
        Case("E10", "E(34000 portal \"nope\" does not exist) Z(I)", RawMessages.Execute("nope")),
        Case("E10", "E(34000 portal \"\" does not exist) Z(I)", RawMessages.Execute()),
        Case("E10", "E(34000 portal \"nope\" does not exist) Z(I)", RawMessages.DescribePortal("nope")),
        Case("E11", "3 3 Z(I)", RawMessages.CloseStatement("nope"), RawMessages.ClosePortal("nope")),
        Case("E11", "3 3 Z(I)", RawMessages.CloseStatement(), RawMessages.ClosePortal()),
        Case("E07", "E(08P01 invalid DESCRIBE message subtype 88) Z(I)", RawMessages.Message('D', [(byte)'X', .. RawMessages.String("x")])),
        Case("E07", "E(08P01 invalid CLOSE message subtype 88) Z(I)", RawMessages.Message('C', [(byte)'X', .. RawMessages.String("x")])),
        Case(
            "E06",
            "1 E(08P01 bind message supplies 1 parameters, but prepared statement \"x\" requires 0) Z(I)",
            RawMessages.Parse("SELECT a", "x"), RawMessages.Bind("x", "v")),
        Case(
            "E06",
            "1 E(08P01 bind message has 2 parameter formats but 1 parameters) Z(I)",
            RawMessages.Parse("SELECT $1", "x"),
            RawMessages.Message('B', [.. RawMessages.String(""), .. RawMessages.String("x"), 0, 2, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0])),
        Case(
            "E06",
            "1 E(08P01 insufficient data left in message) Z(I)",
            RawMessages.Parse("SELECT $1", "x"),
            RawMessages.Message('B', [.. RawMessages.String(""), .. RawMessages.String("x"), 0, 0, 0, 1, 0, 0, 0, 9, 1])),
        Case("E01", "1 2 E(42P03 cursor \"p\" already exists) Z(I)", RawMessages.Parse("SELECT a", "x"), RawMessages.BindPortal("p", "x"), RawMessages.BindPortal("p", "x")),
        Case("E01", "E(42601 syntax error) Z(I)", [RawMessages.Parse("PARSEFAIL", "x"), .. Enumerable.Repeat(RawMessages.Bind("x"), 50)]),
    ];

    [Test]
    [Property("Row", "E09")]
    [Property("Text", "T65")]
    public void A_name_that_is_taken_is_logged_in_PgBouncers_words()
    {
        using var mux = TestMux.Start();
        var client = mux.Login();
        var name = new string('x', 100);
        client.Ask(RawMessages.Parse("SELECT a", name), RawMessages.Parse("SELECT b", name), RawMessages.Sync());
        Assert.That(
            mux.Log.Events.Where(entry => entry.Level == LogLevel.Error).Select(entry => entry.Text),
            Has.One.EndsWith($" prepared statement '{name[..63]}' was already prepared"));
    }

    // Found by seed 811192 of the simulation: the client was told of the name, and never that the connection ends.
    [Test, Property("Row", "E09")]
    public void The_end_of_the_server_is_told_in_the_place_of_the_word_on_a_name_that_is_taken()
    {
        using var mux = TestMux.Start();
        var client = mux.Login();
        Assert.That(client.Ask(Prepare("SELECT a", "x")), Is.EqualTo("1 Z(I)"));
        mux.Postgres.Single.IsAutomatic = false;
        client.Send(Prepare("SELECT b", "x"));
        mux.Postgres.Single.Terminate();
        Assert.That(client.Take(), Is.EqualTo("E(57P01 terminating connection due to administrator command) EOF"));
    }

    [TestCaseSource(nameof(Errors))]
    [Property("Row", "B104"), Property("Row", "E01"), Property("Row", "E06"), Property("Row", "E07"), Property("Row", "E08"), Property("Row", "E09")]
    [Property("Row", "E10"), Property("Row", "E11")]
    public void PostgreSQLs_error_comes_and_the_connection_lives(string row, string answer, byte[][] messages)
    {
        byte[][] cycle = [.. messages, RawMessages.Sync()];
        using var mux = TestMux.Start(("default_pool_size", "1"));
        var client = mux.Login();
        Assert.That(client.Ask(cycle), Is.EqualTo(answer), row);
        Assert.That(client.Ask(Whole("SELECT on", "on")), Is.EqualTo("1 2 T D(on) C(SELECT 1) Z(I)"));
        Assert.That(mux.Postgres.Logins, Is.EqualTo(1));
        // And the same inside a block, message by message, beside a session of its own.
        var direct = new DirectSession();
        var second = mux.Login();
        second.ExpectSame(direct, RawMessages.Query("BEGIN"));
        foreach (var message in cycle)
        {
            second.ExpectSame(direct, message, RawMessages.Flush());
        }

        second.ExpectSame(direct, RawMessages.Query("ROLLBACK"));
        second.ExpectSame(direct, Use("x"));
    }

    [Test, Property("Row", "E02"), Property("Row", "E01")]
    public void A_Query_behind_an_error_is_skipped_and_changes_nothing()
    {
        using var mux = TestMux.Start();
        var client = mux.Login();
        client.Ask([.. Prepare("SELECT kept", "kept"), .. Prepare("SELECT unnamed")]);
        Assert.That(
            client.Ask(
                RawMessages.Bind("nope"), RawMessages.Query("DEALLOCATE ALL"), RawMessages.CloseStatement("kept"), RawMessages.Parse("SELECT never", "never"),
                RawMessages.Sync()),
            Is.EqualTo("E(26000 prepared statement \"nope\" does not exist) Z(I)"));
        Assert.That(client.Ask(Use("kept")), Is.EqualTo("2 D(kept) C(SELECT 1) Z(I)"));
        Assert.That(client.Ask(Use()), Is.EqualTo("2 D(unnamed) C(SELECT 1) Z(I)"));
        Assert.That(client.Ask(Use("never")), Is.EqualTo("E(26000 prepared statement \"never\" does not exist) Z(I)"));
    }

    [Test, Property("Row", "B94"), Property("Row", "E01")]
    public void A_Parse_that_failed_leaves_its_name_free()
    {
        using var mux = TestMux.Start(("default_pool_size", "1"));
        var (client, other) = (mux.Login(), mux.Login());
        foreach (var each in new[] { client, other })
        {
            Assert.That(each.Ask(Prepare("PARSEFAIL", "x")), Is.EqualTo("E(42601 syntax error) Z(I)"));
            Assert.That(each.Ask(RawMessages.CloseStatement("x"), RawMessages.Sync()), Is.EqualTo("3 Z(I)"));
            Assert.That(each.Ask(Whole("SELECT good", "x")), Is.EqualTo("1 2 T D(good) C(SELECT 1) Z(I)"));
        }
    }

    [Test, Property("Row", "B94")]
    public void A_Parse_that_was_skipped_is_not_taken_for_done()
    {
        using var mux = TestMux.Start(("default_pool_size", "1"));
        var (client, other) = (mux.Login(), mux.Login());
        Assert.That(client.Ask([RawMessages.Parse("FAIL", "f"), .. Whole("SELECT x", "x")]), Is.EqualTo("1 1 2 T D(x) C(SELECT 1) Z(I)"));
        Assert.That(client.Ask([RawMessages.Bind("f"), RawMessages.Execute(), .. Whole("SELECT y", "y")]), Is.EqualTo("2 E(22012 division by zero) Z(I)"));
        Assert.That(client.Ask(Use("y")), Is.EqualTo("E(26000 prepared statement \"y\" does not exist) Z(I)"));
        Assert.That(other.Ask(Whole("SELECT y", "y")), Is.EqualTo("1 2 T D(y) C(SELECT 1) Z(I)"));
    }

    [TestCase(63)]
    [TestCase(64)]
    [TestCase(8_000)]
    [TestCase(60_000)]
    [Property("Row", "E12")]
    public void Names_of_any_length_stand_for_their_own_statement(int length)
    {
        using var mux = TestMux.Start(("default_pool_size", "2"));
        var client = mux.Login();
        var (first, second) = (new string('n', length - 1) + "1", new string('n', length - 1) + "2");
        Assert.That(client.Ask([.. Prepare("SELECT a", first), .. Prepare("SELECT b", second)]), Is.EqualTo("1 Z(I) 1 Z(I)"));
        mux.Occupy();
        Assert.That(client.Ask([.. Use(first), .. Use(second)]), Is.EqualTo("2 D(a) C(SELECT 1) Z(I) 2 D(b) C(SELECT 1) Z(I)"));
        if (length <= LongestClose)
        {
            Assert.That(client.Ask(RawMessages.CloseStatement(first), RawMessages.Sync()), Is.EqualTo("3 Z(I)"));
            Assert.That(client.Ask(Use(first)), Is.EqualTo($"E(26000 prepared statement \"{first}\" does not exist) Z(I)"));
        }

        Assert.That(client.Ask(Use(second)), Is.EqualTo("2 D(b) C(SELECT 1) Z(I)"));
    }

    [Test, Property("Row", "E12"), Property("Row", "B92")]
    public void Nobody_gets_at_a_statement_by_the_name_that_pgmux_gave_it()
    {
        using var mux = TestMux.Start(("default_pool_size", "1"));
        var (owner, thief) = (mux.Login(), mux.Login());
        owner.Ask(Prepare("SELECT secret", "mine"));
        var name = mux.Postgres.Single.StatementNames.Single();
        var unknown = $"E(26000 prepared statement \"{name}\" does not exist) Z(I)";
        Assert.That(thief.Ask(Use(name)), Is.EqualTo(unknown));
        Assert.That(thief.Ask(RawMessages.DescribeStatement(name), RawMessages.Sync()), Is.EqualTo(unknown));
        Assert.That(thief.Query($"EXECUTE {name}"), Is.EqualTo(unknown));
        Assert.That(thief.Query($"DEALLOCATE {name}"), Is.EqualTo(unknown));
        Assert.That(thief.Ask(RawMessages.CloseStatement(name), RawMessages.Sync()), Is.EqualTo("3 Z(I)"));
        Assert.That(thief.Query($"PREPARE {name} AS SELECT own"), Is.EqualTo("C(PREPARE) Z(I)"));
        Assert.That(thief.Ask(Use(name)), Is.EqualTo("2 D(own) C(SELECT 1) Z(I)"));
        Assert.That(owner.Ask(Use("mine")), Is.EqualTo("2 D(secret) C(SELECT 1) Z(I)"));
    }

    [Test, Property("Row", "E21")]
    public void A_named_text_above_the_limit_is_refused_and_the_connection_lives()
    {
        using var mux = TestMux.Start();
        var client = mux.Login();
        client.Ask(Prepare("SELECT on", "on"));
        var large = RawMessages.Parse("SELECT " + new string('x', 2 << 20), "large");
        Assert.That(client.Ask(large, RawMessages.Bind("large"), RawMessages.Execute(), RawMessages.Sync()), Does.Match(@"^E\(54000 [^)]*\) Z\(I\)$"));
        Assert.That(client.Ask(Use("on")), Is.EqualTo("2 D(on) C(SELECT 1) Z(I)"));
        Assert.That(mux.RentedBytes, Is.LessThan(1 << 20));
    }

    [Test, Property("Row", "E21")]
    public void An_unnamed_text_of_any_size_streams_through()
    {
        using var mux = TestMux.Start();
        var client = mux.Login();
        var text = new string('x', 2 << 20);
        client.Send(Whole($"SELECT {text}"));
        Assert.That(client.Replies.Select(reply => reply.Type), Is.EqualTo("12TDCZ"));
        Assert.That(client.Replies[3].Columns()[0], Is.EqualTo(text));
        Assert.That(mux.RentedBytes, Is.LessThan(1 << 20));
    }

    [Test, Property("Row", "E18")]
    public void A_pool_that_is_exhausted_in_the_middle_ends_the_client_without_a_ReadyForQuery()
    {
        using var mux = TestMux.Start(("default_pool_size", "1"), ("query_wait_timeout", "5"));
        var client = mux.LoginPrepared("SELECT a", "a");
        client.Send(Use("a"));
        mux.Advance(6);
        Assert.That(client.Take(), Does.Match(@"^E\([^)]* query_wait_timeout\) EOF$"));
    }

    [Test, Property("Row", "E19")]
    public void A_server_that_dies_between_two_completions_ends_the_client_with_one_error()
    {
        using var mux = TestMux.Start(("default_pool_size", "1"));
        mux.Postgres.IsAutomatic = false;
        var client = mux.Login();
        client.Send(Whole("SELECT a", "a"));
        mux.Postgres.Single.Send(Replies.ParseComplete());
        mux.Postgres.Single.Reset();
        Assert.That(client.Take(), Does.Match(@"^1 E\([^)]*\) EOF$"));
    }

    private static TestCaseData Case(string row, string answer, params byte[][] messages) =>
        new TestCaseData(row, answer, messages).SetArgDisplayNames(row, answer, string.Concat(messages.Select(message => (char)message[0])));
}
