using Pgmux.Testing.FakePostgres;
using Pgmux.Testing.Mux;
using Pgmux.Testing.Processes;

namespace Pgmux.Core.Tests.Clients;

[TestFixture]
internal sealed class LeavingTests
{
    [Test, Property("Row", "Q08"), Property("Row", "B67")]
    public void Replies_that_are_owed_arrive_before_the_close_that_Terminate_asks_for()
    {
        using var mux = TestMux.Start();
        var client = mux.Login();
        client.Send(RawMessages.Query("SELECT a"), RawMessages.Terminate());
        Assert.That(client.Take(), Is.EqualTo("T D(a) C(SELECT 1) Z(I) EOF"));
        Assert.That(mux.Counts.Idle, Is.EqualTo(1), "the server is clean and stays");
    }

    [Test, Property("Row", "Q08"), Property("Row", "B67")]
    public void Terminate_behind_a_query_that_waits_for_a_server_is_kept_in_its_place()
    {
        using var mux = TestMux.Start(("default_pool_size", "1"));
        var (holder, client) = (mux.Login(), mux.Login());
        holder.Query("BEGIN");
        client.Send(RawMessages.Query("SELECT a"), RawMessages.Terminate());
        holder.Query("COMMIT");
        Assert.That(client.Take(), Is.EqualTo("T D(a) C(SELECT 1) Z(I) EOF"));
    }

    [Test, Property("Row", "Q10")]
    public void A_client_that_only_stops_sending_gets_its_replies()
    {
        using var mux = TestMux.Start();
        var client = mux.Login();
        client.Send(RawMessages.Query("WAIT"));
        client.HalfClose();
        Assert.That(client.Take(), Is.Empty);
        mux.Postgres.Single.Release();
        Assert.That(client.Take(), Is.EqualTo("T D(waited) C(SELECT 1) Z(I) EOF"));
        Assert.That(mux.Counts.Idle, Is.EqualTo(1));
    }

    [Test, Property("Row", "Q09"), Property("Row", "B60")]
    public void A_reset_inside_a_query_cancels_it_and_closes_its_server()
    {
        using var mux = TestMux.Start();
        var client = mux.Login();
        client.Send(RawMessages.Query("WAIT"));
        client.Reset();
        Assert.That(mux.Postgres.Cancels, Has.Count.EqualTo(1));
        Assert.That(mux.Postgres.Open, Is.Empty);
        Assert.That(mux.Login().Query("SELECT a"), Is.EqualTo("T D(a) C(SELECT 1) Z(I)"));
    }

    [TestCase("reset")]
    [TestCase("close")]
    [TestCase("terminate")]
    [Property("Row", "B141"), Property("Row", "B146")]
    public void A_client_that_leaves_inside_a_transaction_takes_its_server_along(string how)
    {
        using var mux = TestMux.Start();
        var client = mux.Login();
        client.Query("BEGIN");
        Leave(client, how);
        Assert.That(mux.Postgres.Open, Is.Empty);
    }

    [TestCase("reset")]
    [TestCase("close")]
    [TestCase("terminate")]
    [Property("Row", "B144")]
    public void A_client_that_leaves_between_transactions_leaves_its_server(string how)
    {
        using var mux = TestMux.Start();
        var client = mux.Login();
        client.Query("SELECT a");
        Leave(client, how);
        Assert.That(mux.Counts.Idle, Is.EqualTo(1));
    }

    [Test, Property("Row", "B65"), Property("Row", "B64"), Property("Row", "B95"), Property("Row", "B02")]
    public void A_client_that_dies_inside_a_message_never_leaves_a_server_that_got_a_part_of_it()
    {
        byte[] all =
        [
            .. RawMessages.Query("SELECT a"), .. RawMessages.Parse("SELECT b"), .. RawMessages.Bind(), .. RawMessages.Execute(), .. RawMessages.Sync(),
        ];
        using var mux = TestMux.Start(("default_pool_size", "1"));
        for (var cut = 0; cut <= all.Length; cut++)
        {
            var client = mux.Login();
            client.Send(all[..cut]);
            client.Reset();
            var next = mux.Login();
            Assert.That(next.Query($"SELECT n{cut}"), Is.EqualTo($"T D(n{cut}) C(SELECT 1) Z(I)"), $"after a reset at {cut}");
            next.Close();
        }

        foreach (var server in mux.Postgres.Servers)
        {
            // What follows an extended query that was begun is the rest of that query.
            Assert.That(server.TakeTypes(), Does.Match("^(Q|PBES|X)*(P(B(E)?)?)?$"), "requests of one server");
        }
    }

    [TestCase("Q")]
    [TestCase("PBES")]
    [Property("Row", "B65")]
    public void Half_a_message_and_the_end_closes_the_server(string before)
    {
        using var mux = TestMux.Start();
        var client = mux.Login();
        client.Query("BEGIN");
        client.Send(RawMessages.Query("SELECT a very long statement")[..10]);
        client.Close();
        Assert.That(mux.Postgres.Open, Is.Empty, before);
    }

    [Test, Property("Row", "E23"), Property("Row", "B71")]
    public void A_client_that_leaves_without_its_Sync_commits_nothing()
    {
        using var mux = TestMux.Start();
        var client = mux.Login();
        client.Send(RawMessages.Parse("SELECT a"), RawMessages.Bind(), RawMessages.Execute(), RawMessages.Flush());
        Assert.That(client.Take(), Is.EqualTo("1 2 D(a) C(SELECT 1)"));
        client.Send(RawMessages.Terminate());
        Assert.That(mux.Postgres.Open, Is.Empty);
        Assert.That(mux.Postgres.Servers[0].TakeTypes(), Does.Not.Contain("S"));
    }

    [Test, Property("Row", "B80")]
    public void A_leaving_client_whose_server_dies_is_closed()
    {
        using var mux = TestMux.Start();
        var client = mux.Login();
        client.Send(RawMessages.Query("WAIT"), RawMessages.Terminate());
        mux.Postgres.Single.Reset();
        Assert.That(client.Take(), Does.EndWith("EOF"));
        Assert.That(mux.Mux.Clients.ClientCount, Is.Zero);
    }

    private static void Leave(FakeClient client, string how)
    {
        switch (how)
        {
            case "reset":
                client.Reset();
                break;
            case "close":
                client.Close();
                break;
            default:
                client.Send(RawMessages.Terminate());
                break;
        }
    }

    [Test, Property("Row", "Q08")]
    public void Terminate_behind_a_query_whose_beginning_has_come_before_waits_for_its_reply()
    {
        using var mux = TestMux.Start(("max_prepared_statements", "0"));
        var client = mux.Login();
        var query = RawMessages.Query("SELECT late");
        client.Send(query[..8]);
        client.Send([.. query[8..], .. RawMessages.Terminate()]);
        Assert.That(client.Take(), Is.EqualTo("T D(late) C(SELECT 1) Z(I) EOF"));
    }
}
