using Pgmux.Testing.FakePostgres;
using Pgmux.Testing.Mux;
using Pgmux.Testing.Processes;

namespace Pgmux.Core.Tests.Clients.Replication;

/// <summary>What a replication client and its walsender say to each other, COPY in both directions above all.</summary>
[TestFixture]
internal sealed class ReplicationStreamTests
{
    // What a connection may hold of a stream: one receive and the limit of unsent bytes, with room for the message that crosses it.
    private const int MostHeldBytes = 256 * 1024;

    private static readonly byte[] Wal = Replies.CopyData(new string('w', 10_000));

    [Test, Property("Row", "K12"), Property("Row", "H16")]
    public void Both_send_data_at_once([Values("true", "database")] string kind)
    {
        using var mux = TestMux.Start();
        var (client, server) = mux.Stream(kind);
        for (var i = 0; i < 100; i++)
        {
            client.Write(RawMessages.CopyData($"status {i}"));
            server.Send(Replies.CopyData($"wal {i}"), Replies.CopyData($"keepalive {i}"));
        }

        Assert.That(client.TakeReplies().Select(reply => reply.Text), Is.EqualTo(Enumerable.Range(0, 100).SelectMany(i => new[] { $"wal {i}", $"keepalive {i}" })));
        Assert.That(server.Received.Skip(1).Select(message => message.Text), Is.EqualTo(Enumerable.Range(0, 100).Select(i => $"status {i}")));
    }

    [Test, Property("Row", "K12")]
    public void The_client_ends_its_direction_first_and_hears_the_rest()
    {
        using var mux = TestMux.Start();
        var (client, server) = mux.Stream();
        client.Send(RawMessages.CopyDone());
        Assert.That(server.TakeTypes(), Is.EqualTo("c"));
        server.Send(Replies.CopyData("last"), Replies.CopyDone(), Replies.CommandComplete("START_STREAMING"), Replies.ReadyForQuery());
        Assert.That(client.Take(), Is.EqualTo("d c C(START_STREAMING) Z(I)"));
        AssertReady(client, server);
    }

    [Test, Property("Row", "K12")]
    public void The_server_ends_its_direction_first_and_tells_of_the_next_timeline()
    {
        using var mux = TestMux.Start();
        var (client, server) = mux.Stream();
        server.Send(Replies.CopyDone());
        client.Send(RawMessages.CopyData("late status"), RawMessages.CopyDone());
        Assert.That(server.TakeTypes(), Is.EqualTo("dc"));
        server.Send(
            Replies.RowDescription("next_tli"), Replies.DataRow("2"), Replies.CommandComplete("SELECT"), Replies.CommandComplete("START_STREAMING"),
            Replies.ReadyForQuery());
        Assert.That(client.Take(), Is.EqualTo("c T D(2) C(SELECT) C(START_STREAMING) Z(I)"));
        AssertReady(client, server);
    }

    [Test, Property("Row", "K12")]
    public void An_end_that_was_sent_ahead_of_the_stream_ends_it()
    {
        using var mux = TestMux.Start();
        var (client, server) = mux.Replicate();
        client.Send(RawMessages.Query("START_REPLICATION 0/0"), RawMessages.CopyDone());
        server.Send(Replies.CopyBothResponse(), Replies.CopyDone(), Replies.CommandComplete("START_STREAMING"), Replies.ReadyForQuery());
        Assert.That(client.Take(), Is.EqualTo("W c C(START_STREAMING) Z(I)"));
        server.TakeTypes();
        AssertReady(client, server);
    }

    [Test, Property("Row", "K12")]
    public void An_error_ends_both_directions_and_what_is_late_harms_nobody()
    {
        using var mux = TestMux.Start();
        var (client, server) = mux.Stream();
        client.Send(RawMessages.CopyData("status"));
        server.Send(Replies.CopyData("wal"), Replies.Error("58P01", "requested WAL segment has already been removed"), Replies.ReadyForQuery());
        Assert.That(client.Take(), Is.EqualTo("d E(58P01 requested WAL segment has already been removed) Z(I)"));
        client.Send(RawMessages.CopyData("late"), RawMessages.CopyDone());
        server.TakeTypes();
        AssertReady(client, server);
    }

    [Test, Property("Row", "K12")]
    public void An_error_that_crosses_the_clients_end_is_the_only_answer()
    {
        using var mux = TestMux.Start();
        var (client, server) = mux.Stream();
        client.Send(RawMessages.CopyDone());
        server.Send(Replies.Error("57014", "canceling statement due to user request"), Replies.ReadyForQuery());
        Assert.That(client.Take(), Is.EqualTo("E(57014 canceling statement due to user request) Z(I)"));
        server.TakeTypes();
        AssertReady(client, server);
    }

    [Test, Property("Row", "K12")]
    public void The_administrators_goodbye_reaches_the_client_in_its_stream()
    {
        using var mux = TestMux.Start();
        var (client, server) = mux.Stream();
        server.Send(Replies.CopyData("wal"));
        server.Terminate();
        Assert.That(client.Take(), Is.EqualTo("d E(57P01 terminating connection due to administrator command) EOF"));
        Assert.That(mux.Counts.Servers, Is.Zero);
    }

    [Test, Property("Row", "K12")]
    public void A_server_that_breaks_costs_its_client([Values] bool isInMessage)
    {
        using var mux = TestMux.Start();
        var (client, server) = mux.Stream();
        server.Send(isInMessage ? Wal[..100] : Wal);
        server.Reset();
        Assert.That(client.Take(), isInMessage ? Is.EqualTo("EOF") : Does.Match(@"^d E\(08006 .*\) EOF$"));
        Assert.That(mux.Counts.Servers, Is.Zero);
    }

    [TestCase("terminate", "X"), TestCase("close", "X"), TestCase("reset", "X"), TestCase("half", "X"), TestCase("part", "")]
    [Property("Row", "K12")]
    public void A_client_that_leaves_takes_its_server_along(string how, string heard)
    {
        using var mux = TestMux.Start();
        var (client, server) = mux.Stream();
        switch (how)
        {
            case "terminate":
                client.Send(RawMessages.Terminate());
                break;
            case "close":
                client.Close();
                break;
            case "reset":
                client.Reset();
                break;
            case "half":
                client.HalfClose();
                break;
            default:
                client.Send(RawMessages.CopyData("status")[..8]);
                client.Close();
                break;
        }

        Assert.That(server.IsOpen, Is.False);
        Assert.That(server.TakeTypes(), Is.EqualTo(heard), "nothing follows a part of a message");
        Assert.That(mux.Counts.Servers, Is.Zero);
    }

    [Test, Property("Row", "K12"), Property("Row", "B170")]
    public void A_client_that_stops_reading_slows_its_server_and_costs_little_memory()
    {
        using var mux = TestMux.Start();
        var (client, server) = mux.Stream();
        client.IsReading = false;
        for (var i = 0; i < 1000; i++)
        {
            server.Send(Wal);
        }

        mux.Advance(60);
        Assert.That(mux.RentedBytes, Is.LessThan(MostHeldBytes));
        client.Send(RawMessages.CopyData("status"));
        Assert.That(server.TakeTypes(), Is.EqualTo("d"), "the other direction goes on");
        client.IsReading = true;
        Assert.That(client.TakeReplies().Select(reply => reply.Body.Length), Is.EqualTo(Enumerable.Repeat(10_000, 1000)));
    }

    [Test, Property("Row", "K12"), Property("Row", "B83")]
    public void A_server_that_stops_reading_slows_its_client_and_costs_little_memory()
    {
        using var mux = TestMux.Start();
        mux.Postgres.HoldsLogins = true;
        var client = mux.BeginLogin(parameters: ("replication", "true"));
        var server = mux.Postgres.Servers.Single();
        Servers.HeldServer.Greet(server);
        client.Send(RawMessages.Query("START_REPLICATION 0/0"));
        server.Send(Replies.CopyBothResponse());
        client.Take();
        client.Send([.. Enumerable.Repeat(RawMessages.CopyData(new string('s', 10_000)), 200)]);
        mux.Advance(60);
        Assert.That(mux.RentedBytes, Is.LessThan(2 * MostHeldBytes));
        server.Send(Replies.CopyData("wal"));
        Assert.That(client.Take(), Is.EqualTo("d"), "the other direction goes on");
        server.Reset();
        Assert.That(client.Take(), Does.EndWith("EOF"));
    }

    [Test, Property("Row", "K12")]
    public void Commands_have_any_number_of_results_and_copies()
    {
        using var mux = TestMux.Start();
        var (client, server) = mux.Replicate();
        client.Send(RawMessages.Query("BASE_BACKUP"));
        server.Send(
            Replies.RowDescription("recptr"), Replies.DataRow("0/2000028"), Replies.CommandComplete("SELECT"),
            Replies.RowDescription("spcoid"), Replies.DataRow(null), Replies.CommandComplete("SELECT"),
            Replies.CopyOutResponse(), Wal, Wal, Replies.CopyDone(),
            Replies.CopyOutResponse(), Wal, Replies.CopyDone(),
            Replies.RowDescription("recptr"), Replies.DataRow("0/2000100"), Replies.CommandComplete("SELECT"), Replies.CommandComplete("SELECT"),
            Replies.ReadyForQuery());
        Assert.That(client.Take(), Is.EqualTo(
            "T D(0/2000028) C(SELECT) T D(NULL) C(SELECT) H d d c H d c T D(0/2000100) C(SELECT) C(SELECT) Z(I)"));
        server.TakeTypes();
        AssertReady(client, server);
    }

    [Test, Property("Row", "K12")]
    public void A_server_that_nobody_replicates_from_must_not_stream()
    {
        using var mux = TestMux.Start();
        mux.Postgres.IsAutomatic = false;
        var client = mux.Login();
        client.Take();
        client.Send(RawMessages.Query("SELECT a"));
        mux.Postgres.Single.Send(Replies.CopyBothResponse());
        Assert.That(client.Take(), Does.StartWith("E(08P01 ").And.EndsWith("EOF"));
        Assert.That(mux.Counts.Servers, Is.Zero);
    }

    [Test, Property("Row", "K12")]
    public void A_stream_in_any_pieces_stays_whole([Range(1, 20)] int seed)
    {
        using var mux = TestMux.StartSliced(seed);
        var (client, server) = mux.Stream();
        for (var i = 0; i < 20; i++)
        {
            client.Write(RawMessages.CopyData($"status {i}"));
            server.Send(Wal);
        }

        client.Send(RawMessages.CopyDone());
        server.Send(Replies.CopyDone(), Replies.CommandComplete("START_STREAMING"), Replies.ReadyForQuery());
        Assert.That(client.Take(), Is.EqualTo(string.Concat(Enumerable.Repeat("d ", 20)) + "c C(START_STREAMING) Z(I)"));
        Assert.That(server.TakeTypes(), Is.EqualTo(new string('d', 20) + "c"));
    }

    private static void AssertReady(FakeClient client, FakeServer server)
    {
        client.Send(RawMessages.Query("IDENTIFY_SYSTEM"));
        Assert.That(server.TakeTypes(), Is.EqualTo("Q"));
        server.Send(Replies.Value("7"), Replies.ReadyForQuery());
        Assert.That(client.Take(), Is.EqualTo("T D(7) C(SELECT 1) Z(I)"));
    }
}
