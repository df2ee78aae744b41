using System.Collections.Frozen;
using Pgmux.Core.Diagnostics;
using static Pgmux.Core.Admin.ConsoleColumn;

namespace Pgmux.Core.Admin;

/// <summary>Everything that SHOW understands, HELP and the faked run-time parameters aside.</summary>
internal static class ShowCommands
{
    /// <summary>All of them.</summary>
    public static readonly IReadOnlyList<ShowCommand> All =
    [
        ShowCommand.OfRows("version", [Text("version")], _ => [[ProductVersion.Text]]),
        ConfigTable.Config,
        DatabaseTables.Databases,
        DatabaseTables.Pools,
        DatabaseTables.Users,
        ConnectionTables.Clients,
        ConnectionTables.Servers,
        StatsTables.Stats,
        StatsTables.Totals,
        StatsTables.StatsTotals,
        StatsTables.StatsAverages,
        StatementTable.PreparedStatements,
        ProcessTables.Lists,
        ProcessTables.State,
        ConnectionTables.Sockets,
        ConnectionTables.ActiveSockets,
        SocketTables.Memory,
        SocketTables.Descriptors,
        PeerTables.Peers,
        PeerTables.PeerPools,
        HostTables.Hosts,
        HostTables.Zones,
    ];

    private static readonly FrozenDictionary<string, ShowCommand> ByWord
        = All.ToFrozenDictionary(command => command.Word, StringComparer.OrdinalIgnoreCase);

    /// <summary>The command for a word in any case, or null.</summary>
    public static ShowCommand? Find(string word) => ByWord.GetValueOrDefault(word);
}
