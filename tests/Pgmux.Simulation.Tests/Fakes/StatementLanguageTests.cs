using Pgmux.Testing.FakePostgres;
using Pgmux.Testing.Processes;

namespace Pgmux.Simulation.Tests.Fakes;

[TestFixture]
internal sealed class StatementLanguageTests
{
    [TestCase("ROWS 2 6 n1", "T D(n1:0xx) D(n1:1xx) C(SELECT 2) Z(I)")]
    [TestCase("NOISY 2 n1", "T N(n1:0) D(n1:0) N(n1:1) D(n1:1) C(SELECT 2) Z(I)")]
    [TestCase("SLEEP 60000 n1", "T D(n1) C(SELECT 1) Z(I)")]
    [TestCase("WAIT n1", "T D(n1) C(SELECT 1) Z(I)")]
    [TestCase("COPY OUT 1 n1", "H d c C(COPY 1) Z(I)")]
    [TestCase("COPY IN n1", "G")]
    [TestCase("ROWS 1 many", "E(42601 syntax error) Z(I)")]
    [TestCase("ROWS 100000 100000", "E(42601 syntax error) Z(I)")]
    [TestCase("COPY", "E(42601 syntax error) Z(I)")]
    public void Each_statement_has_its_answer(string sql, string answer) =>
        Assert.That(new DirectSession().Trace(RawMessages.Query(sql)), Is.EqualTo(answer));

    [Test]
    public void Rows_of_COPY_OUT_are_tagged()
    {
        var data = new DirectSession().Ask(RawMessages.Query("COPY OUT 2 n1")).Where(reply => reply.Type == 'd').Select(reply => reply.Text);
        Assert.That(data, Is.EqualTo(new[] { "n1:0\n", "n1:1\n" }));
    }

    [Test]
    public void A_function_gives_back_its_first_argument()
    {
        var reply = new DirectSession().Ask(RawMessages.FunctionCall(1, "n1", "other"))[0];
        Assert.That((reply.Type, reply.Body), Is.EqualTo(('V', new byte[] { 0, 0, 0, 2, (byte)'n', (byte)'1' })));
    }

    [Test]
    public void A_wait_can_be_cancelled_in_a_session_without_a_network()
    {
        var session = new DirectSession { CancelsNextWait = true };
        Assert.That(session.Trace(RawMessages.Query("WAIT")), Is.EqualTo("E(57014 canceling statement due to user request) Z(I)"));
        Assert.That(session.Trace(RawMessages.Query("WAIT")), Is.EqualTo("T D(waited) C(SELECT 1) Z(I)"));
    }

    [Test]
    public void A_sleep_ends_when_its_time_has_come()
    {
        var rig = new FakeRig();
        var client = rig.Login();
        client.Send(RawMessages.Query("SLEEP 1500 n1"));
        rig.Network.Advance(TimeSpan.FromSeconds(1.4));
        Assert.That(client.Take(), Is.Empty);
        Assert.That(rig.Postgres.Single.DirtyState, Is.Not.Null);
        rig.Network.Advance(TimeSpan.FromSeconds(0.1));
        Assert.That(client.Take(), Is.EqualTo("T D(n1) C(SELECT 1) Z(I)"));
    }

    [Test]
    public void A_wait_that_was_cancelled_is_not_ended_again_by_its_time()
    {
        var rig = new FakeRig();
        var client = rig.Login();
        client.Send(RawMessages.Query("SLEEP 1000"));
        rig.Cancel(client);
        client.Send(RawMessages.Query("WAIT"));
        rig.Network.Advance(TimeSpan.FromSeconds(2));
        Assert.That(client.Take(), Is.EqualTo("E(57014 canceling statement due to user request) Z(I)"));
        Assert.That(rig.Postgres.Single.IsWaiting, Is.True);
    }

    // Whatever clients send, a PostgreSQL answers it with an error and does not break.
    [Test]
    public void No_message_breaks_the_model([Range(1, 20)] int seed)
    {
        var random = new Random(seed);
        string[] texts =
        [
            "SELECT $1", "ROWS 2 6 n1", "NOISY 2 n1", "SLEEP 10 n", "COPY OUT 2 n1", "COPY IN FAIL 2", "INSERT $1", "SET TimeZone = 'x'",
            "SET \"a\".\"b\" TO E'\\u0041'", "PREPARE a (int) AS SELECT $1", "EXECUTE a('x')", "DEALLOCATE ALL", "LISTEN c", "SELECT $tag$x$tag$ /* c */",
        ];
        var session = new DirectSession();
        for (var count = 0; count < 2000; count++)
        {
            byte[][] messages =
            [
                RawMessages.Query(texts[random.Next(texts.Length)]), RawMessages.Parse(texts[random.Next(texts.Length)], "a", 23),
                RawMessages.Bind("a", "1"), RawMessages.DescribeStatement("a"), RawMessages.Execute(1), RawMessages.FunctionCall(1, "x"),
                RawMessages.CloseStatement("a"), RawMessages.CopyData("x"), RawMessages.CopyDone(), RawMessages.Sync(),
            ];
            var message = messages[random.Next(messages.Length)];
            for (var changes = random.Next(3); changes > 0 && message.Length > 5; changes--)
            {
                message[random.Next(5, message.Length)] = (byte)random.Next(random.Next(2) == 0 ? 128 : 256);
            }

            Assert.That(() => session.Ask(message), Throws.Nothing, () => $"seed {seed}, {BitConverter.ToString(message)}");
        }
    }
}
