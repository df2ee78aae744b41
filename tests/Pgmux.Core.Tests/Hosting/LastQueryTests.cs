using Pgmux.Core.Admin;
using Pgmux.Testing.FakePostgres;
using Pgmux.Testing.Mux;
using Pgmux.Testing.Processes;

namespace Pgmux.Core.Tests.Hosting;

/// <summary>Queries that something else than their client ends.</summary>
[TestFixture]
internal sealed class LastQueryTests
{
    // There is no time limit of a shutdown to set: a second request, or the signal, says that the waiting is over.
    [TestCase(ShutdownMode.WaitForClients)]
    [TestCase(ShutdownMode.WaitForServers)]
    [Property("Row", "B219")]
    public void The_end_of_a_shutdowns_patience_cancels_what_servers_still_run(object mode)
    {
        using var mux = TestMux.Start();
        var clients = Enumerable.Range(0, 3).Select(_ => mux.Login()).ToArray();
        foreach (var client in clients)
        {
            client.Take();
            client.Send(RawMessages.Query("WAIT"));
        }

        mux.Shutdown((ShutdownMode)mode);
        mux.Advance(10);
        Assert.That(mux.Postgres.Cancels, Is.Empty, "it waits");
        mux.Shutdown((ShutdownMode)mode);
        mux.Advance(1);
        Assert.That(mux.Postgres.Cancels.Select(cancel => cancel.Target), Is.Unique.And.EquivalentTo(mux.Postgres.Servers));
        Assert.That(mux.Postgres.Servers.Select(server => server.IsWaiting), Is.All.False);
        Assert.That(mux.Postgres.Open, Is.Empty);
        Assert.That(clients.Select(client => client.Take()), Is.All.EqualTo("E(57P01 server shutting down) EOF"));
    }

    // PostgreSQL's own, since 17, ends the session.
    [TestCase("idle in it")]
    [TestCase("in a query")]
    [Property("Row", "P04")]
    public void PostgreSQLs_transaction_timeout_reaches_the_client_once(string where)
    {
        using var mux = TestMux.Start(("default_pool_size", "1"));
        var client = mux.Login();
        client.Query("BEGIN");
        var server = mux.Postgres.Single;
        if (where == "in a query")
        {
            server.IsAutomatic = false;
            client.Send(RawMessages.Query("SELECT a"));
        }

        client.Take();
        server.Send(Replies.Fatal("25P04", "terminating connection due to transaction timeout"));
        server.Close();
        Assert.That(client.Take(), Is.EqualTo("E(25P04 terminating connection due to transaction timeout) EOF"));
        Assert.That(mux.Login().Query("SELECT a"), Is.EqualTo("T D(a) C(SELECT 1) Z(I)"));
    }

    // An option to renew the pool then does not exist.
    [Test, Property("Row", "S16")]
    public void A_server_that_has_become_read_only_says_so_itself_and_stays_in_use()
    {
        using var mux = TestMux.Start(("default_pool_size", "1"));
        var client = mux.Login();
        client.Take();
        Assert.That(client.Query("FAIL 25006"), Does.Match(@"^E\(25006 .*\) Z\(I\)$"));
        Assert.That(client.Query("BEGIN"), Is.EqualTo("C(BEGIN) Z(T)"));
        Assert.That(client.Query("FAIL 25006"), Does.Match(@"^E\(25006 .*\) Z\(E\)$"));
        Assert.That(client.Query("ROLLBACK"), Is.EqualTo("C(ROLLBACK) Z(I)"));
        Assert.That(client.Query("SELECT a"), Is.EqualTo("T D(a) C(SELECT 1) Z(I)"));
        Assert.That(mux.Postgres.Logins, Is.EqualTo(1));
    }
}
