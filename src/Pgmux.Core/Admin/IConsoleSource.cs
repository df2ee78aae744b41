using Pgmux.Core.Cancellation.Peers;
using Pgmux.Core.Configuration;
using Pgmux.Core.Servers.Hosts;

namespace Pgmux.Core.Admin;

/// <summary>
/// Where the console gets its answers from. What lives on other event loops has to be asked for there, so everything but the
/// configuration may take a turn.
/// </summary>
internal interface IConsoleSource
{
    /// <summary>The configuration in use.</summary>
    ConfigSnapshot Config { get; }

    /// <summary>All databases, the console's own included.</summary>
    ValueTask<IReadOnlyList<DatabaseRow>> GetDatabasesAsync();

    /// <summary>All pools, the console's own included.</summary>
    ValueTask<IReadOnlyList<PoolRow>> GetPoolsAsync();

    /// <summary>All clients that have logged in.</summary>
    ValueTask<IReadOnlyList<ConnectionRow>> GetClientsAsync();

    /// <summary>All servers.</summary>
    ValueTask<IReadOnlyList<ConnectionRow>> GetServersAsync();

    /// <summary>All connections, those that have not logged in included.</summary>
    ValueTask<IReadOnlyList<ConnectionRow>> GetSocketsAsync();

    /// <summary>What is held in memory, by kind.</summary>
    ValueTask<IReadOnlyList<MemoryRow>> GetMemoryAsync();

    /// <summary>The sockets in clear, those of the console aside.</summary>
    ValueTask<IReadOnlyList<DescriptorRow>> GetDescriptorsAsync();

    /// <summary>The statistics of each database.</summary>
    ValueTask<IReadOnlyList<StatsRow>> GetStatsAsync();

    /// <summary>The sizes of the lists.</summary>
    ValueTask<ListCounts> GetListCountsAsync();

    /// <summary>All users that are known.</summary>
    ValueTask<IReadOnlyList<UserRow>> GetUsersAsync();

    /// <summary>The pools of cancel requests for peers, by peer.</summary>
    ValueTask<IReadOnlyList<PeerPoolCounts>> GetPeerPoolsAsync();

    /// <summary>The prepared statements that are kept, in any order.</summary>
    ValueTask<IReadOnlyList<PreparedStatementRow>> GetPreparedStatementsAsync();

    /// <summary>The host names whose addresses are kept, by name.</summary>
    IReadOnlyList<HostRow> Hosts { get; }

    /// <summary>The zones of these, by name.</summary>
    IReadOnlyList<ZoneRow> Zones { get; }

    /// <summary>Whether pgmux serves.</summary>
    PoolerState State { get; }

    /// <summary>What stops and starts service.</summary>
    IPoolerSwitches Switches { get; }

    /// <summary>Reads the configuration again; false when the old one stays, for reasons that the log tells.</summary>
    ValueTask<bool> ReloadAsync();

    /// <summary>Changes one setting of [pgbouncer] until the next reload.</summary>
    ValueTask<SettingChange> ChangeAsync(string name, string text);

    /// <summary>Lets another process come for sockets and clients, for some seconds.</summary>
    /// <returns>Why not; null when it may come.</returns>
    string? InviteSuccessor();

    /// <summary>Begins to end the process.</summary>
    void Shutdown(ShutdownMode mode);
}
