using Pgmux.Testing.FakePostgres;
using Pgmux.Testing.Mux;
using Pgmux.Testing.Processes;

namespace Pgmux.Core.Tests.Hosting;

[TestFixture]
internal sealed class ReloadTests
{
    [Test, Property("Row", "B31"), Property("Row", "Z09")]
    public void A_reload_without_a_change_closes_nothing()
    {
        using var mux = TestMux.Start();
        var client = mux.Login();
        client.Query("BEGIN");
        for (var i = 0; i < 10; i++)
        {
            Assert.That(mux.Reload(TestMux.SettingsOf()), Is.True);
        }

        Assert.That(client.Query("COMMIT"), Is.EqualTo("C(COMMIT) Z(I)"));
        Assert.That(mux.Counts.Idle, Is.EqualTo(1));
        Assert.That(mux.Postgres.Logins, Is.EqualTo(1));
    }

    [Test, Property("Row", "B210"), Property("Row", "Z09")]
    public void Reloads_of_A_B_and_A_end_as_A()
    {
        using var mux = TestMux.Start(("query_wait_timeout", "100"));
        mux.Login();
        Assert.That(mux.Reload(TestMux.SettingsOf(("query_wait_timeout", "1"))), Is.True);
        Assert.That(mux.Pool.Policy.QueryWaitTimeout, Is.EqualTo(TimeSpan.FromSeconds(1)));
        Assert.That(mux.Reload(TestMux.SettingsOf(("query_wait_timeout", "100"))), Is.True);
        Assert.That(mux.Pool.Policy.QueryWaitTimeout, Is.EqualTo(TimeSpan.FromSeconds(100)));
    }

    [TestCase("max_prepared_statements", "0", "200")]
    [TestCase("pool_mode", "session", "transaction")]
    [Property("Row", "Z08"), Property("Row", "B145")]
    public void Servers_from_before_statements_followed_their_clients_are_closed(string setting, string before, string after)
    {
        (string, string)[] Settings(string value) => [(setting, value), ("server_reset_query", ""), ("default_pool_size", "1")];
        using var mux = TestMux.Start(Settings(before));
        var leaving = mux.Login();
        leaving.Send(RawMessages.Parse("SELECT secret", "a"), RawMessages.Sync());
        leaving.Close();
        Assert.That(mux.Reload(TestMux.SettingsOf(Settings(after))), Is.True);
        var client = mux.Login();
        client.Send(RawMessages.Bind("a"), RawMessages.Execute(), RawMessages.Sync());
        Assert.That(client.Take(), Is.EqualTo("E(26000 prepared statement \"a\" does not exist) Z(I)"));
        Assert.That(mux.Postgres.Logins, Is.EqualTo(2));
    }

    [Test, Property("Row", "Z06"), Property("Row", "B214")]
    public void A_bad_file_changes_nothing()
    {
        using var mux = TestMux.Start();
        var client = mux.Login();
        Assert.That(mux.Reload(TestMux.SettingsOf(("pool_mode", "nonsense"))), Is.False);
        Assert.That(client.Query("SELECT a"), Is.EqualTo("T D(a) C(SELECT 1) Z(I)"));
    }

    [Test, Property("Row", "Z07")]
    [Property("Text", "T101")]
    public void A_database_that_is_removed_takes_its_clients_and_servers_along()
    {
        using var mux = TestMux.Start();
        var (idle, busy) = (mux.Login(), mux.Login());
        busy.Send(RawMessages.Query("WAIT"));
        mux.Reload(Only("other", 5432));
        Assert.That(idle.Take(), Is.EqualTo("E(57P01 database removed) EOF"));
        Assert.That(busy.Take(), Is.EqualTo("E(57P01 database removed) EOF"));
        Assert.That(mux.BeginLogin().Take(), Is.EqualTo("E(3D000 no such database: db) EOF"));
        Assert.That(mux.Login(database: "other").Query("SELECT a"), Is.EqualTo("T D(a) C(SELECT 1) Z(I)"));
    }

    [Test, Property("Row", "Z08")]
    public void Servers_of_an_old_address_end_with_their_transaction_and_new_ones_are_at_the_new()
    {
        using var mux = TestMux.Start();
        var next = new FakePostgres(mux.Network, mux.Network.Loops[^1], 5433);
        var (inTransaction, idle) = (mux.Login(), mux.Login());
        inTransaction.Query("BEGIN");
        idle.Query("SELECT a");
        mux.Reload(Only("db", 5433));
        Assert.That(idle.Query("SELECT b"), Is.EqualTo("T D(b) C(SELECT 1) Z(I)"));
        Assert.That(next.Single.Executed, Is.EqualTo(new[] { "SELECT b" }));
        Assert.That(inTransaction.Query("COMMIT"), Is.EqualTo("C(COMMIT) Z(I)"));
        Assert.That(mux.Postgres.Open, Is.Empty);
        Assert.That(inTransaction.Query("SELECT c"), Is.EqualTo("T D(c) C(SELECT 1) Z(I)"));
        mux.IsLeftBroken = true;
    }

    [Test, Property("Row", "P07")]
    public void A_smaller_pool_drains_without_cutting_and_a_larger_one_grows_at_once()
    {
        using var mux = TestMux.Start(("default_pool_size", "3"), ("server_idle_timeout", "20"));
        var clients = Enumerable.Range(0, 3).Select(_ => mux.Login()).ToArray();
        foreach (var client in clients)
        {
            client.Query("BEGIN");
        }

        mux.Reload(TestMux.SettingsOf(("default_pool_size", "1"), ("server_idle_timeout", "20")));
        var waiter = mux.Login();
        waiter.Send(RawMessages.Query("BEGIN"));
        Assert.That(waiter.Take(), Is.Empty);
        mux.Reload(TestMux.SettingsOf(("default_pool_size", "4"), ("server_idle_timeout", "20")));
        mux.Advance(1);
        Assert.That(waiter.Take(), Is.EqualTo("C(BEGIN) Z(T)"));
        Assert.That(clients.Select(client => client.Query("COMMIT")), Is.All.EqualTo("C(COMMIT) Z(I)"));
    }

    private static PgmuxSettings Only(string database, int port) => TestMux.SettingsOf() with
    {
        Databases = new Dictionary<string, string> { [database] = $"host=127.0.0.1 port={port}" },
    };
}
