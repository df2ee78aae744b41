using Pgmux.Core.Configuration;
using static Pgmux.Core.Admin.ConsoleColumn;

namespace Pgmux.Core.Admin;

/// <summary>SHOW DATABASES, SHOW POOLS and SHOW USERS.</summary>
internal static class DatabaseTables
{
    /// <summary>SHOW DATABASES.</summary>
    public static readonly ShowCommand Databases = ShowCommand.Of(
        "databases",
        [
            Text("name"),
            Text("host"),
            Int4("port"),
            Text("database"),
            Text("force_user"),
            Int4("pool_size"),
            Int4("min_pool_size"),
            Int4("reserve_pool_size"),
            Int4("server_lifetime"),
            Text("pool_mode"),
            Text("load_balance_hosts"),
            Int4("max_connections"),
            Int4("current_connections"),
            Int4("max_client_connections"),
            Int4("current_client_connections"),
            Int4("paused"),
            Int4("disabled"),
        ],
        source => source.GetDatabasesAsync(),
        (source, row) => DatabaseValues(source.Config, row));

    /// <summary>SHOW POOLS.</summary>
    public static readonly ShowCommand Pools = ShowCommand.Of(
        "pools",
        [
            Text("database"),
            Text("user"),
            Int4("cl_active"),
            Int4("cl_waiting"),
            Int4("cl_active_cancel_req"),
            Int4("cl_waiting_cancel_req"),
            Int4("sv_active"),
            Int4("sv_active_cancel"),
            Int4("sv_being_canceled"),
            Int4("sv_idle"),
            Int4("sv_used"),
            Int4("sv_tested"),
            Int4("sv_login"),
            Int4("maxwait"),
            Int4("maxwait_us"),
            Text("pool_mode"),
            Text("load_balance_hosts"),
        ],
        source => source.GetPoolsAsync(),
        (_, pool) =>
        [
            pool.Database,
            pool.User,
            Of(pool.ClientsActive),
            Of(pool.ClientsWaiting),
            Of(pool.CancelRequestsActive),
            Of(pool.CancelRequestsWaiting),
            Of(pool.ServersActive),
            Of(pool.ServersActiveCancel),
            Of(pool.ServersBeingCanceled),
            Of(pool.ServersIdle),
            Of(pool.ServersUsed),
            Of(pool.ServersTested),
            Of(pool.ServersLogin),
            Seconds(pool.MaximumWait),
            Microseconds(pool.MaximumWait),
            PoolSettings.PoolModes.Print(pool.PoolMode),
            pool.LoadBalanceHosts is { } hosts ? DatabaseKeys.LoadBalanceModes.Print(hosts) : null,
        ]);

    /// <summary>SHOW USERS.</summary>
    public static readonly ShowCommand Users = ShowCommand.Of(
        "users",
        [
            Text("name"),
            Text("pool_size"),
            Text("reserve_pool_size"),
            Text("pool_mode"),
            Int4("max_user_connections"),
            Int4("current_connections"),
            Int4("max_user_client_connections"),
            Int4("current_client_connections"),
        ],
        source => source.GetUsersAsync(),
        (source, row) => UserValues(source.Config, row));

    private static string?[] DatabaseValues(ConfigSnapshot config, DatabaseRow row)
    {
        var database = row.Database;
        return
        [
            database.Name,
            database.Hosts.Count == 0 ? null : string.Join(',', database.Hosts),
            Of(database.Port),
            database.DatabaseName ?? database.Name,
            database.User,
            Of(database.PoolSize ?? config.Options.DefaultPoolSize),
            Of(config.MinPoolSizeFor(database)),
            Of(database.ReservePoolSize ?? config.Options.ReservePoolSize),
            Seconds(config.ServerLifetimeFor(database)),
            database.PoolMode is { } mode ? PoolSettings.PoolModes.Print(mode) : null,
            database.Hosts.Count > 1 ? DatabaseKeys.LoadBalanceModes.Print(database.LoadBalanceHosts) : null,
            Of(config.MaxConnectionsFor(database)),
            Of(row.CurrentConnections),
            Of(config.MaxClientConnectionsFor(database)),
            Of(row.CurrentClientConnections),
            Of(row.IsPaused),
            Of(row.IsDisabled),
        ];
    }

    private static string?[] UserValues(ConfigSnapshot config, UserRow row)
    {
        var user = config.FindUser(row.Name);
        return
        [
            row.Name,
            user?.PoolSize is { } size ? Of(size) : "",
            user?.ReservePoolSize is { } reserve ? Of(reserve) : "",
            user?.PoolMode is { } mode ? PoolSettings.PoolModes.Print(mode) : null,
            Of(config.MaxUserConnectionsFor(row.Name)),
            Of(row.CurrentConnections),
            Of(config.MaxUserClientConnectionsFor(row.Name)),
            Of(row.CurrentClientConnections),
        ];
    }
}
