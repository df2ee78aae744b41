namespace Pgmux.Core.Configuration;

/// <summary>One line of [users]. Null means the value of the database, or of [pgbouncer].</summary>
internal sealed record UserOptions
{
    /// <summary>The user's name.</summary>
    public required string Name { get; init; }

    /// <summary>Overrides pool_size.</summary>
    public int? PoolSize { get; init; }

    /// <summary>Overrides reserve_pool_size.</summary>
    public int? ReservePoolSize { get; init; }

    /// <summary>Overrides pool_mode.</summary>
    public PoolMode? PoolMode { get; init; }

    /// <summary>Overrides max_user_connections.</summary>
    public int? MaxUserConnections { get; init; }

    /// <summary>Overrides max_user_client_connections.</summary>
    public int? MaxUserClientConnections { get; init; }

    /// <summary>Overrides query_timeout.</summary>
    public TimeSpan? QueryTimeout { get; init; }

    /// <summary>Overrides idle_transaction_timeout.</summary>
    public TimeSpan? IdleTransactionTimeout { get; init; }

    /// <summary>Overrides client_idle_timeout.</summary>
    public TimeSpan? ClientIdleTimeout { get; init; }

    /// <summary>Overrides transaction_timeout.</summary>
    public TimeSpan? TransactionTimeout { get; init; }

    /// <summary>Overrides query_wait_timeout, also that of a database; zero is no limit.</summary>
    public TimeSpan? QueryWaitTimeout { get; init; }

    /// <summary>Where the line stands.</summary>
    public SourceLocation Location { get; init; } = SourceLocation.Nowhere;
}
