using Pgmux.Testing.FakePostgres;
using Pgmux.Testing.Mux;
using Pgmux.Testing.Processes;

namespace Pgmux.Core.Tests.Parameters;

/// <summary>The server's statement_timeout ends the SET that brings a server's parameters in line with its client's.</summary>
[TestFixture]
internal sealed class InterruptedSyncTests
{
    private static readonly byte[] TimedOut = Replies.Error("57014", "canceling statement due to statement timeout");

    [Test, Property("Row", "P14")]
    public void A_timeout_of_the_first_sync_ends_the_client_before_its_query_runs()
    {
        using var mux = TestMux.Start(("default_pool_size", "1"));
        mux.Login().Query("SELECT a");
        var server = mux.Postgres.Single;
        server.IsAutomatic = false;
        server.TakeTypes();
        var client = mux.Login(parameters: ("application_name", "new"));
        client.Take();
        client.Send(RawMessages.Query("INSERT"));
        Assert.That(server.TakeTypes(), Is.EqualTo("Q"), "the SET alone: the query waits for its answer");
        server.Send(TimedOut, Replies.ReadyForQuery());
        CheckRefusal(client);
        Assert.That(server.Received.Select(message => message.Text), Has.None.Contains("INSERT"));
        CheckHealth(mux, server);
    }

    // Values that some server has accepted go along with the query, which the server then runs by itself: the answer of the SET is
    // not taken for the query's, and the client is told that its connection is over, as it would be after any loss of a connection.
    [Test, Property("Row", "P14")]
    public void A_timeout_of_a_later_sync_is_not_taken_for_the_answer_of_the_query()
    {
        using var mux = TestMux.Start(("default_pool_size", "1"));
        mux.Login(parameters: ("application_name", "new")).Query("SELECT a");
        mux.Login().Query("SELECT b");
        var server = mux.Postgres.Single;
        server.IsAutomatic = false;
        server.TakeTypes();
        var client = mux.Login(parameters: ("application_name", "new"));
        client.Take();
        client.Send(RawMessages.Query("SELECT c"));
        Assert.That(server.TakeTypes(), Is.EqualTo("QQ"));
        server.Send(TimedOut, Replies.ReadyForQuery(), Replies.Value("c"), Replies.ReadyForQuery());
        CheckRefusal(client);
        CheckHealth(mux, server);
    }

    private static void CheckRefusal(FakeClient client)
    {
        Assert.That(client.Replies.Single().Severity, Is.EqualTo("FATAL"));
        Assert.That(client.Take(), Is.EqualTo("E(57014 invalid server parameter) EOF"));
    }

    private static void CheckHealth(TestMux mux, FakeServer server)
    {
        Assert.That(server.IsOpen, Is.False, "nobody knows which parameters it has");
        var next = mux.Login(parameters: ("application_name", "new"));
        Assert.That(next.Query("SHOW application_name"), Is.EqualTo("T D(new) C(SHOW) Z(I)"));
    }
}
