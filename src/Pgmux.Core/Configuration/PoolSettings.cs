using static Pgmux.Core.Configuration.SettingRow;

namespace Pgmux.Core.Configuration;

/// <summary>Settings of pools, limits and the care of servers.</summary>
internal static class PoolSettings
{
    /// <summary>The names of the pool modes, for the sections [databases] and [users] as well.</summary>
    public static readonly ChoiceType<PoolMode> PoolModes = new(
    [
        ("session", PoolMode.Session),
        ("transaction", PoolMode.Transaction),
        ("statement", PoolMode.Statement),
    ]);

    /// <summary>The rows.</summary>
    public static readonly Setting[] All =
    [
        Row("pool_mode", "session", PoolModes, o => o.PoolMode, (o, v) => o with { PoolMode = v }),
        Count("max_client_conn", "100", o => o.MaxClientConn, (o, v) => o with { MaxClientConn = v }),
        Count("default_pool_size", "20", o => o.DefaultPoolSize, (o, v) => o with { DefaultPoolSize = v }),
        Count("min_pool_size", "0", o => o.MinPoolSize, (o, v) => o with { MinPoolSize = v }),
        Count("reserve_pool_size", "0", o => o.ReservePoolSize, (o, v) => o with { ReservePoolSize = v }),
        Seconds("reserve_pool_timeout", "5", o => o.ReservePoolTimeout, (o, v) => o with { ReservePoolTimeout = v }),
        Count("max_db_connections", "0", o => o.MaxDbConnections, (o, v) => o with { MaxDbConnections = v }),
        Count("max_db_client_connections", "0", o => o.MaxDbClientConnections, (o, v) => o with { MaxDbClientConnections = v }),
        Count("max_user_connections", "0", o => o.MaxUserConnections, (o, v) => o with { MaxUserConnections = v }),
        Count("max_user_client_connections", "0", o => o.MaxUserClientConnections, (o, v) => o with { MaxUserClientConnections = v }),
        Flag("server_round_robin", "0", o => o.ServerRoundRobin, (o, v) => o with { ServerRoundRobin = v }),

        Names("track_extra_parameters", "IntervalStyle", o => o.TrackExtraParameters, (o, v) => o with { TrackExtraParameters = v }).Fixed(),
        Names("ignore_startup_parameters", "", o => o.IgnoreStartupParameters, (o, v) => o with { IgnoreStartupParameters = v }),
        Flag("application_name_add_host", "0", o => o.ApplicationNameAddHost, (o, v) => o with { ApplicationNameAddHost = v }),
        Flag("disable_pqexec", "0", o => o.DisablePqexec, (o, v) => o with { DisablePqexec = v }).Fixed(),

        Text("server_reset_query", "DISCARD ALL", o => o.ServerResetQuery, (o, v) => o with { ServerResetQuery = v! }),
        Flag("server_reset_query_always", "0", o => o.ServerResetQueryAlways, (o, v) => o with { ServerResetQueryAlways = v }),
        Seconds("server_check_delay", "30", o => o.ServerCheckDelay, (o, v) => o with { ServerCheckDelay = v }),
        Text("server_check_query", "<empty>", o => o.ServerCheckQuery, (o, v) => o with { ServerCheckQuery = v! }),
        Flag("server_fast_close", "0", o => o.ServerFastClose, (o, v) => o with { ServerFastClose = v }),
    ];
}
