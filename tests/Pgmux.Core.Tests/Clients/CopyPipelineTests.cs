using Pgmux.Core.Tests.Statements;
using Pgmux.Testing.FakePostgres;
using Pgmux.Testing.Mux;
using Pgmux.Testing.Processes;

namespace Pgmux.Core.Tests.Clients;

/// <summary>
/// What pgmux would answer by itself, behind a request that may turn out to be COPY FROM STDIN: PostgreSQL breaks the COPY off and ends the
/// connection, so it has to see what comes.
/// </summary>
[TestFixture]
internal sealed class CopyPipelineTests
{
    private const string Known = "SELECT known";

    private static IEnumerable<TestCaseData<byte[][]>> Followers()
    {
        yield return Case("Parse of a statement that the server has", RawMessages.Parse(Known, "again"));
        yield return Case("Parse of an unnamed statement that servers share", RawMessages.Parse(Known));
        yield return Case("Parse of one that it has not", RawMessages.Parse("SELECT new", "new"));
        yield return Case("Close of a statement", RawMessages.CloseStatement("mine"));
        yield return Case("Close of a statement that nobody has", RawMessages.CloseStatement("nobody's"));
        yield return Case("Parse of a command on statements", RawMessages.Parse("DEALLOCATE mine"));
        yield return Case("Bind of a statement", RawMessages.Bind("mine"));
        yield return Case("Describe of a statement", RawMessages.DescribeStatement("mine"));
    }

    [TestCaseSource(nameof(Followers))]
    [Property("Row", "B110"), Property("Row", "K04"), Property("Row", "K05")]
    public void Behind_the_Execute_of_a_copy_it_breaks_that_off_as_in_PostgreSQL(byte[][] behind)
    {
        using var mux = Start(out var client, out var direct);
        var other = mux.Login();
        ExpectSameBytes(client, direct, [RawMessages.Parse("COPY IN"), RawMessages.Bind(), RawMessages.Execute(), .. behind, RawMessages.Sync()]);
        Assert.That(client.Take(), Is.EqualTo("EOF"), "PostgreSQL ends the connection");
        Assert.That(other.Query("SELECT a"), Is.EqualTo("T D(a) C(SELECT 1) Z(I)"));
    }

    [TestCaseSource(nameof(Followers))]
    [Property("Row", "B114")]
    public void Behind_a_copy_to_the_client_it_is_answered_as_by_PostgreSQL(byte[][] behind)
    {
        using var mux = Start(out var client, out var direct);
        ExpectSameBytes(client, direct, [RawMessages.Parse("COPY OUT 2 x"), RawMessages.Bind(), RawMessages.Execute(), .. behind, RawMessages.Sync()]);
        Assert.That(mux.Counts.Idle, Is.EqualTo(1));
        ExpectSameBytes(client, direct, [.. StatementRig.Whole(Known, "later")]);
    }

    [TestCaseSource(nameof(Followers))]
    public void Behind_a_query_with_several_copies_it_breaks_the_second_off(byte[][] behind)
    {
        using var mux = Start(out var client, out var direct);
        ExpectSameBytes(
            client, direct, [RawMessages.Query("COPY IN; COPY IN"), RawMessages.CopyData("a"), RawMessages.CopyDone(), .. behind, RawMessages.Sync()]);
        Assert.That(client.Take(), Is.EqualTo("EOF"));
        Assert.That(mux.Postgres.Open, Is.Empty);
    }

    [Test]
    public void A_portal_of_an_earlier_cycle_of_the_transaction_may_be_a_copy_too()
    {
        using var mux = Start(out var client, out var direct);
        ExpectSameBytes(client, direct, [RawMessages.Query("BEGIN")]);
        ExpectSameBytes(client, direct, [RawMessages.Parse("COPY IN"), RawMessages.BindPortal("p"), RawMessages.Sync()]);
        ExpectSameBytes(client, direct, StatementRig.Whole("SELECT between"));
        ExpectSameBytes(client, direct, [RawMessages.Execute("p"), RawMessages.Parse(Known, "again"), RawMessages.Sync()]);
        Assert.That(client.Take(), Is.EqualTo("EOF"));
    }

    [Test]
    public void Behind_anything_else_pgmux_answers_and_the_server_sees_nothing_of_it()
    {
        using var mux = Start(out var client, out var direct);
        var server = mux.Postgres.Single;
        byte[][] pipeline =
        [
            RawMessages.Parse("SELECT first", "first"), RawMessages.Bind("first"), RawMessages.Execute(), RawMessages.Parse(Known, "again"),
            RawMessages.CloseStatement("again"), RawMessages.CloseStatement("nobody's"), RawMessages.Sync(),
        ];
        server.TakeTypes();
        ExpectSameBytes(client, direct, pipeline);
        Assert.That(server.TakeTypes(), Is.EqualTo("PBES"));
    }

    [TestCase(false)]
    [TestCase(true)]
    public void With_the_end_of_its_transaction_a_copy_is_forgotten(bool isBlock)
    {
        using var mux = Start(out var client, out var direct);
        ExpectSameBytes(client, direct, isBlock ? [RawMessages.Query("BEGIN")] : []);
        ExpectSameBytes(client, direct, StatementRig.Whole("COPY OUT 1 x"));
        ExpectSameBytes(client, direct, isBlock ? [RawMessages.Query("COMMIT")] : []);
        var server = mux.Postgres.Single;
        server.TakeTypes();
        ExpectSameBytes(
            client, direct, [RawMessages.Bind("mine"), RawMessages.Execute(), RawMessages.Parse(Known, "again"), RawMessages.CloseStatement("again"), RawMessages.Sync()]);
        Assert.That(server.TakeTypes(), Is.EqualTo("BES"));
    }

    [Test]
    public void A_copy_that_is_bound_before_the_last_transaction_is_answered_is_not_forgotten_with_it()
    {
        using var mux = Start(out var client, out var direct);
        ExpectSameBytes(
            client,
            direct,
            [
                .. StatementRig.Whole("SELECT before"), RawMessages.Parse("COPY IN"), RawMessages.Bind(), RawMessages.Execute(),
                RawMessages.Parse(Known, "again"), RawMessages.Sync(),
            ]);
        Assert.That(client.Take(), Is.EqualTo("EOF"));
    }

    private static TestCaseData<byte[][]> Case(string name, params byte[][] behind) => new TestCaseData<byte[][]>(behind).SetArgDisplayNames(name);

    // One server, which has the statement; the client knows it by another name.
    private static TestMux Start(out FakeClient client, out DirectSession direct)
    {
        var mux = TestMux.Start(("default_pool_size", "1"), ("share_unnamed_statements", "1"));
        client = mux.Login();
        direct = new DirectSession();
        ExpectSameBytes(client, direct, StatementRig.Prepare(Known, "mine"));
        return mux;
    }

    private static void ExpectSameBytes(FakeClient client, DirectSession direct, byte[][] messages)
    {
        client.Send(messages);
        Assert.That(Bytes(client.TakeReplies()), Is.EqualTo(Bytes(direct.Ask(messages))));
    }

    private static string Bytes(IEnumerable<RawMessage> messages) =>
        string.Join('\n', messages.Select(message => $"{message.Type} {Convert.ToHexString(message.Body)} {FakeClient.Describe(message)}"));
}
