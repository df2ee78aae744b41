using Pgmux.Core.Configuration.Passwords;

namespace Pgmux.Core.Configuration;

/// <summary>One line of [databases]: where a database that clients ask for really is. Null means the value of [pgbouncer].</summary>
internal sealed record DatabaseOptions
{
    /// <summary>The port of a server that names none.</summary>
    public const int DefaultPort = 5432;

    /// <summary>The name of the entry that stands for every database without one of its own.</summary>
    public const string FallbackName = "*";

    /// <summary>The name that clients ask for.</summary>
    public required string Name { get; init; }

    /// <summary>Whether the entry stands for a name that only a client has given: see <see cref="FallbackName"/>.</summary>
    public bool IsAutomatic { get; init; }

    /// <summary>The name on the server; null is the name that the client asked for.</summary>
    public string? DatabaseName { get; init; }

    /// <summary>Host names, addresses, socket directories (/dir) or abstract ones (@name); empty is the default socket directory.</summary>
    public IReadOnlyList<string> Hosts { get; init; } = [];

    /// <summary>The server's port.</summary>
    public int Port { get; init; } = DefaultPort;

    /// <summary>The one user that all clients of this database share servers of; null is each client's own.</summary>
    public string? User { get; init; }

    /// <summary>That user's secret in any of its forms; null is the one in auth_file.</summary>
    public UserSecret? Password { get; init; }

    /// <summary>Overrides password_command.</summary>
    public PasswordCommand? PasswordCommand { get; init; }

    /// <summary>Overrides password_command_ttl.</summary>
    public TimeSpan? PasswordCommandTtl { get; init; }

    /// <summary>Overrides default_pool_size.</summary>
    public int? PoolSize { get; init; }

    /// <summary>Overrides min_pool_size.</summary>
    public int? MinPoolSize { get; init; }

    /// <summary>Overrides reserve_pool_size.</summary>
    public int? ReservePoolSize { get; init; }

    /// <summary>Overrides pool_mode.</summary>
    public PoolMode? PoolMode { get; init; }

    /// <summary>Overrides max_db_connections.</summary>
    public int? MaxDbConnections { get; init; }

    /// <summary>Overrides max_db_client_connections.</summary>
    public int? MaxDbClientConnections { get; init; }

    /// <summary>Overrides server_lifetime.</summary>
    public TimeSpan? ServerLifetime { get; init; }

    /// <summary>Overrides query_wait_timeout; zero is no limit.</summary>
    public TimeSpan? QueryWaitTimeout { get; init; }

    /// <summary>Overrides server_max_protocol_version.</summary>
    public ServerProtocol? ServerMaxProtocolVersion { get; init; }

    /// <summary>Run on each new server before its first client; its errors are logged and otherwise ignored.</summary>
    public string? ConnectQuery { get; init; }

    /// <summary>How the hosts share the connections.</summary>
    public LoadBalanceHosts LoadBalanceHosts { get; init; } = LoadBalanceHosts.RoundRobin;

    /// <summary>Sent in the startup packet: client_encoding, datestyle, timezone, application_name, in this order, where given.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> StartupParameters { get; init; } = [];

    /// <summary>Overrides settings server_tls_*.</summary>
    public ServerTlsOverrides ServerTls { get; init; } = ServerTlsOverrides.None;

    /// <summary>Overrides auth_user.</summary>
    public string? AuthUser { get; init; }

    /// <summary>Overrides auth_query.</summary>
    public string? AuthQuery { get; init; }

    /// <summary>Overrides auth_dbname.</summary>
    public string? AuthDatabase { get; init; }

    /// <summary>Where the line stands.</summary>
    public SourceLocation Location { get; init; } = SourceLocation.Nowhere;

    /// <summary>
    /// Whether servers opened for <paramref name="other"/> may go on serving this entry: PgBouncer's list of what makes
    /// open connections obsolete, without TLS, which depends on settings beyond this line.
    /// </summary>
    public bool HasSameServers(DatabaseOptions other)
        => DatabaseName == other.DatabaseName
            && Hosts.SequenceEqual(other.Hosts)
            && Port == other.Port
            && User == other.User
            && Password?.Text == other.Password?.Text
            && ConnectQuery == other.ConnectQuery
            && StartupParameters.SequenceEqual(other.StartupParameters);

    /// <summary>
    /// The entry as the servers of <paramref name="user"/> are to be opened by: auth_user logs in by its own name and with its own password
    /// wherever it asks, also where all clients share another user.
    /// </summary>
    public DatabaseOptions OfUser(string user) => User is null || User == user ? this : this with { User = null, Password = null };

    /// <summary>The name alone is enough for a message.</summary>
    public override string ToString() => Name;
}
