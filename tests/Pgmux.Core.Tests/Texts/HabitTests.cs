using System.Globalization;
using Pgmux.Core.Tests.Hosting;
using Pgmux.Testing.Mux;
using Pgmux.Testing.Processes;

namespace Pgmux.Core.Tests.Texts;

/// <summary>Habits of PgBouncer that scripts count on without looking for a text.</summary>
[TestFixture]
internal sealed class HabitTests
{
    [Test, Property("Text", "T20")]
    public void Connections_of_both_kinds_are_numbered_by_one_counter_without_a_gap()
    {
        using var mux = TestMux.Start(("stats_users", ConsoleRows.User), ("default_pool_size", "3"));
        var clients = new List<FakeClient>();
        for (var i = 0; i < 3; i++)
        {
            clients.Add(mux.Login());
            clients[^1].Query("BEGIN");
        }

        var sockets = mux.Show("SOCKETS");
        var ids = Ids(sockets);
        Assert.That(ids, Is.EqualTo(Enumerable.Range(ids[0], 7)), "three clients, three servers, and the one that asks");
        Assert.That(Ids(mux.Show("CLIENTS").Concat(mux.Show("SERVERS"))).Intersect(ids), Is.EqualTo(ids[..6]), "the same numbers in all tables");

        // One number for each of the two that have asked, and one for this one.
        var next = Ids(mux.Show("CLIENTS"))[^1];
        mux.Login().Close();
        Assert.That(Ids(mux.Show("CLIENTS"))[^1], Is.EqualTo(next + 2), "one for the client that has come and gone");
    }

    [Test, Property("Text", "T25")]
    public void A_value_that_the_server_has_reported_in_its_own_form_is_not_set_again()
    {
        using var mux = TestMux.Start(("default_pool_size", "1"));
        var (first, second) = (mux.Login(parameters: ("datestyle", "German")), mux.Login(parameters: ("DateStyle", "German")));
        for (var round = 0; round < 3; round++)
        {
            first.Query("SELECT a");
            second.Query("SELECT b");
        }

        Assert.That(mux.Postgres.Single.Parameters["DateStyle"], Is.EqualTo("German, MDY"));
        Assert.That(mux.Postgres.Single.Executed.Count(sql => sql.Contains("DateStyle", StringComparison.OrdinalIgnoreCase)), Is.EqualTo(2), "once for each client");
    }

    [Test, Property("Text", "T111")]
    public void The_consoles_own_commands_count_in_STATS()
    {
        using var mux = TestMux.Start(("stats_users", ConsoleRows.User));
        var console = mux.Login("admin", "pgbouncer");
        var before = Count(mux);
        console.Query("SHOW VERSION");
        console.Query("SHOW POOLS");
        console.Query("SHOW nonsense");
        Assert.That(Count(mux) - before, Is.EqualTo(4), "and the SHOW STATS that has asked before");
    }

    [Test, Property("Text", "T110")]
    public void HELP_is_one_notice_with_every_command_in_its_detail_and_no_rows()
    {
        using var mux = TestMux.Start();
        var console = mux.Login("admin", "pgbouncer");
        console.Take();
        console.Send(RawMessages.Query("SHOW HELP"));
        var notice = console.Replies[0];
        Assert.That(string.Join(' ', console.Replies.Select(FakeClient.Describe)), Is.EqualTo("N(Console usage) C(SHOW) Z(I)"));
        foreach (var command in new[] { "SHOW HELP|", "DATABASES", "POOLS", "STATS", "SET key = arg", "RELOAD", "PAUSE", "RESUME", "DISABLE", "ENABLE", "RECONNECT", "KILL", "SUSPEND", "SHUTDOWN", "WAIT_CLOSE" })
        {
            Assert.That(notice.Field('D'), Does.Contain(command));
        }
    }

    private static int[] Ids(IEnumerable<Dictionary<string, string>> rows) =>
        [.. rows.Select(row => int.Parse(row["id"], CultureInfo.InvariantCulture)).Order()];

    private static long Count(TestMux mux) =>
        long.Parse(mux.Show("STATS").Single(row => row["database"] == "pgbouncer")["total_query_count"], CultureInfo.InvariantCulture);
}
