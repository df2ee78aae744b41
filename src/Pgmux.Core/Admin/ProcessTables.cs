using static Pgmux.Core.Admin.ConsoleColumn;

namespace Pgmux.Core.Admin;

/// <summary>SHOW LISTS and SHOW STATE.</summary>
internal static class ProcessTables
{
    /// <summary>SHOW LISTS.</summary>
    public static readonly ShowCommand Lists = new()
    {
        Word = "lists",
        Columns = [Text("list"), Int4("items")],
        Rows = async source => RowsOf(await source.GetListCountsAsync()),
    };

    /// <summary>SHOW STATE.</summary>
    public static readonly ShowCommand State = ShowCommand.OfRows(
        "state",
        [Text("key"), Text("value")],
        source =>
        [
            ["active", YesNo(source.State == PoolerState.Active)],
            ["paused", YesNo(source.State == PoolerState.Paused)],
            ["suspended", YesNo(source.State == PoolerState.Suspended)],
        ]);

    private static string?[][] RowsOf(ListCounts counts) =>
    [
        ["databases", Of(counts.Databases)],
        ["users", Of(counts.Users)],
        ["peers", Of(counts.Peers)],
        ["pools", Of(counts.Pools)],
        ["peer_pools", Of(counts.PeerPools)],
        ["free_clients", Of(counts.FreeClients)],
        ["used_clients", Of(counts.UsedClients)],
        ["login_clients", Of(counts.LoginClients)],
        ["free_servers", Of(counts.FreeServers)],
        ["used_servers", Of(counts.UsedServers)],
        ["dns_names", Of(counts.HostNames)],
        ["dns_zones", Of(counts.Zones)],
        ["dns_queries", Of(counts.HostQueries)],
        ["dns_pending", Of(counts.WaitingHostQueries)],
    ];

    private static string YesNo(bool value) => value ? "yes" : "no";
}
