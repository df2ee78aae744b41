using Pgmux.Testing.Mux;
using Pgmux.Testing.Processes;

namespace Pgmux.Core.Tests.Hosting;

/// <summary>What the console tells about the prepared statements of real clients and servers.</summary>
[TestFixture]
internal sealed class StatementConsoleTests
{
    private TestMux _mux = null!;

    [SetUp]
    public void StartMux() => _mux = TestMux.Start(("stats_users", ConsoleRows.User), ("default_pool_size", "1"));

    [TearDown]
    public void StopMux() => _mux.Dispose();

    [Test]
    public void A_statement_of_two_clients_is_one_row()
    {
        var (first, second) = (_mux.Login(), _mux.Login());
        Prepare(first, "a", "SELECT x");
        Prepare(second, "b", "SELECT x");
        Prepare(second, "c", "SELECT y");

        var rows = _mux.Show("PREPARED_STATEMENTS");
        Assert.That(rows.Select(row => row["query"]), Is.EqualTo(new[] { "SELECT x", "SELECT y" }));
        Assert.That(rows.Select(row => row["users"]), Is.EqualTo(new[] { "2", "1" }));
        Assert.That(rows.Select(row => row["servers"]), Is.EqualTo(new[] { "1", "1" }));
        Assert.That(rows.Select(row => row["hits"]), Is.EqualTo(new[] { "1", "0" }));
        Assert.That(rows.Select(row => int.Parse(row["bytes"])), Is.All.GreaterThan("SELECT x".Length));
        Assert.That(rows.Select(row => row["name"]), Is.Unique.And.All.StartsWith("pgmux_"));
    }

    [Test]
    public void Clients_and_servers_show_how_many_they_have()
    {
        var (first, second) = (_mux.Login(), _mux.Login());
        Prepare(first, "a", "SELECT x");
        Prepare(second, "b", "SELECT x");
        Prepare(second, "c", "SELECT y");

        Assert.That(
            _mux.Show("CLIENTS").Where(row => row["database"] == "db").OrderBy(row => row["ptr"], StringComparer.Ordinal).Select(row => row["prepared_statements"]),
            Is.EqualTo(new[] { "1", "2" }));
        Assert.That(_mux.Show("SERVERS").Single()["prepared_statements"], Is.EqualTo("2"));
    }

    [Test]
    public void What_nobody_has_any_more_is_not_shown()
    {
        var client = _mux.Login();
        Prepare(client, "a", "SELECT x");
        client.Close();
        Assert.That(_mux.Show("PREPARED_STATEMENTS").Single()["users"], Is.EqualTo("0"));
        _mux.Postgres.Single.Close();
        _mux.Network.RunUntilIdle();
        Assert.That(_mux.Show("PREPARED_STATEMENTS"), Is.Empty);
    }

    private static void Prepare(FakeClient client, string name, string sql)
    {
        client.Send(RawMessages.Parse(sql, name), RawMessages.Sync());
        Assert.That(client.Take(), Does.EndWith("1 Z(I)"));
    }
}
