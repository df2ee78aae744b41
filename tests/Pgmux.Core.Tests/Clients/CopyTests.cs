using Pgmux.Testing.FakePostgres;
using Pgmux.Testing.Mux;
using Pgmux.Testing.Processes;

namespace Pgmux.Core.Tests.Clients;

[TestFixture]
internal sealed class CopyTests
{
    [Test, Property("Row", "B114"), Property("Row", "K11")]
    public void Copy_works_in_and_out_simple_and_several_in_one_query()
    {
        using var mux = TestMux.Start();
        var client = mux.Login();
        Assert.That(client.Query("COPY OUT 2"), Is.EqualTo("H d d c C(COPY 2) Z(I)"));
        client.Send(RawMessages.Query("COPY IN; COPY IN"), RawMessages.CopyData("a"), RawMessages.CopyDone());
        client.Send(RawMessages.CopyData("b"), RawMessages.CopyData("c"), RawMessages.CopyDone());
        Assert.That(client.Take(), Is.EqualTo("G C(COPY 1) G C(COPY 2) Z(I)"));
        Assert.That(mux.Counts.Idle, Is.EqualTo(1));
    }

    [Test, Property("Row", "B110"), Property("Row", "K04"), Property("Row", "B113")]
    public void Sync_behind_the_Execute_of_a_copy_is_eaten_and_the_server_is_free_after_the_next()
    {
        using var mux = TestMux.Start();
        var client = mux.Login();
        for (var round = 0; round < 3; round++)
        {
            client.Send(RawMessages.Parse("COPY IN"), RawMessages.Bind(), RawMessages.Execute(), RawMessages.Sync());
            Assert.That(client.Take(), Is.EqualTo("1 2 G"));
            client.Send(RawMessages.CopyData("a"), RawMessages.Flush(), RawMessages.Sync(), RawMessages.CopyData("b"));
            Assert.That(mux.Counts.Active, Is.EqualTo(1));
            client.Send(RawMessages.CopyDone(), RawMessages.Sync());
            Assert.That(client.Take(), Is.EqualTo("C(COPY 2) Z(I)"));
            Assert.That(mux.Counts.Idle, Is.EqualTo(1));
        }
    }

    // Found by seed 812807 of the simulation: pgmux answered the Close itself, and the server read the Sync behind it inside of COPY.
    [Test, Property("Row", "B110"), Property("Row", "K04")]
    public void A_Close_behind_the_Execute_of_a_copy_breaks_it_off_as_in_PostgreSQL()
    {
        using var mux = TestMux.Start(("default_pool_size", "1"));
        var (client, other) = (mux.Login(), mux.Login());
        byte[][] messages = [RawMessages.Parse("COPY IN"), RawMessages.Bind(), RawMessages.Execute(), RawMessages.CloseStatement("x"), RawMessages.Sync()];
        Assert.That(client.Ask(messages), Is.EqualTo($"{new DirectSession().Trace(messages)} EOF"), "PostgreSQL ends the connection");
        Assert.That(other.Query("SELECT a"), Is.EqualTo("T D(a) C(SELECT 1) Z(I)"));
    }

    [Test, Property("Row", "B111"), Property("Row", "K01"), Property("Row", "K02")]
    public void What_a_client_sends_on_after_its_copy_has_failed_is_dropped()
    {
        using var mux = TestMux.Start(("default_pool_size", "1"));
        var (client, other) = (mux.Login(), mux.Login());
        client.Send(RawMessages.Query("COPY IN FAIL 2"), RawMessages.CopyData("a"), RawMessages.CopyData("b"));
        Assert.That(client.Take(), Is.EqualTo("G E(23505 duplicate key) Z(I)"));
        Assert.That(mux.Counts.Idle, Is.EqualTo(1));
        other.Query("BEGIN");
        client.Send([.. Enumerable.Repeat(RawMessages.CopyData("late"), 100), RawMessages.CopyDone(), RawMessages.Message('f', 0)]);
        Assert.That(mux.Counts.Waiting, Is.Zero, "no server is wanted for it");
        Assert.That(other.Query("COMMIT"), Is.EqualTo("C(COMMIT) Z(I)"));
        Assert.That(client.Query("SELECT a"), Is.EqualTo("T D(a) C(SELECT 1) Z(I)"));
    }

    [TestCase("COPY IN FAIL 1")]
    [TestCase("COPY IN FAIL END")]
    [TestCase("COPY IN FAIL 0")]
    [Property("Row", "B112"), Property("Row", "K13")]
    public void An_extended_copy_that_fails_with_a_Sync_inside_ends_in_step(string sql)
    {
        using var mux = TestMux.Start(("default_pool_size", "1"));
        var (client, other) = (mux.Login(), mux.Login());
        client.Send(RawMessages.Parse(sql), RawMessages.Bind(), RawMessages.Execute(), RawMessages.Sync());
        client.Send(RawMessages.CopyData("a"), RawMessages.CopyDone(), RawMessages.Sync());
        Assert.That(client.Take(), Does.Match(@"^1 2 G E\(2350[35] .*\) Z\(I\)( Z\(I\))?$"));
        Assert.That(other.Query("SELECT b"), Is.EqualTo("T D(b) C(SELECT 1) Z(I)"));
        Assert.That(client.Query("SELECT a"), Is.EqualTo("T D(a) C(SELECT 1) Z(I)"));
        Assert.That(mux.Postgres.Logins, Is.EqualTo(1));
    }

    [Test, Property("Row", "K03")]
    public void CopyFail_ends_a_copy_with_the_servers_error()
    {
        using var mux = TestMux.Start();
        var client = mux.Login();
        client.Send(RawMessages.Query("COPY IN"), RawMessages.Message('f', RawMessages.String("enough")));
        Assert.That(client.Take(), Is.EqualTo("G E(57014 COPY from stdin failed: enough) Z(I)"));
        Assert.That(mux.Counts.Idle, Is.EqualTo(1));
    }

    [Test, Property("Row", "K05")]
    public void A_Query_inside_a_copy_costs_the_server()
    {
        using var mux = TestMux.Start();
        var client = mux.Login();
        client.Send(RawMessages.Query("COPY IN"), RawMessages.Query("SELECT a"));
        Assert.That(client.Take(), Does.StartWith("G E(08P01 unexpected message type 0x51 during COPY from stdin) E(08P01").And.EndsWith("EOF"));
        Assert.That(mux.Postgres.Open, Is.Empty);
    }

    [TestCase(true)]
    [TestCase(false)]
    [Property("Row", "K06"), Property("Row", "B115"), Property("Row", "B117")]
    public void A_client_that_leaves_inside_a_copy_takes_its_server_along(bool isReset)
    {
        using var mux = TestMux.Start();
        var client = mux.Login();
        client.Send(RawMessages.Query("COPY IN"), RawMessages.CopyData("a"));
        if (isReset)
        {
            client.Reset();
        }
        else
        {
            client.Close();
        }

        Assert.That(mux.Postgres.Open, Is.Empty);
        Assert.That(mux.Postgres.Servers[0].TakeTypes(), Does.Not.Contain("c"));
    }

    [Test, Property("Row", "K09")]
    public void A_server_that_dies_inside_a_copy_ends_a_client_that_goes_on_sending()
    {
        using var mux = TestMux.Start();
        mux.Postgres.IsAutomatic = false;
        var client = mux.Login();
        client.Send(RawMessages.Query("COPY IN"));
        mux.Postgres.Single.Send(Replies.CopyInResponse());
        client.Send(RawMessages.CopyData(new string('x', 500_000)));
        mux.Postgres.Single.Reset();
        client.Send(RawMessages.CopyData(new string('x', 500_000)));
        Assert.That(client.Take(), Does.StartWith("G").And.EndsWith("EOF"));
    }

    [Test, Property("Row", "K10"), Property("Row", "B05")]
    public void Copy_data_of_every_size_around_the_buffers_arrives()
    {
        using var mux = TestMux.Start();
        var client = mux.Login();
        int[] sizes = [0, 1, .. new[] { 512, 4096, 16_384, 65_536 }.SelectMany(size => Enumerable.Range(size - 6, 13)), 300_000];
        client.Send([RawMessages.Query("COPY IN"), .. sizes.Select(size => RawMessages.CopyData(new string('x', size))), RawMessages.CopyDone()]);
        Assert.That(client.Take(), Is.EqualTo($"G C(COPY {sizes.Length}) Z(I)"));
        Assert.That(
            mux.Postgres.Single.Received.Where(message => message.Type == 'd').Select(message => message.Body.Length), Is.EqualTo(sizes));
        foreach (var size in sizes)
        {
            client.Send(RawMessages.Query($"ROWS 2 {size}"));
            Assert.That(client.Replies.Where(reply => reply.Type == 'D').Select(reply => reply.Body.Length), Is.EqualTo(new[] { size + 6, size + 6 }));
            client.Take();
        }
    }
}
