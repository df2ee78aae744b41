using Pgmux.Testing.Mux;
using Pgmux.Testing.Processes;

namespace Pgmux.Core.Tests.Clients;

/// <summary>disable_pqexec: who sends a simple query is closed, whatever is in it.</summary>
[TestFixture]
internal sealed class SimpleQueryRefusalTests
{
    private const string Refused = "E(0A000 PQexec disallowed) EOF";

    [TestCase("SELECT 1; DROP TABLE t")]
    [TestCase("SELECT 1")]
    [TestCase("")]
    public void A_simple_query_ends_its_client_and_reaches_no_server(string sql)
    {
        using var mux = TestMux.Start(("disable_pqexec", "1"));
        var client = mux.Login();
        Assert.That(client.Query(sql), Is.EqualTo(Refused));
        Assert.That(mux.Postgres.Servers.SelectMany(server => server.Executed), Is.Empty);
        var texts = mux.Log.Events.Select(entry => entry.Text).ToArray();
        Assert.That(texts, Has.Some.Match("^C-.*: db/alice@.* client used \"Query\" packet type$"));
        Assert.That(texts, Has.Some.Match("^C-.* closing because: PQexec disallowed"));
    }

    [Test]
    public void An_extended_query_is_served()
    {
        using var mux = TestMux.Start(("disable_pqexec", "1"));
        var client = mux.Login();
        Assert.That(client.Ask(RawMessages.Parse("SELECT a"), RawMessages.Bind(), RawMessages.Execute(), RawMessages.Sync()), Is.EqualTo("1 2 D(a) C(SELECT 1) Z(I)"));
    }

    [Test]
    public void In_a_transaction_its_server_goes_with_it()
    {
        using var mux = TestMux.Start(("disable_pqexec", "1"));
        var client = mux.Login();
        client.Ask(RawMessages.Parse("BEGIN"), RawMessages.Bind(), RawMessages.Execute(), RawMessages.Sync());
        Assert.That(client.Query("COMMIT"), Is.EqualTo(Refused));
        Assert.That(mux.Postgres.Open, Is.Empty);
    }

    [Test]
    public void A_reload_does_not_change_it()
    {
        using var mux = TestMux.Start();
        var client = mux.Login();
        Assert.That(mux.Reload(TestMux.SettingsOf(("disable_pqexec", "1"))), Is.True);
        Assert.That(client.Query("SELECT a"), Is.EqualTo("T D(a) C(SELECT 1) Z(I)"));
        Assert.That(mux.Login("admin", "pgbouncer").Query("SHOW VERSION"), Does.EndWith("Z(I)"));
    }
}
