using Pgmux.Core.Admin;
using Pgmux.Testing.Mux;
using Pgmux.Testing.Processes;

namespace Pgmux.Core.Tests.Hosting;

[TestFixture]
internal sealed class ShutdownTests
{
    [Test, Property("Row", "Z01"), Property("Row", "Z02"), Property("Row", "B217")]
    [Property("Text", "T99")]
    public void At_once_ends_everybody_with_a_word()
    {
        using var mux = TestMux.Start(("default_pool_size", "1"));
        var (idle, busy, waiting) = (mux.Login(), mux.Login(), mux.Login());
        busy.Send(RawMessages.Query("WAIT"));
        waiting.Send(RawMessages.Query("SELECT a"));
        mux.Shutdown(ShutdownMode.Immediate);
        Assert.That(new[] { idle, busy, waiting }.Select(client => client.Take()), Is.All.EqualTo("E(57P01 server shutting down) EOF"));
        mux.Advance(2);
        Assert.That(mux.Mux.Stopped.IsCompleted, Is.True);
        Assert.That(mux.Postgres.Open, Is.Empty);
    }

    [Test, Property("Row", "Z01"), Property("Row", "Z02")]
    public void Waiting_for_servers_lets_transactions_end_and_begins_no_more()
    {
        using var mux = TestMux.Start();
        var (inTransaction, next) = (mux.Login(), mux.Login());
        inTransaction.Query("BEGIN");
        mux.Shutdown(ShutdownMode.WaitForServers);
        next.Send(RawMessages.Query("SELECT never"));
        mux.Advance(5);
        Assert.That(mux.Mux.Stopped.IsCompleted, Is.False);
        Assert.That(inTransaction.Query("SELECT a"), Is.EqualTo("T D(a) C(SELECT 1) Z(T)"));
        Assert.That(inTransaction.Query("COMMIT"), Does.StartWith("C(COMMIT) Z(I)"));
        mux.Advance(3);
        Assert.That(mux.Mux.Stopped.IsCompleted, Is.True);
        Assert.That(next.Take(), Is.EqualTo("E(57P01 server shutting down) EOF"));
        Assert.That(mux.Postgres.Servers.SelectMany(server => server.Executed), Does.Not.Contain("SELECT never"));
    }

    [Test, Property("Row", "Z01"), Property("Row", "Z02")]
    public void Waiting_for_clients_serves_them_until_they_leave()
    {
        using var mux = TestMux.Start();
        var client = mux.Login();
        mux.Shutdown(ShutdownMode.WaitForClients);
        mux.Advance(10);
        Assert.That(client.Query("SELECT a"), Is.EqualTo("T D(a) C(SELECT 1) Z(I)"));
        Assert.That(mux.Mux.Stopped.IsCompleted, Is.False);
        client.Send(RawMessages.Terminate());
        mux.Advance(3);
        Assert.That(mux.Mux.Stopped.IsCompleted, Is.True);
    }

    [TestCase(ShutdownMode.WaitForClients)]
    [TestCase(ShutdownMode.WaitForServers)]
    [Property("Row", "Z01"), Property("Row", "B218")]
    public void A_second_request_means_now(object mode)
    {
        using var mux = TestMux.Start();
        var client = mux.Login();
        client.Query("BEGIN");
        mux.Shutdown((ShutdownMode)mode);
        mux.Advance(2);
        Assert.That(client.Take(), Is.Empty);
        mux.Shutdown((ShutdownMode)mode);
        Assert.That(client.Take(), Is.EqualTo("E(57P01 server shutting down) EOF"));
        mux.Advance(2);
        Assert.That(mux.Mux.Stopped.IsCompleted, Is.True);
    }

    [Test, Property("Row", "Z03")]
    [Property("Text", "T100")]
    public void A_login_that_began_before_the_shutdown_is_refused()
    {
        using var mux = TestMux.Start();
        var staying = mux.Login();
        var late = mux.Connect();
        staying.Query("BEGIN");
        mux.Shutdown(ShutdownMode.WaitForServers);
        late.Send(RawMessages.Startup(("user", "alice"), ("database", "db")));
        Assert.That(late.Take(), Is.EqualTo("E(57P03 pooler is shutting down) EOF"));
        Assert.That(staying.Query("COMMIT"), Is.EqualTo("C(COMMIT) Z(I)"));
    }

    [Test, Property("Row", "Z03"), Property("Row", "Z05")]
    public void A_client_that_had_connected_before_a_shutdown_that_waits_for_clients_is_let_in_and_waited_for()
    {
        using var mux = TestMux.Start();
        mux.Login().Close();
        var late = mux.Connect();
        mux.Shutdown(ShutdownMode.WaitForClients);
        late.Send(RawMessages.Startup(("user", "alice"), ("database", "db")));
        Assert.That(late.Take(), Does.EndWith("Z(I)"));
        mux.Advance(10);
        Assert.That(mux.Mux.Stopped.IsCompleted, Is.False);
        Assert.That(late.Query("SELECT a"), Is.EqualTo("T D(a) C(SELECT 1) Z(I)"));
        late.Close();
        mux.Advance(10);
        Assert.That(mux.Mux.Stopped.IsCompleted, Is.True);
    }

    [Test, Property("Row", "Z05")]
    public void Draining_sends_clients_away_one_after_another_each_at_the_end_of_its_transaction([Values(1, 2)] int loops)
    {
        using var mux = TestMux.Start(loops, ("shutdown_drain_timeout", "10"), ("default_pool_size", "10"));
        var idle = Enumerable.Range(0, 8).Select(_ => mux.Login()).ToArray();
        var inside = mux.Login();
        inside.Query("BEGIN");
        mux.Shutdown(ShutdownMode.WaitForClients);
        Assert.That(idle.Select(client => client.Take()), Is.All.Empty, "nobody goes at once");

        mux.Advance(4);
        var gone = idle.Count(client => client.Take().Length > 0);
        Assert.That(gone, Is.InRange(3, 6), "about half of them after half of the time for it");
        mux.Advance(4.5);
        Assert.That(idle.Select(client => client.IsClosed), Is.All.True);
        Assert.That(inside.Query("SELECT a"), Is.EqualTo("T D(a) C(SELECT 1) Z(T)"));
        Assert.That(inside.Query("COMMIT"), Is.EqualTo("C(COMMIT) Z(I) E(57P01 server shutting down) EOF"));
        mux.Advance(1);
        Assert.That(mux.Mux.Stopped.IsCompleted, Is.True);
    }

    [Test, Property("Row", "Z05")]
    public void Draining_ends_session_pooled_clients_between_two_transactions_and_cuts_off_who_stays_inside()
    {
        using var mux = TestMux.Start(("shutdown_drain_timeout", "10"), ("pool_mode", "session"));
        var (outside, inside) = (mux.Login(), mux.Login());
        outside.Query("SELECT a");
        inside.Query("BEGIN");
        mux.Shutdown(ShutdownMode.WaitForClients);
        mux.Advance(9);
        Assert.That((outside.Take(), inside.Take()), Is.EqualTo(("E(57P01 server shutting down) EOF", "")));
        Assert.That(mux.Mux.Stopped.IsCompleted, Is.False);
        mux.Advance(3);
        Assert.That(inside.Take(), Is.EqualTo("E(57P01 server shutting down) EOF"));
        Assert.That(mux.Mux.Stopped.IsCompleted, Is.True);
    }
}
