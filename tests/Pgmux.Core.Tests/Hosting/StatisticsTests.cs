using Pgmux.Core.Pooling;
using Pgmux.Testing.Mux;

namespace Pgmux.Core.Tests.Hosting;

/// <summary>Counts of prepared statements, from the pool's counters to the console.</summary>
[TestFixture]
internal sealed class StatisticsTests
{
    // A period of 10 seconds ends with the first sweep behind it, up to a third of a second later.
    private const double Period = 10.4;

    private TestMux _mux = null!;
    private PoolCounters _counters = null!;

    [SetUp]
    public void StartMux()
    {
        _mux = TestMux.Start(("stats_period", "10"), ("stats_users", ConsoleRows.User));

        // The pool is made for its first client.
        _mux.Login();
        _counters = _mux.Pool.CountersOf(_mux.Network.Loops[0]);
    }

    [TearDown]
    public void StopMux() => _mux.Dispose();

    [Test]
    public void Parses_and_binds_are_totals_since_the_start_and_averages_per_second()
    {
        Count(clientParses: 37, serverParses: 15, binds: 26);
        _mux.Advance(Period);
        Assert.That(Show("STATS"), Is.SupersetOf(new[]
        {
            "total_client_parse_count=37", "total_server_parse_count=15", "total_bind_count=26",
            "avg_client_parse_count=3", "avg_server_parse_count=1", "avg_bind_count=2",
        }));

        Count(clientParses: 15, serverParses: 48, binds: 0);
        _mux.Advance(Period);
        Assert.That(Show("STATS_TOTALS"), Is.SupersetOf(new[] { "client_parse_count=52", "server_parse_count=63", "bind_count=26" }));
        Assert.That(Show("STATS_AVERAGES"), Is.SupersetOf(new[] { "avg_client_parse_count=1", "avg_server_parse_count=4", "avg_bind_count=0" }));
    }

    [Test]
    public void The_log_tells_their_averages_in_PgBouncers_words()
    {
        Count(clientParses: 37, serverParses: 15, binds: 26);
        _mux.Advance(Period);
        Assert.That(
            _mux.Log.Events.Select(entry => entry.Text),
            Has.Some.Matches("^stats: [0-9]+ xacts/s, [0-9]+ queries/s, 3 client parses/s, 1 server parses/s, 2 binds/s, in [0-9]+ B/s, "));
    }

    private void Count(long clientParses, long serverParses, long binds)
    {
        _counters.ClientParses += clientParses;
        _counters.ServerParses += serverParses;
        _counters.Binds += binds;
    }

    // The row of "db" as name=value.
    private IEnumerable<string> Show(string what)
        => _mux.Show(what).Single(row => row["database"] == "db").Select(column => $"{column.Key}={column.Value}");
}
