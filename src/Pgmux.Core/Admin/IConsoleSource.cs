using Pgmux.Core.Cancellation.Peers;
using Pgmux.Core.Configuration;

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

    /// <summary>Whether pgmux serves.</summary>
    PoolerState State { get; }

    /// <summary>What stops and starts service.</summary>
    IPoolerSwitches Switches { get; }

    /// <summary>Reads the configuration again; false when the old one stays, for reasons that the log tells.</summary>
    ValueTask<bool> ReloadAsync();

    /// <summary>Begins to end the process.</summary>
    void Shutdown(ShutdownMode mode);
}
