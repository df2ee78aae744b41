using Pgmux.Testing.Mux;
using Pgmux.Testing.Processes;
using Pgmux.Transport;

namespace Pgmux.Core.Tests.Cancellation;

[TestFixture]
internal sealed class CancelTests
{
    private const string Cancelled = "E(57014 canceling statement due to user request) Z(I)";

    [TestCase(1)]
    [TestCase(2)]
    [Property("Row", "X01")]
    public void A_running_query_is_cancelled_at_its_own_server(int loops)
    {
        using var mux = TestMux.Start(loops);
        var (client, other) = (mux.Login(), mux.Login());
        client.Send(RawMessages.Query("WAIT"));
        other.Send(RawMessages.Query("WAIT"));
        var cancel = mux.Cancel(client);
        Assert.That(client.Take(), Is.EqualTo(Cancelled));
        Assert.That(other.Take(), Is.Empty);
        Assert.That(cancel.Take(), Is.EqualTo("EOF"));
        mux.Postgres.Open.Single(server => server.IsWaiting).Release();
        Assert.That(other.Take(), Is.EqualTo("T D(waited) C(SELECT 1) Z(I)"));
    }

    [Test, Property("Row", "X02"), Property("Row", "B131")]
    public void A_wrong_key_cancels_nothing_and_hears_nothing()
    {
        using var mux = TestMux.Start();
        var client = mux.Login();
        client.Send(RawMessages.Query("WAIT"));
        var (processId, key) = client.CancelKey;
        foreach (var (id, secret) in new[] { (processId, new byte[4]), (processId + 1, key), (0, key), (processId, [.. key, 0]) })
        {
            var cancel = mux.Connect();
            cancel.Send(RawMessages.CancelRequest(id, secret));
            Assert.That(cancel.Take(), Is.EqualTo("EOF"));
        }

        Assert.That(mux.Postgres.Cancels, Is.Empty);
        mux.Postgres.Single.Release();
        Assert.That(client.Take(), Is.EqualTo("T D(waited) C(SELECT 1) Z(I)"));
    }

    [TestCase("")]
    [TestCase("SELECT a")]
    [TestCase("BEGIN")]
    [Property("Row", "X03"), Property("Row", "B75")]
    public void A_client_that_waits_for_nothing_is_not_cancelled(string before)
    {
        using var mux = TestMux.Start();
        var client = mux.Login();
        if (before.Length > 0)
        {
            client.Query(before);
        }

        mux.Cancel(client);
        Assert.That(mux.Postgres.Cancels, Is.Empty);
        Assert.That(client.Take(), Is.Empty);
    }

    [Test, Property("Row", "X04"), Property("Row", "B127")]
    public void A_waiting_Query_leaves_the_queue_and_never_runs()
    {
        using var mux = TestMux.Start(("default_pool_size", "1"));
        var (holder, waiter) = (mux.Login(), mux.Login());
        holder.Query("BEGIN");
        waiter.Send(RawMessages.Query("SELECT never"));
        mux.Cancel(waiter);
        Assert.That(waiter.Take(), Is.EqualTo(Cancelled));
        Assert.That(mux.Counts.Waiting, Is.Zero);
        holder.Query("COMMIT");
        Assert.That(waiter.Query("SELECT again"), Is.EqualTo("T D(again) C(SELECT 1) Z(I)"));
        Assert.That(mux.Postgres.Single.Executed, Does.Not.Contain("SELECT never"));
    }

    [Test, Property("Row", "X04"), Property("Row", "B127"), Property("Row", "B68"), Property("Row", "E18")]
    public void A_waiting_extended_query_is_skipped_to_its_Sync_and_never_runs()
    {
        using var mux = TestMux.Start(("default_pool_size", "1"));
        var (holder, waiter) = (mux.Login(), mux.Login());
        holder.Query("BEGIN");
        waiter.Send(RawMessages.Parse("SELECT never"), RawMessages.Bind());
        mux.Cancel(waiter);
        Assert.That(waiter.Take(), Is.EqualTo("E(57014 canceling statement due to user request)"));
        waiter.Send(RawMessages.Execute(), RawMessages.Query("SELECT skipped"), RawMessages.Sync());
        Assert.That(waiter.Take(), Is.EqualTo("Z(I)"));
        holder.Query("COMMIT");
        Assert.That(waiter.Query("SELECT again"), Is.EqualTo("T D(again) C(SELECT 1) Z(I)"));
        Assert.That(mux.Postgres.Single.Executed, Is.EqualTo(new[] { "BEGIN", "COMMIT", "SELECT again" }));
    }

    [Test, Property("Row", "X04")]
    public void Terminate_is_heard_in_the_skip_after_a_cancelled_wait()
    {
        using var mux = TestMux.Start(("default_pool_size", "1"));
        var (holder, waiter) = (mux.Login(), mux.Login());
        holder.Query("BEGIN");
        waiter.Send(RawMessages.Parse("SELECT never"));
        mux.Cancel(waiter);
        waiter.Send(RawMessages.Terminate());
        Assert.That(waiter.Take(), Does.EndWith("EOF"));
    }

    [TestCase(1)]
    [TestCase(2)]
    [Property("Row", "B120"), Property("Row", "B121"), Property("Row", "X05")]
    public void A_server_is_not_lent_again_before_the_cancel_aimed_at_it_has_ended(int loops)
    {
        using var mux = TestMux.Start(loops, ("default_pool_size", "1"));
        mux.Postgres.HoldsCancels = true;
        var (first, second) = (mux.Login(), mux.Login());
        first.Send(RawMessages.Query("WAIT"));
        mux.Cancel(first);
        mux.Postgres.Single.Release();
        Assert.That(first.Take(), Is.EqualTo("T D(waited) C(SELECT 1) Z(I)"));
        second.Send(RawMessages.Query("WAIT"));
        first.Send(RawMessages.Query("SELECT next"));
        Assert.That(mux.Postgres.Single.Executed, Is.EqualTo(new[] { "WAIT" }));
        mux.Postgres.Cancels.Single().Deliver();
        mux.Postgres.Single.Release();
        Assert.That(second.Take(), Is.EqualTo("T D(waited) C(SELECT 1) Z(I)"));
        Assert.That(first.Take(), Is.EqualTo("T D(next) C(SELECT 1) Z(I)"));
    }

    [Test, Property("Row", "X06")]
    public void A_cancel_that_does_not_end_costs_the_server_and_no_more_than_its_time_limit()
    {
        using var mux = TestMux.Start(("default_pool_size", "1"), ("cancel_wait_timeout", "5"));
        mux.Postgres.HoldsCancels = true;
        var (first, second) = (mux.Login(), mux.Login());
        first.Send(RawMessages.Query("WAIT"));
        mux.Cancel(first);
        mux.Postgres.Single.Release();
        first.Take();
        second.Send(RawMessages.Query("SELECT b"));
        mux.Advance(4);
        Assert.That(second.Take(), Is.Empty);
        mux.Advance(3);
        Assert.That(second.Take(), Is.EqualTo("T D(b) C(SELECT 1) Z(I)"));
        Assert.That(mux.Postgres.Logins, Is.EqualTo(2));
    }

    [TestCase(ConnectFailure.Refused)]
    [TestCase(ConnectFailure.TimedOut)]
    [Property("Row", "X06")]
    public void A_cancel_that_cannot_connect_holds_nobody_up_for_ever(ConnectFailure failure)
    {
        using var mux = TestMux.Start(("default_pool_size", "1"), ("cancel_wait_timeout", "5"));
        var client = mux.Login();
        client.Send(RawMessages.Query("WAIT"));
        mux.Network.Addresses.Fail(mux.Postgres.EndPoint, failure);
        mux.Cancel(client);
        mux.Network.Addresses.Allow(mux.Postgres.EndPoint);
        mux.Postgres.Single.Release();
        mux.Advance(7);
        Assert.That(client.Take(), Is.EqualTo("T D(waited) C(SELECT 1) Z(I)"));
        Assert.That(client.Query("SELECT a"), Is.EqualTo("T D(a) C(SELECT 1) Z(I)"));
    }

    [Test, Property("Row", "B128")]
    public void A_server_without_a_key_works_and_is_not_cancelled()
    {
        using var mux = TestMux.Start();
        mux.Postgres.OmitsKey = true;
        var client = mux.Login();
        client.Send(RawMessages.Query("WAIT"));
        mux.Cancel(client);
        Assert.That(mux.Postgres.Cancels, Is.Empty);
        mux.Postgres.Single.Release();
        Assert.That(client.Take(), Is.EqualTo("T D(waited) C(SELECT 1) Z(I)"));
    }

    [Test, Property("Row", "X13"), Property("Row", "B123")]
    public void A_server_that_dies_while_it_is_cancelled_costs_its_client_one_error()
    {
        using var mux = TestMux.Start();
        mux.Postgres.HoldsCancels = true;
        var client = mux.Login();
        client.Send(RawMessages.Query("WAIT"));
        mux.Cancel(client);
        mux.Postgres.Single.Reset();
        Assert.That(client.Take(), Is.EqualTo("E(08006 server conn crashed?) EOF"));
        mux.Postgres.Cancels.Single().Deliver();
    }

    [Test, Property("Row", "X07"), Property("Row", "B123")]
    public void A_client_that_dies_while_it_is_cancelled_leaves_nothing_behind()
    {
        using var mux = TestMux.Start();
        mux.Postgres.HoldsCancels = true;
        var client = mux.Login();
        client.Send(RawMessages.Query("WAIT"));
        mux.Cancel(client);
        client.Reset();
        foreach (var cancel in mux.Postgres.Cancels)
        {
            cancel.Deliver();
        }

        Assert.That(mux.Counts.Servers, Is.Zero);
    }

    [Test, Property("Row", "X08"), Property("Row", "B122")]
    public void A_storm_of_cancels_is_bounded()
    {
        using var mux = TestMux.Start(("max_client_conn", "1000"));
        mux.Postgres.HoldsCancels = true;
        var client = mux.Login();
        client.Send(RawMessages.Query("WAIT"));
        for (var i = 0; i < 200; i++)
        {
            mux.Cancel(client);
        }

        Assert.That(mux.Postgres.Cancels, Has.Count.LessThanOrEqualTo(Core.Cancellation.CancelForwarder.InFlightLimit));
        foreach (var cancel in mux.Postgres.Cancels)
        {
            cancel.Deliver();
        }

        Assert.That(client.Take(), Is.EqualTo(Cancelled));
        Assert.That(client.Query("SELECT a"), Is.EqualTo("T D(a) C(SELECT 1) Z(I)"));
    }

    [Test, Property("Row", "X09"), Property("Row", "B126")]
    public void A_cancel_while_parameters_are_synchronised_is_ignored()
    {
        using var mux = TestMux.Start();
        mux.Login();
        mux.Postgres.Single.IsAutomatic = false;
        var client = mux.Login(parameters: ("application_name", "mine"));
        client.Send(RawMessages.Query("SELECT a"));
        mux.Cancel(client);
        Assert.That(mux.Postgres.Cancels, Is.Empty);
        var server = mux.Postgres.Single;
        server.Send(Replies("mine"));
        server.Send(Testing.FakePostgres.Replies.Value("a"), Testing.FakePostgres.Replies.ReadyForQuery());
        Assert.That(client.Take(), Is.EqualTo("T D(a) C(SELECT 1) Z(I)"));
    }

    [Test, Property("Row", "K08")]
    public void Copy_in_is_cancelled_and_the_client_goes_on()
    {
        using var mux = TestMux.Start();
        mux.Postgres.IsAutomatic = false;
        var client = mux.Login();
        client.Send(RawMessages.Query("COPY"));
        mux.Postgres.Single.Send(Testing.FakePostgres.Replies.CopyInResponse());
        client.Send(RawMessages.CopyData("x"));
        mux.Cancel(client);
        Assert.That(mux.Postgres.Cancels, Has.Count.EqualTo(1));
        mux.Postgres.Single.Send(
            Testing.FakePostgres.Replies.Error("57014", "canceling statement due to user request"), Testing.FakePostgres.Replies.ReadyForQuery());
        client.Send(RawMessages.CopyData("y"), RawMessages.CopyDone());
        Assert.That(client.Take(), Is.EqualTo($"G {Cancelled}"));
        Assert.That(mux.Counts.Idle, Is.EqualTo(1));
    }

    private static byte[] Replies(string applicationName) =>
    [
        .. Testing.FakePostgres.Replies.CommandComplete("SET"),
        .. Testing.FakePostgres.Replies.ParameterStatus("application_name", applicationName),
        .. Testing.FakePostgres.Replies.ReadyForQuery(),
    ];
}
