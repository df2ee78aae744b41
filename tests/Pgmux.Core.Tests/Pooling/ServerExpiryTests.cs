using Pgmux.Testing.Mux;
using Pgmux.Testing.Processes;

namespace Pgmux.Core.Tests.Pooling;

/// <summary>Servers that nobody needs any more, or that have grown too old.</summary>
[TestFixture]
internal sealed class ServerExpiryTests
{
    [Test]
    public void Idle_servers_expire_down_to_the_minimum_of_the_pool()
    {
        using var mux = TestMux.Start(("min_pool_size", "2"), ("server_idle_timeout", "60"), ("default_pool_size", "5"));
        var clients = Enumerable.Range(0, 5).Select(_ => mux.Login()).ToArray();
        foreach (var client in clients)
        {
            client.Query("BEGIN");
        }

        foreach (var client in clients)
        {
            client.Query("COMMIT");
        }

        Assert.That(mux.Counts.Idle, Is.EqualTo(5));
        mux.Advance(70);
        Assert.That(mux.Counts.Idle, Is.EqualTo(2));
        Assert.That(mux.Postgres.Logins, Is.EqualTo(5), "nothing was closed to be opened again");
    }

    [Test]
    public void A_pool_that_has_had_a_client_keeps_its_minimum_open()
    {
        using var mux = TestMux.Start(("min_pool_size", "3"));
        mux.Login().Query("SELECT a");
        mux.Advance(5);
        Assert.That(mux.Counts.Idle, Is.EqualTo(3));
        mux.Postgres.Open[0].Reset();
        mux.Advance(5);
        Assert.That(mux.Counts.Idle, Is.EqualTo(3));
    }

    [Test, Property("Row", "P06")]
    public void A_server_that_is_too_old_is_closed_after_its_transaction_and_not_in_it()
    {
        using var mux = TestMux.Start(("server_lifetime", "60"), ("default_pool_size", "1"));
        var client = mux.Login();
        client.Query("BEGIN");
        mux.Advance(100);
        Assert.That(client.Query("SELECT a"), Is.EqualTo("T D(a) C(SELECT 1) Z(T)"));
        Assert.That(client.Query("COMMIT"), Is.EqualTo("C(COMMIT) Z(I)"));
        Assert.That(mux.Postgres.Open, Is.Empty);
        Assert.That(client.Query("SELECT b"), Is.EqualTo("T D(b) C(SELECT 1) Z(I)"));
    }

    [Test, Property("Row", "P06")]
    public void Servers_of_one_age_do_not_expire_all_at_once()
    {
        using var mux = TestMux.Start(("server_lifetime", "100"), ("server_idle_timeout", "0"), ("default_pool_size", "4"));
        var clients = Enumerable.Range(0, 4).Select(_ => mux.Login()).ToArray();
        foreach (var client in clients)
        {
            client.Query("BEGIN");
        }

        foreach (var client in clients)
        {
            client.Query("COMMIT");
        }

        mux.Advance(101);
        Assert.That(mux.Counts.Idle, Is.EqualTo(3));
        mux.Advance(26);
        Assert.That(mux.Counts.Idle, Is.EqualTo(2));
    }

    [Test]
    public void A_lifetime_of_zero_uses_each_server_once()
    {
        using var mux = TestMux.Start(("server_lifetime", "0"));
        var client = mux.Login();
        client.Query("SELECT a");
        client.Query("SELECT b");
        Assert.That(mux.Postgres.Servers.Select(server => server.Executed.Single()), Is.EqualTo(new[] { "SELECT a", "SELECT b" }));
    }
}
