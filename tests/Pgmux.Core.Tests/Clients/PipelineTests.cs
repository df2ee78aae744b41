using Pgmux.Testing.FakePostgres;
using Pgmux.Testing.Mux;
using Pgmux.Testing.Processes;

namespace Pgmux.Core.Tests.Clients;

[TestFixture]
internal sealed class PipelineTests
{
    // A pipeline with everything that has crossed replies elsewhere, and what PostgreSQL answers to it.
    private static readonly byte[][] Messages =
    [
        RawMessages.Query("SELECT a"),
        RawMessages.Parse("SELECT b"), RawMessages.Bind(), RawMessages.DescribePortal(), RawMessages.Execute(), RawMessages.Sync(),
        RawMessages.Sync(),
        RawMessages.Parse("FAIL"), RawMessages.Bind(), RawMessages.Execute(), RawMessages.Query("SELECT skipped"), RawMessages.Sync(),
        RawMessages.FunctionCall(1),
        RawMessages.Query("BEGIN"), RawMessages.Query("SELECT c"), RawMessages.Query("COMMIT"),
    ];

    private const string Answer =
        "T D(a) C(SELECT 1) Z(I) 1 2 T D(b) C(SELECT 1) Z(I) Z(I) 1 2 E(22012 division by zero) Z(I) V Z(I) "
        + "C(BEGIN) Z(T) T D(c) C(SELECT 1) Z(T) C(COMMIT) Z(I)";

    [Test, Property("Row", "B62"), Property("Row", "B63"), Property("Row", "B66"), Property("Row", "B70"), Property("Row", "E22"), Property("Row", "Q07")]
    public void A_pipeline_gets_the_same_replies_however_it_is_cut_in_two()
    {
        byte[] all = [.. Messages.SelectMany(message => message)];
        using var mux = TestMux.Start(loops: 2, ("default_pool_size", "2"));
        var client = mux.Login();
        for (var cut = 0; cut <= all.Length; cut++)
        {
            client.Send(all[..cut]);
            client.Send(all[cut..]);
            Assert.That(client.Take(), Is.EqualTo(Answer), $"cut at {cut}");
        }
    }

    [Test, Property("Row", "B64"), Property("Row", "E22")]
    public void Pipelines_of_many_clients_do_not_cross_whatever_the_order_of_events()
    {
        for (var seed = 0; seed < 20; seed++)
        {
            using var mux = TestMux.StartSliced(seed, ("default_pool_size", "2"), ("max_client_conn", "50"));
            var clients = Enumerable.Range(0, 8).Select(_ => mux.Login()).ToArray();
            for (var i = 0; i < clients.Length; i++)
            {
                clients[i].Write([.. RawMessages.Query($"SELECT own{i}"), .. Messages.SelectMany(message => message)]);
            }

            mux.Network.RunUntilIdle();
            Assert.That(
                clients.Select(client => client.Take()),
                Is.EqualTo(clients.Select((_, i) => $"T D(own{i}) C(SELECT 1) Z(I) {Answer}")),
                $"seed {seed}");
        }
    }

    [Test, Property("Row", "B62")]
    public void Twenty_Syncs_in_one_piece_get_twenty_answers()
    {
        using var mux = TestMux.Start();
        var client = mux.Login();
        client.Send([.. Enumerable.Repeat(RawMessages.Sync(), 20)]);
        Assert.That(client.Take(), Is.EqualTo(string.Join(' ', Enumerable.Repeat("Z(I)", 20))));
        Assert.That(mux.Counts.Idle, Is.EqualTo(1));
    }

    [Test, Property("Row", "B173"), Property("Row", "Q07"), Property("Row", "R07")]
    public void A_hundred_thousand_Syncs_without_reading_are_bounded_and_then_answered()
    {
        const int Syncs = 100_000;
        using var mux = TestMux.Start();
        var client = mux.Login();
        client.IsReading = false;
        client.Send([.. Enumerable.Repeat(RawMessages.Sync(), Syncs)]);
        var server = mux.Pool.Servers.Single();
        Assert.That(server.Outstanding.Count, Is.LessThanOrEqualTo(Core.Servers.OutstandingRequests.Limit));
        client.IsReading = true;
        Assert.That(client.Replies, Has.Count.EqualTo(Syncs));
        Assert.That(mux.Counts.Idle, Is.EqualTo(1));
    }

    [Test, Property("Row", "E20")]
    public void A_deep_pipeline_that_is_answered_late_does_not_lock_up()
    {
        const int Statements = 30_000;
        using var mux = TestMux.Start();
        mux.Postgres.IsAutomatic = false;
        var client = mux.Login();
        byte[][] statement = [RawMessages.Parse("x"), RawMessages.Bind(), RawMessages.Execute()];
        client.Write([.. Enumerable.Repeat(statement.SelectMany(message => message), Statements).SelectMany(bytes => bytes), .. RawMessages.Sync()]);
        mux.Network.RunUntilIdle();
        var server = mux.Postgres.Single;
        byte[] reply = [.. Replies.ParseComplete(), .. Replies.BindComplete(), .. Replies.CommandComplete("DO")];
        for (var answered = 0; answered < Statements;)
        {
            var asked = Math.Min(server.Received.Count / 3, answered + 1000);
            Assert.That(asked, Is.GreaterThan(answered), "the server is asked on");
            server.Send([.. Enumerable.Repeat(reply, asked - answered)]);
            answered = asked;
        }

        server.Send(Replies.ReadyForQuery());
        Assert.That(client.Replies, Has.Count.EqualTo((3 * Statements) + 1));
        Assert.That(mux.Counts.Idle, Is.EqualTo(1));
    }

    [Test, Property("Row", "B69"), Property("Row", "E04")]
    public void Flush_brings_replies_without_Sync_and_keeps_the_server()
    {
        using var mux = TestMux.Start(("default_pool_size", "1"));
        var (client, other) = (mux.Login(), mux.Login());
        client.Send(RawMessages.Parse("SELECT a"), RawMessages.Bind(), RawMessages.DescribePortal(), RawMessages.Flush());
        Assert.That(client.Take(), Is.EqualTo("1 2 T"));
        other.Send(RawMessages.Query("SELECT b"));
        Assert.That(other.Take(), Is.Empty);
        client.Send(RawMessages.Execute(), RawMessages.Sync());
        Assert.That(client.Take(), Is.EqualTo("D(a) C(SELECT 1) Z(I)"));
        Assert.That(other.Take(), Is.EqualTo("T D(b) C(SELECT 1) Z(I)"));
    }

    [Test, Property("Row", "B77"), Property("Row", "E05")]
    public void A_suspended_portal_keeps_its_server()
    {
        using var mux = TestMux.Start(("default_pool_size", "1"));
        var client = mux.Login();
        client.Send(RawMessages.Parse("SELECT a"), RawMessages.Bind(), RawMessages.Execute(1), RawMessages.Flush());
        Assert.That(client.Take(), Is.EqualTo("1 2 D(a) s"));
        Assert.That(mux.Counts.Active, Is.EqualTo(1));
        client.Send(RawMessages.Execute(1), RawMessages.Sync());
        Assert.That(client.Take(), Is.EqualTo("C(SELECT 0) Z(I)"));
        Assert.That(mux.Counts.Idle, Is.EqualTo(1));
    }

    [Test, Property("Row", "E03"), Property("Row", "B140")]
    public void A_client_that_fails_and_never_sends_Sync_keeps_its_server_until_the_timeout()
    {
        using var mux = TestMux.Start(("default_pool_size", "1"), ("query_timeout", "5"));
        var client = mux.Login();
        client.Send(RawMessages.Parse("PARSEFAIL"), RawMessages.Flush());
        Assert.That(client.Take(), Is.EqualTo("E(42601 syntax error)"));
        Assert.That(mux.Counts.Active, Is.EqualTo(1));
        mux.Advance(6);
        Assert.That(client.Take(), Is.EqualTo("E(57014 query timeout) EOF"));
        Assert.That(mux.Postgres.Open, Is.Empty);
    }

    [TestCase(new byte[] { 0x00, 0, 0, 0, 4 }, "invalid frontend message type 0")]
    [TestCase(new byte[] { 0x7f, 0, 0, 0, 4 }, "invalid frontend message type 127")]
    [TestCase(new byte[] { (byte)'z', 0, 0, 0, 4 }, "invalid frontend message type 122")]
    [TestCase(new byte[] { (byte)'T', 0, 0, 0, 4 }, "invalid frontend message type 84")]
    [TestCase(new byte[] { (byte)'p', 0, 0, 0, 4 }, "invalid frontend message type 112")]
    [TestCase(new byte[] { (byte)'Q', 0, 0, 0, 3 }, null)]
    [TestCase(new byte[] { (byte)'Q', 0, 0, 0, 0 }, null)]
    [TestCase(new byte[] { (byte)'Q', 0xff, 0xff, 0xff, 0xff }, null)]
    [TestCase(new byte[] { (byte)'Q', 0x7f, 0xff, 0xff, 0xff }, null)]
    [TestCase(new byte[] { (byte)'S', 0, 0, 0x27, 0x11 }, null)]
    [Property("Row", "Q05"), Property("Row", "Q06"), Property("Row", "B01"), Property("Row", "C01"), Property("Row", "H17")]
    public void A_client_that_breaks_the_protocol_loses_its_connection_and_its_server_only(byte[] bytes, string? message)
    {
        var expected = message is null ? @"^E\(08P01 [^)]*\) EOF$" : $@"^E\(08P01 {message}\) EOF$";
        using var mux = TestMux.Start(("default_pool_size", "2"));
        var canary = mux.Login();
        var parked = mux.Login();
        parked.Send(bytes);
        Assert.That(parked.Take(), Does.Match(expected));
        var inTransaction = mux.Login();
        inTransaction.Query("BEGIN");
        inTransaction.Send(bytes);
        Assert.That(inTransaction.Take(), Does.Match(expected));
        Assert.That(mux.Postgres.Open, Is.Empty);
        var inPipeline = mux.Login();
        inPipeline.Send(RawMessages.Parse("SELECT a"), bytes);
        Assert.That(inPipeline.Take(), Does.Match(@"^(1 )?E\(08P01 [^)]*\) EOF$"));
        Assert.That(canary.Query("SELECT a"), Is.EqualTo("T D(a) C(SELECT 1) Z(I)"));
    }

    [TestCase(false)]
    [TestCase(true)]
    public void A_message_above_max_packet_size_is_refused_inside_a_pipeline_too(bool isFirst)
    {
        using var mux = TestMux.Start(("max_packet_size", "20000"));
        var client = mux.Login();
        var large = RawMessages.Query(new string('x', 30_000));
        client.Send(isFirst ? large : [.. RawMessages.Parse("SELECT a"), .. large]);
        Assert.That(client.Take(), Does.Match(@"^(1 )?E\(08P01 [^)]*\) EOF$"));
    }

    [Test, Property("Row", "Q12"), Property("Row", "B81")]
    public void Function_calls_get_one_ReadyForQuery_each()
    {
        using var mux = TestMux.Start();
        var client = mux.Login();
        client.Send(RawMessages.FunctionCall(1), RawMessages.FunctionCall(0), RawMessages.Query("BEGIN"), RawMessages.FunctionCall(1));
        Assert.That(client.Take(), Is.EqualTo("V Z(I) E(42883 function does not exist) Z(I) C(BEGIN) Z(T) V Z(T)"));
    }
}
