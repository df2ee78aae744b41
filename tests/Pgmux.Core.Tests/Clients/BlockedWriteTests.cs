using Pgmux.Core.Tests.Servers;
using Pgmux.Testing.FakePostgres;
using Pgmux.Testing.Mux;
using Pgmux.Testing.Processes;

namespace Pgmux.Core.Tests.Clients;

/// <summary>What becomes of clients and servers when one of them no longer takes what is written to it.</summary>
[TestFixture]
internal sealed class BlockedWriteTests
{
    private const int Megabyte = 1024 * 1024;

    // What the link, pgmux's buffers of both connections and one receive hold; the rest stays with the client.
    private const int MostHeldBytes = 512 * 1024;

    /// <summary>What a client sends that its server does not take.</summary>
    private static readonly TestCaseData[] Requests =
    [
        Case("one long query", RawMessages.Query(Text(2))),
        Case("a pipeline without Sync", [.. Enumerable.Range(0, 40).SelectMany(_ => RawMessages.Parse(Text(0.05)))]),
        Case("a pipeline that is cut in a message", RawMessages.Query(Text(2))[..Megabyte]),
        Case("many queries", [.. Enumerable.Range(0, 40).SelectMany(_ => RawMessages.Query(Text(0.05)))]),
    ];

    [TestCaseSource(nameof(Requests))]
    [Property("Row", "B83")]
    public void A_server_that_takes_no_more_costs_its_client_a_word_when_query_timeout_has_passed(byte[] request)
    {
        using var mux = TestMux.Start(("query_timeout", "10"), ("default_pool_size", "1"));
        var (client, _) = mux.LoginToDeaf();
        client.Send(request);
        mux.Advance(9);
        Assert.That(client.Take(), Is.Empty);
        Assert.That(mux.RentedBytes, Is.LessThan(MostHeldBytes));
        mux.Advance(2);
        Assert.That(client.Replies.Select(reply => reply.Severity), Is.EqualTo(new[] { "FATAL" }));
        Assert.That(client.Take(), Is.EqualTo("E(57014 query timeout) EOF"));
        Assert.That(mux.Counts.Servers, Is.Zero);
        Assert.That(mux.Login().Query("SELECT a"), Is.EqualTo("T D(a) C(SELECT 1) Z(I)"), "the place of the server is free");
    }

    [Test, Property("Row", "B83")]
    public void The_same_holds_for_the_data_of_a_COPY()
    {
        using var mux = TestMux.Start(("query_timeout", "10"), ("default_pool_size", "1"));
        var (client, server) = mux.LoginToDeaf();
        client.Send(RawMessages.Query("COPY IN"));
        server.Send(Replies.CopyInResponse());
        client.Send(RawMessages.CopyData(Text(2)));
        mux.Advance(9);
        Assert.That(client.Take(), Is.EqualTo("G"));
        mux.Advance(2);
        Assert.That(client.Take(), Is.EqualTo("E(57014 query timeout) EOF"));
        Assert.That(mux.Counts.Servers, Is.Zero);
    }

    [TestCaseSource(nameof(Requests))]
    [Property("Row", "B188")]
    public void A_write_to_a_server_that_fails_ends_both_connections_with_a_word_to_the_client(byte[] request)
    {
        using var mux = TestMux.Start(("default_pool_size", "1"));
        var (client, server) = mux.LoginToDeaf();
        client.Send(request);
        Assert.That(client.Take(), Is.Empty);
        server.Reset();
        Assert.That(client.Take(), Is.EqualTo("E(08006 server conn crashed?) EOF"));
        Assert.That(mux.Counts.Servers, Is.Zero);
        Assert.That(mux.Login().Query("SELECT a"), Is.EqualTo("T D(a) C(SELECT 1) Z(I)"));
    }

    [TestCase(1)]
    [TestCase(2)]
    [TestCase(3)]
    [Property("Row", "B188")]
    public void A_write_to_a_client_that_fails_ends_both_connections(int seed)
    {
        using var mux = TestMux.StartSliced(seed, ("default_pool_size", "1"));
        var client = mux.Login();
        client.IsReading = false;
        client.Send(RawMessages.Query("BEGIN"), RawMessages.Query("ROWS 2000 1000"));
        Assert.That(mux.Counts.Active, Is.EqualTo(1));
        client.Reset();
        mux.Advance(1);
        Assert.That(mux.Counts.Servers, Is.Zero);
        Assert.That(mux.Mux.Clients.ClientCount, Is.Zero);
        Assert.That(mux.Postgres.Open, Is.Empty);
    }

    private static string Text(double megabytes) => $"SELECT {new string('x', (int)(megabytes * Megabyte))}";

    private static TestCaseData Case(string name, byte[] request) => new TestCaseData(request).SetArgDisplayNames(name);
}
