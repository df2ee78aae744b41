namespace Pgmux.Core.Configuration;

/// <summary>The keys of an entry of [users].</summary>
internal static class UserKeys
{
    private static readonly SecondsType Times = new();

    /// <summary>All of them.</summary>
    public static readonly EntryKey<UserOptions>[] All =
    [
        EntryKey<UserOptions>.Count("pool_size", (u, v) => u with { PoolSize = v }),
        EntryKey<UserOptions>.Count("reserve_pool_size", (u, v) => u with { ReservePoolSize = v }),
        EntryKey<UserOptions>.Of("pool_mode", PoolSettings.PoolModes, (u, v) => u with { PoolMode = v }),
        EntryKey<UserOptions>.Count("max_user_connections", (u, v) => u with { MaxUserConnections = v }),
        EntryKey<UserOptions>.Count("max_user_client_connections", (u, v) => u with { MaxUserClientConnections = v }),
        EntryKey<UserOptions>.Of("query_timeout", Times, (u, v) => u with { QueryTimeout = v }),
        EntryKey<UserOptions>.Of("idle_transaction_timeout", Times, (u, v) => u with { IdleTransactionTimeout = v }),
        EntryKey<UserOptions>.Of("client_idle_timeout", Times, (u, v) => u with { ClientIdleTimeout = v }),
        EntryKey<UserOptions>.Of("transaction_timeout", Times, (u, v) => u with { TransactionTimeout = v }),
        EntryKey<UserOptions>.Of("query_wait_timeout", Times, (u, v) => u with { QueryWaitTimeout = v }),
    ];
}
