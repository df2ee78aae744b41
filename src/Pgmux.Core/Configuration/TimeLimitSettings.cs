using static Pgmux.Core.Configuration.SettingRow;

namespace Pgmux.Core.Configuration;

/// <summary>Time limits of clients and servers.</summary>
internal static class TimeLimitSettings
{
    /// <summary>The rows.</summary>
    public static readonly Setting[] All =
    [
        Seconds("server_lifetime", "3600", o => o.ServerLifetime, (o, v) => o with { ServerLifetime = v }),
        Seconds("server_idle_timeout", "600", o => o.ServerIdleTimeout, (o, v) => o with { ServerIdleTimeout = v }),
        Seconds("server_connect_timeout", "15", o => o.ServerConnectTimeout, (o, v) => o with { ServerConnectTimeout = v }),
        Seconds("server_login_retry", "15", o => o.ServerLoginRetry, (o, v) => o with { ServerLoginRetry = v }),
        Seconds("client_login_timeout", "60", o => o.ClientLoginTimeout, (o, v) => o with { ClientLoginTimeout = v }),
        Seconds("query_timeout", "0", o => o.QueryTimeout, (o, v) => o with { QueryTimeout = v }),
        Seconds("query_wait_timeout", "120", o => o.QueryWaitTimeout, (o, v) => o with { QueryWaitTimeout = v }),
        Seconds("cancel_wait_timeout", "10", o => o.CancelWaitTimeout, (o, v) => o with { CancelWaitTimeout = v }),
        Seconds("client_idle_timeout", "0", o => o.ClientIdleTimeout, (o, v) => o with { ClientIdleTimeout = v }),
        Seconds("idle_transaction_timeout", "0", o => o.IdleTransactionTimeout, (o, v) => o with { IdleTransactionTimeout = v }),
        Seconds("shutdown_drain_timeout", "0", o => o.ShutdownDrainTimeout, (o, v) => o with { ShutdownDrainTimeout = v }),
        Seconds("transaction_timeout", "0", o => o.TransactionTimeout, (o, v) => o with { TransactionTimeout = v }),
        Seconds("autodb_idle_timeout", "3600", o => o.AutodbIdleTimeout, (o, v) => o with { AutodbIdleTimeout = v }),
        Seconds("pool_idle_timeout", "0", o => o.PoolIdleTimeout, (o, v) => o with { PoolIdleTimeout = v }),
        Seconds("suspend_timeout", "10", o => o.SuspendTimeout, (o, v) => o with { SuspendTimeout = v }),
        Row(
            "query_wait_notify",
            "5",
            new WholeUnitsType(TimeSpan.FromSeconds(1), 0),
            o => o.QueryWaitNotify,
            (o, v) => o with { QueryWaitNotify = v }),
    ];
}
