using Pgmux.Testing.Mux;
using Pgmux.Testing.Processes;

namespace Pgmux.Core.Tests.Pooling;

/// <summary>What is asked of a server between two clients: server_reset_query, server_check_query, and whether it still lives.</summary>
[TestFixture]
internal sealed class ServerCheckTests
{
    [TestCase(1)]
    [TestCase(2)]
    public void The_reset_query_runs_between_two_sessions(int loops)
    {
        using var mux = TestMux.Start(loops, ("pool_mode", "session"), ("default_pool_size", "1"));
        var first = mux.Login();
        first.Query("SELECT a");
        var second = mux.BeginLogin();
        second.Send(RawMessages.Query("SELECT b"));
        Assert.That(second.Take(), Is.Empty);
        first.Send(RawMessages.Terminate());
        Assert.That(second.Take(), Does.EndWith("Z(I) T D(b) C(SELECT 1) Z(I)"));
        Assert.That(mux.Postgres.Single.Executed, Is.EqualTo(new[] { "SELECT a", "DISCARD ALL", "SELECT b" }));
        Assert.That(mux.Postgres.Logins, Is.EqualTo(1), "the reset server was used again");
    }

    [Test]
    public void The_reset_query_runs_in_transaction_mode_only_when_it_always_does()
    {
        using var mux = TestMux.Start(("server_reset_query_always", "1"));
        mux.Login().Query("SELECT a");
        Assert.That(mux.Postgres.Single.Executed, Is.EqualTo(new[] { "SELECT a", "DISCARD ALL" }));
    }

    [Test, Property("Row", "P12")]
    public void A_server_whose_reset_fails_is_closed_and_the_next_client_gets_another()
    {
        using var mux = TestMux.Start(("pool_mode", "session"), ("default_pool_size", "1"), ("server_reset_query", "FAIL"));
        var first = mux.Login();
        first.Query("SELECT a");
        var second = mux.BeginLogin();
        second.Send(RawMessages.Query("SELECT b"));
        first.Send(RawMessages.Terminate());
        mux.Advance(1);
        Assert.That(second.Take(), Does.EndWith("Z(I) T D(b) C(SELECT 1) Z(I)"));
        Assert.That(mux.Postgres.Logins, Is.EqualTo(2));
    }

    [Test, Property("Row", "P12")]
    public void A_server_whose_reset_hangs_is_closed()
    {
        using var mux = TestMux.Start(("pool_mode", "session"), ("server_reset_query", "WAIT"), ("server_connect_timeout", "3"));
        var client = mux.Login();
        client.Query("SELECT a");
        client.Send(RawMessages.Terminate());
        Assert.That(mux.Counts.Tested, Is.EqualTo(1));
        mux.Advance(4);
        Assert.That(mux.Counts.Servers, Is.Zero);
        mux.Postgres.Single.Release();
        Assert.That(mux.Postgres.Open, Is.Empty);
    }

    [Test]
    public void A_server_that_was_idle_for_long_is_checked_before_it_is_lent()
    {
        using var mux = TestMux.Start(("server_check_query", "SELECT ok"), ("server_check_delay", "10"));
        var client = mux.Login();
        client.Query("SELECT a");
        client.Query("SELECT b");
        mux.Advance(11);
        Assert.That(client.Query("SELECT c"), Is.EqualTo("T D(c) C(SELECT 1) Z(I)"));
        Assert.That(mux.Postgres.Single.Executed, Is.EqualTo(new[] { "SELECT a", "SELECT b", "SELECT ok", "SELECT c" }));
    }

    [Test]
    public void A_check_delay_of_zero_checks_every_time()
    {
        using var mux = TestMux.Start(("server_check_query", "SELECT ok"), ("server_check_delay", "0"));
        var client = mux.Login();
        client.Query("SELECT a");
        client.Query("SELECT b");
        Assert.That(mux.Postgres.Single.Executed, Is.EqualTo(new[] { "SELECT ok", "SELECT a", "SELECT ok", "SELECT b" }));
    }

    [TestCase("FAIL")]
    [TestCase("FATAL")]
    [TestCase("BEGIN")]
    public void A_server_that_fails_its_check_is_replaced_and_the_client_hears_nothing(string check)
    {
        using var mux = TestMux.Start(("server_check_query", check), ("server_check_delay", "10"));
        var client = mux.Login();
        client.Query("SELECT a");
        mux.Advance(11);
        client.Send(RawMessages.Query("SELECT b"));
        mux.Advance(1);
        Assert.That(client.Take(), Is.EqualTo("T D(b) C(SELECT 1) Z(I)"));
        Assert.That(mux.Postgres.Logins, Is.EqualTo(2));
    }

    [TestCase(1)]
    [TestCase(2)]
    public void Nobody_waits_while_a_server_is_idle_although_another_is_being_checked(int loops)
    {
        using var mux = TestMux.Start(loops, ("default_pool_size", "2"), ("server_check_delay", "10"));
        var (first, second) = (mux.Login(), mux.Login());
        first.Query("BEGIN");
        second.Query("BEGIN");
        first.Query("COMMIT");
        second.Query("COMMIT");
        mux.Advance(11);
        first.Write(RawMessages.Query("BEGIN"));
        second.Write(RawMessages.Query("BEGIN"));
        mux.Network.RunUntilIdle();
        Assert.That(first.Take(), Is.EqualTo("C(BEGIN) Z(T)"));
        Assert.That(second.Take(), Is.EqualTo("C(BEGIN) Z(T)"));
    }

    [Test]
    public void A_server_that_dies_while_it_is_lent_is_replaced_from_the_idle_ones()
    {
        using var mux = TestMux.Start(loops: 2, ("default_pool_size", "2"));
        var (first, second) = (mux.Login(), mux.Login());
        first.Query("BEGIN");
        second.Query("BEGIN");
        first.Query("COMMIT");
        second.Query("COMMIT");
        mux.Postgres.Refusal = Testing.FakePostgres.Replies.Fatal("57P03", "starting up");
        foreach (var server in mux.Postgres.Open.Skip(1).ToArray())
        {
            server.Reset();
        }

        Assert.That(first.Query("BEGIN"), Is.EqualTo("C(BEGIN) Z(T)"));
        mux.Postgres.Refusal = null;
        mux.Advance(1);
        Assert.That(second.Query("BEGIN"), Is.EqualTo("C(BEGIN) Z(T)"));
    }
}
