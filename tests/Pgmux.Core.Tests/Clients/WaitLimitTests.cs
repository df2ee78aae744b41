using Pgmux.Testing.Mux;
using Pgmux.Testing.Processes;

namespace Pgmux.Core.Tests.Clients;

/// <summary>How long a query waits for a server, and what its client hears of that.</summary>
[TestFixture]
internal sealed class WaitLimitTests
{
    private const string Notice = "N(No server connection available in postgres backend, client being queued)";

    [TestCase("", "", 3)]
    [TestCase("query_wait_timeout=5", "", 5)]
    [TestCase("query_wait_timeout=5", "query_wait_timeout=7", 7)]
    [TestCase("", "query_wait_timeout=1", 1)]
    [Property("Row", "P01")]
    public void The_users_limit_counts_before_the_databases_and_the_general_one(string database, string user, double seconds)
    {
        using var mux = Start(database, user, ("query_wait_timeout", "3"));
        var (holder, waiter) = (mux.Login("bob"), mux.Login());
        holder.Query("BEGIN");
        waiter.Send(RawMessages.Query("SELECT late"));
        mux.Advance(seconds - 0.5);
        Assert.That(waiter.Take(), Is.Empty);
        mux.Advance(1);
        Assert.That(waiter.Take(), Is.EqualTo("E(53300 query_wait_timeout) EOF"));
        Assert.That(mux.Pool.Count().Waiting, Is.Zero);
        Assert.That(holder.Query("COMMIT"), Is.EqualTo("C(COMMIT) Z(I)"));
    }

    [TestCase("query_wait_timeout=0", "")]
    [TestCase("query_wait_timeout=1", "query_wait_timeout=0")]
    public void Zero_in_an_entry_is_no_limit(string database, string user)
    {
        using var mux = Start(database, user, ("query_wait_timeout", "3"));
        var (holder, waiter) = (mux.Login("bob"), mux.Login());
        holder.Query("BEGIN");
        waiter.Send(RawMessages.Query("SELECT late"));
        mux.Advance(1_000);
        holder.Query("COMMIT");
        Assert.That(waiter.Take(), Is.EqualTo("T D(late) C(SELECT 1) Z(I)"));
    }

    // One forced user, so that all share the pool: one that waits for longer stands before one whose limit is short.
    [Test]
    public void A_short_limit_ends_a_wait_behind_one_with_a_long_limit()
    {
        using var mux = Start("", "query_wait_timeout=2", ("query_wait_timeout", "100"));
        var (holder, patient, hasty) = (mux.Login("bob"), mux.Login("bob"), mux.Login());
        holder.Query("BEGIN");
        patient.Send(RawMessages.Query("SELECT a"));
        hasty.Send(RawMessages.Query("SELECT b"));
        mux.Advance(3);
        Assert.That(hasty.Take(), Is.EqualTo("E(53300 query_wait_timeout) EOF"));
        holder.Query("COMMIT");
        Assert.That(patient.Take(), Is.EqualTo("T D(a) C(SELECT 1) Z(I)"));
    }

    [Test]
    [Property("Text", "T92"), Property("Text", "T94")]
    public void A_login_that_waits_for_the_first_server_ends_by_the_same_limit()
    {
        using var mux = Start("", "query_wait_timeout=2", ("client_login_timeout", "60"), ("query_wait_notify", "1"));
        mux.Postgres.HoldsLogins = true;
        var client = mux.BeginLogin();
        mux.Advance(1.5);
        Assert.That(client.Take(), Is.Empty, "no notice before the login is complete");
        mux.Advance(1);
        Assert.That(client.Take(), Is.EqualTo("E(53300 query_wait_timeout) EOF"));

        // The server still holds the connection that it has not let in.
        mux.IsLeftBroken = true;
    }

    [TestCase("0.5", "query_timeout")]
    [TestCase("60", "query_wait_timeout")]
    [Property("Text", "T93"), Property("Text", "T94")]
    public void Query_timeout_counts_for_a_query_that_waits(string queryTimeout, string told)
    {
        using var mux = Start("", "", ("query_timeout", queryTimeout), ("query_wait_timeout", "2"), ("idle_transaction_timeout", "0"));
        var (holder, waiter) = (mux.Login("bob"), mux.Login());
        holder.Query("BEGIN");
        waiter.Send(RawMessages.Query("SELECT late"));
        mux.Advance(3);
        Assert.That(waiter.Take(), Does.EndWith($"{told}) EOF"));
    }

    [Test, Property("Row", "P01")]
    [Property("Text", "T92")]
    public void A_client_that_waits_for_longer_than_query_wait_notify_is_told_once_per_wait()
    {
        using var mux = Start("", "", ("query_wait_notify", "2"));
        var (holder, waiter) = (mux.Login("bob"), mux.Login());
        for (var round = 0; round < 2; round++)
        {
            holder.Query("BEGIN");
            waiter.Send(RawMessages.Query("SELECT a"));
            mux.Advance(1.5);
            Assert.That(waiter.Take(), Is.Empty);
            mux.Advance(10);
            Assert.That(waiter.Take(), Is.EqualTo(Notice));
            holder.Query("COMMIT");
            Assert.That(waiter.Take(), Is.EqualTo("T D(a) C(SELECT 1) Z(I)"));
        }
    }

    [Test]
    public void The_notice_stands_between_the_answers_of_a_pipeline()
    {
        using var mux = Start("", "", ("query_wait_notify", "1"));
        var (first, second) = (mux.Login("bob"), mux.Login());
        second.Send(RawMessages.Query("BEGIN"));
        first.Send(RawMessages.Parse("SELECT a"), RawMessages.Bind(), RawMessages.Execute(), RawMessages.Sync(), RawMessages.Query("SELECT b"), RawMessages.Parse("SELECT c"), RawMessages.Bind());
        mux.Advance(3);
        Assert.That(first.Take().Split(Notice), Has.Length.EqualTo(2));
        second.Query("COMMIT");
        first.Send(RawMessages.Execute(), RawMessages.Sync());
        Assert.That(first.Take(), Is.EqualTo("1 2 D(a) C(SELECT 1) Z(I) T D(b) C(SELECT 1) Z(I) 1 2 D(c) C(SELECT 1) Z(I)"));
    }

    [TestCase("0")]
    [TestCase("100")]
    public void Nobody_is_told_who_does_not_wait_so_long(string notify)
    {
        using var mux = Start("", "", ("query_wait_notify", notify));
        var (holder, waiter) = (mux.Login("bob"), mux.Login());
        holder.Query("BEGIN");
        waiter.Send(RawMessages.Query("SELECT a"));
        mux.Advance(20);
        Assert.That(waiter.Take(), Is.Empty);
    }

    [Test]
    [Property("Text", "T92")]
    public void In_session_mode_a_login_that_waits_is_told_nothing_before_it_is_complete()
    {
        using var mux = Start("", "", ("pool_mode", "session"), ("query_wait_notify", "1"), ("server_reset_query", ""));
        var holder = mux.Login("bob");
        holder.Query("SELECT a");
        var waiter = mux.BeginLogin();
        mux.Advance(5);
        Assert.That(waiter.Take(), Is.Empty);
        holder.Send(RawMessages.Terminate());
        Assert.That(waiter.Take(), Does.StartWith("R").And.EndsWith("Z(I)"));
    }

    [Test]
    public void A_reload_changes_limit_and_notice_of_who_waits_already()
    {
        using var mux = Start("", "");
        var (holder, waiter) = (mux.Login("bob"), mux.Login());
        holder.Query("BEGIN");
        waiter.Send(RawMessages.Query("SELECT a"));
        mux.Advance(10);
        Assert.That(waiter.Take(), Is.Empty);
        Assert.That(mux.Reload(Settings("", "", ("query_wait_notify", "3"))), Is.True);
        mux.Advance(0.5);
        Assert.That(waiter.Take(), Is.EqualTo(Notice));
        Assert.That(mux.Reload(Settings("query_wait_timeout=7", "")), Is.True);
        mux.Advance(0.5);
        Assert.That(waiter.Take(), Is.EqualTo("E(53300 query_wait_timeout) EOF"));
    }

    private static TestMux Start(string database, string user, params (string, string)[] settings) => TestMux.Start(Settings(database, user, settings));

    private static PgmuxSettings Settings(string database, string user, params (string, string)[] settings) =>
        TestMux.SettingsOf([("default_pool_size", "1"), .. settings]) with
        {
            Databases = new Dictionary<string, string> { ["db"] = $"{TestMux.DatabaseLine} user=bob {database}" },
            Users = new Dictionary<string, string> { ["alice"] = user },
        };
}
