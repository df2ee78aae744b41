using Pgmux.Testing.Mux;
using Pgmux.Testing.Processes;

namespace Pgmux.Core.Tests.Clients;

[TestFixture]
internal sealed class SlowClientTests
{
    // What a connection may hold of a result: one receive and the limit of unsent bytes, with room for the message that crosses it.
    private const int MostHeldBytes = 256 * 1024;

    [TestCase(1)]
    [TestCase(2)]
    [Property("Row", "B148"), Property("Row", "B170"), Property("Row", "K07"), Property("Row", "R06"), Property("Row", "R16")]
    public void A_client_that_stops_reading_holds_its_server_and_little_memory(int loops)
    {
        using var mux = TestMux.Start(loops, ("default_pool_size", "2"));
        var (slow, other) = (mux.Login(), mux.Login());
        slow.Take();
        slow.IsReading = false;
        slow.Send(RawMessages.Query("ROWS 2000 10000"));
        mux.Advance(60);
        Assert.That(mux.RentedBytes, Is.LessThan(MostHeldBytes));
        Assert.That(mux.Counts.Active, Is.EqualTo(1));
        Assert.That(other.Query("SELECT b"), Is.EqualTo("T D(b) C(SELECT 1) Z(I)"));
        slow.IsReading = true;
        Assert.That(slow.Replies, Has.Count.EqualTo(2003));
        Assert.That(mux.Counts.Idle, Is.EqualTo(2));
    }

    [Test]
    [Property("Row", "B170"), Property("Row", "E20")]
    public void A_client_that_does_not_read_rows_is_given_pgmuxs_own_answers_behind_them()
    {
        using var mux = TestMux.Start(("default_pool_size", "1"));
        var slow = mux.Login();
        slow.Take();
        slow.IsReading = false;
        slow.Send(RawMessages.Parse("ROWS 16 10000"), RawMessages.Bind(), RawMessages.Execute(), RawMessages.Flush());

        // The last replies are read and wait for room to be sent; pgmux's answers come from elsewhere.
        for (var i = 0; i < 100; i++)
        {
            slow.Send([.. Enumerable.Repeat(RawMessages.CloseStatement("nope"), 1000), RawMessages.Flush()]);
        }

        Assert.That(mux.RentedBytes, Is.LessThan(2 * MostHeldBytes));
        slow.Send(RawMessages.Sync());
        slow.IsReading = true;
        Assert.That(slow.Replies.Count(reply => reply.Type == '3'), Is.EqualTo(100_000));
        Assert.That((slow.Replies[^1].Type, slow.IsClosed), Is.EqualTo(('Z', false)));
    }

    [Test, Property("Row", "B148")]
    public void A_server_whose_last_replies_wait_for_a_slow_client_is_not_lent_when_a_cancel_ends()
    {
        using var mux = TestMux.Start(("default_pool_size", "1"));
        mux.Postgres.HoldsCancels = true;
        var (slow, other) = (mux.Login(), mux.Login());
        slow.IsReading = false;

        // Enough to fill the links and the client's buffer, so that the last replies are read and cannot be sent.
        slow.Send(RawMessages.Query("ROWS 16 10000"));
        mux.Cancel(slow);
        other.Send(RawMessages.Query("SELECT b"));
        foreach (var cancel in mux.Postgres.Cancels)
        {
            cancel.Deliver();
        }

        var isServed = other.Take() == "T D(b) C(SELECT 1) Z(I)";
        Assert.That(isServed || mux.Counts.Waiting == 1, Is.True, "the other client has its answer, or waits in the queue");
        slow.IsReading = true;
        Assert.That(isServed ? "T D(b) C(SELECT 1) Z(I)" : other.Take(), Is.EqualTo("T D(b) C(SELECT 1) Z(I)"));
    }

    [Test, Property("Row", "B170")]
    public void A_client_that_stops_reading_and_dies_frees_everything()
    {
        using var mux = TestMux.Start();
        var slow = mux.Login();
        slow.IsReading = false;
        slow.Send(RawMessages.Query("ROWS 2000 10000"));
        slow.Reset();
        Assert.That(mux.Counts.Servers, Is.Zero);
        Assert.That(mux.Mux.Clients.ClientCount, Is.Zero);
        Assert.That(mux.Login().Query("SELECT a"), Is.EqualTo("T D(a) C(SELECT 1) Z(I)"));
    }

    [Test, Property("Row", "S13")]
    public void A_million_bytes_of_notices_pass_a_slow_client_in_bounded_memory()
    {
        using var mux = TestMux.Start();
        mux.Postgres.IsAutomatic = false;
        var slow = mux.Login();
        slow.Take();
        slow.IsReading = false;
        slow.Send(RawMessages.Query("SELECT a"));
        var notice = Testing.FakePostgres.Replies.Notice(new string('n', 1000));
        mux.Postgres.Single.Send([.. Enumerable.Repeat(notice, 1000)]);
        Assert.That(mux.RentedBytes, Is.LessThan(MostHeldBytes));
        mux.Postgres.Single.Send(Testing.FakePostgres.Replies.Value("a"), Testing.FakePostgres.Replies.ReadyForQuery());
        slow.IsReading = true;
        Assert.That(slow.Replies, Has.Count.EqualTo(1004));
    }

    [Test, Property("Row", "B60"), Property("Row", "Q04")]
    public void A_server_that_stops_reading_slows_its_client_in_bounded_memory()
    {
        using var mux = TestMux.Start();
        mux.Postgres.IsAutomatic = false;
        var client = mux.Login();
        client.Send(RawMessages.Query(new string('x', 5_000_000)));
        Assert.That(mux.RentedBytes, Is.LessThan(MostHeldBytes));
        Assert.That(mux.Postgres.Single.Received.Single().Body, Has.Length.EqualTo(5_000_001));
        client.Reset();
    }
}
