using Pgmux.Core.Configuration;
using Pgmux.Core.Servers;

namespace Pgmux.Core.Pooling;

/// <summary>What the configuration says of one pool; swapped whole by a reload.</summary>
internal sealed record PoolPolicy
{
    /// <summary>The entry of [databases].</summary>
    public required DatabaseOptions Database { get; init; }

    /// <summary>Where servers connect, without the credentials, which a login of a client may bring.</summary>
    public required ServerTarget Target { get; init; }

    /// <summary>When a server leaves its client. pool_mode.</summary>
    public PoolMode Mode { get; init; }

    /// <summary>
    /// Whether prepared statements follow clients from server to server: not in session pooling, where a client has one server, and not
    /// with max_prepared_statements = 0.
    /// </summary>
    public bool TracksStatements { get; init; }

    /// <summary>Most servers; 0 is no limit. default_pool_size, pool_size.</summary>
    public int Size { get; init; }

    /// <summary>Servers beyond <see cref="Size"/> for clients that have waited for <see cref="ReserveTimeout"/>. reserve_pool_size.</summary>
    public int ReserveSize { get; init; }

    /// <summary>How long a client waits for a server of the reserve; zero is for ever. reserve_pool_timeout.</summary>
    public TimeSpan ReserveTimeout { get; init; }

    /// <summary>Whether the server that has been idle for longest is lent next. server_round_robin.</summary>
    public bool IsRoundRobin { get; init; }

    /// <summary>Servers kept open while nobody asks. min_pool_size.</summary>
    public int MinimumSize { get; init; }

    /// <summary>Most servers of the database over all users; 0 is no limit. max_db_connections.</summary>
    public int MaximumOfDatabase { get; init; }

    /// <summary>Most servers of the user over all databases; 0 is no limit. max_user_connections.</summary>
    public int MaximumOfUser { get; init; }

    /// <summary>Whether a server that is to be closed leaves its client between two transactions. server_fast_close, in session mode.</summary>
    public bool ClosesFast { get; init; }

    /// <summary>Age after which a server is closed when it is next free. server_lifetime.</summary>
    public TimeSpan ServerLifetime { get; init; }

    /// <summary>Idle time after which a server is closed; zero is never. server_idle_timeout.</summary>
    public TimeSpan ServerIdleTimeout { get; init; }

    /// <summary>Limit of connect and login together. server_connect_timeout.</summary>
    public TimeSpan ServerConnectTimeout { get; init; }

    /// <summary>Longest wait between logins that fail. server_login_retry.</summary>
    public TimeSpan ServerLoginRetry { get; init; }

    /// <summary>Idle time after which a server is tested before it is lent. server_check_delay.</summary>
    public TimeSpan CheckDelay { get; init; }

    /// <summary>The test; null is none. server_check_query.</summary>
    public string? CheckQuery { get; init; }

    /// <summary>Run after a client has left its server; null is none. server_reset_query, server_reset_query_always.</summary>
    public string? ResetQuery { get; init; }

    /// <summary>
    /// How long the pool's own user may wait for a server; zero is for ever. query_wait_timeout. Each client has the limit of the user that it
    /// has logged in as.
    /// </summary>
    public TimeSpan QueryWaitTimeout { get; init; }

    /// <summary>How long the pool is kept without clients and servers; zero is for ever. pool_idle_timeout.</summary>
    public TimeSpan PoolIdleTimeout { get; init; }

    /// <summary>The same for all pools together of a database that only clients have named. autodb_idle_timeout.</summary>
    public TimeSpan DatabaseIdleTimeout { get; init; }

    /// <summary>What the configuration says of a pool.</summary>
    public static PoolPolicy From(ConfigSnapshot snapshot, DatabaseOptions database, PoolKey key)
    {
        var options = snapshot.Options;
        var mode = snapshot.PoolModeFor(database, key.User);
        var runsReset = options.ServerResetQuery.Length > 0 && (mode == PoolMode.Session || options.ServerResetQueryAlways);
        return new PoolPolicy
        {
            Database = database,
            Target = ServerTarget.From(snapshot, database, key.User),
            Mode = mode,
            TracksStatements = mode != PoolMode.Session && options.MaxPreparedStatements > 0,
            Size = snapshot.PoolSizeFor(database, key.User),
            ReserveSize = snapshot.ReservePoolSizeFor(database, key.User),
            ReserveTimeout = options.ReservePoolTimeout,
            IsRoundRobin = options.ServerRoundRobin,
            MinimumSize = snapshot.MinPoolSizeFor(database),
            MaximumOfDatabase = snapshot.MaxConnectionsFor(database),
            MaximumOfUser = snapshot.MaxUserConnectionsFor(key.User),
            ClosesFast = mode == PoolMode.Session && options.ServerFastClose,
            ServerLifetime = snapshot.ServerLifetimeFor(database),
            ServerIdleTimeout = options.ServerIdleTimeout,
            ServerConnectTimeout = options.ServerConnectTimeout,
            ServerLoginRetry = options.ServerLoginRetry,
            CheckDelay = options.ServerCheckDelay,
            CheckQuery = options.CheckQuery,
            ResetQuery = runsReset ? options.ServerResetQuery : null,
            PoolIdleTimeout = options.PoolIdleTimeout,
            DatabaseIdleTimeout = options.AutodbIdleTimeout,
            QueryWaitTimeout = snapshot.QueryWaitTimeoutFor(database, key.User),
        };
    }
}
