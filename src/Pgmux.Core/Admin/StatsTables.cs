using static Pgmux.Core.Admin.ConsoleColumn;

namespace Pgmux.Core.Admin;

/// <summary>SHOW STATS, STATS_TOTALS, STATS_AVERAGES and TOTALS: the same numbers under four sets of names.</summary>
internal static class StatsTables
{
    private static readonly string[] Names =
    [
        "server_assignment_count",
        "xact_count",
        "query_count",
        "received",
        "sent",
        "xact_time",
        "query_time",
        "wait_time",
        "client_parse_count",
        "server_parse_count",
        "bind_count",
    ];

    /// <summary>SHOW STATS.</summary>
    public static readonly ShowCommand Stats = ShowCommand.Of(
        "stats",
        [
            Text("database"),
            .. Names.Select(name => Numeric($"total_{name}")),
            .. Names.Select(name => Numeric(name == "received" ? "avg_recv" : $"avg_{name}")),
        ],
        source => source.GetStatsAsync(),
        (_, row) => [row.Database, .. ValuesOf(row.Totals), .. ValuesOf(row.Averages)]);

    /// <summary>SHOW STATS_TOTALS.</summary>
    public static readonly ShowCommand StatsTotals = ShowCommand.Of(
        "stats_totals",
        [Text("database"), .. Names.Select(name => Numeric(BytesName(name)))],
        source => source.GetStatsAsync(),
        (_, row) => [row.Database, .. ValuesOf(row.Totals)]);

    /// <summary>SHOW STATS_AVERAGES.</summary>
    public static readonly ShowCommand StatsAverages = ShowCommand.Of(
        "stats_averages",
        [Text("database"), .. Names.Select(name => Numeric(IsPreparedCount(name) ? $"avg_{name}" : BytesName(name)))],
        source => source.GetStatsAsync(),
        (_, row) => [row.Database, .. ValuesOf(row.Averages)]);

    /// <summary>SHOW TOTALS.</summary>
    public static readonly ShowCommand Totals = new()
    {
        Word = "totals",
        Columns = [Text("name"), Numeric("value")],
        Rows = async source => TotalRows(await source.GetStatsAsync()),
    };

    private static string?[][] TotalRows(IReadOnlyList<StatsRow> stats) =>
    [
        .. NamedSums("total_", stats.Select(row => row.Totals.InOrder())),
        .. NamedSums("avg_", stats.Select(row => row.Averages.InOrder())),
    ];

    private static IEnumerable<string?[]> NamedSums(string prefix, IEnumerable<long[]> rows)
    {
        var sums = new long[Names.Length];
        foreach (var row in rows)
        {
            for (var i = 0; i < sums.Length; i++)
            {
                sums[i] += row[i];
            }
        }

        return Names.Select((name, i) => new[] { prefix + TotalsName(name), Of(sums[i]) });
    }

    private static IEnumerable<string?> ValuesOf(StatsValues values) => values.InOrder().Select(Of);

    private static string BytesName(string name) => name is "received" or "sent" ? $"bytes_{name}" : name;

    private static string TotalsName(string name)
        => name == "received" ? "client_bytes"
            : name == "sent" ? "server_bytes"
            : IsPreparedCount(name) ? $"ps_{name}"
            : name;

    private static bool IsPreparedCount(string name) => name is "client_parse_count" or "server_parse_count" or "bind_count";
}
