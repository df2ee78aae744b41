using Pgmux.Core.Configuration.Passwords;

namespace Pgmux.Core.Configuration;

/// <summary>The keys of an entry of [databases].</summary>
internal static class DatabaseKeys
{
    /// <summary>The words of load_balance_hosts.</summary>
    public static readonly ChoiceType<LoadBalanceHosts> LoadBalanceModes = new(
    [
        ("round-robin", LoadBalanceHosts.RoundRobin),
        ("disable", LoadBalanceHosts.Disable),
    ]);

    /// <summary>All of them.</summary>
    public static readonly EntryKey<DatabaseOptions>[] All =
    [
        EntryKey<DatabaseOptions>.Text("dbname", (d, v) => d with { DatabaseName = v }),
        EntryKey<DatabaseOptions>.Of("host", new HostListType(), (d, v) => d with { Hosts = v }),
        EntryKey<DatabaseOptions>.Of("port", new PortType(), (d, v) => d with { Port = v }),
        EntryKey<DatabaseOptions>.Text("user", (d, v) => d with { User = v }),
        EntryKey<DatabaseOptions>.Text("password", (d, v) => d with { Password = UserSecret.Parse(v) }),
        EntryKey<DatabaseOptions>.Of("password_command", new PasswordCommandType(), (d, v) => d with { PasswordCommand = v }),
        EntryKey<DatabaseOptions>.Of("password_command_ttl", new SecondsType(), (d, v) => d with { PasswordCommandTtl = v }),
        EntryKey<DatabaseOptions>.Count("pool_size", (d, v) => d with { PoolSize = v }),
        EntryKey<DatabaseOptions>.Count("min_pool_size", (d, v) => d with { MinPoolSize = v }),
        EntryKey<DatabaseOptions>.Of("pool_mode", PoolSettings.PoolModes, (d, v) => d with { PoolMode = v }),
        EntryKey<DatabaseOptions>.Count("max_db_connections", (d, v) => d with { MaxDbConnections = v }),
        EntryKey<DatabaseOptions>.Count("max_db_client_connections", (d, v) => d with { MaxDbClientConnections = v }),
        EntryKey<DatabaseOptions>.Of("server_lifetime", new SecondsType(), (d, v) => d with { ServerLifetime = v }),
        EntryKey<DatabaseOptions>.Text("connect_query", (d, v) => d with { ConnectQuery = v }),
        EntryKey<DatabaseOptions>.Of(
            "server_max_protocol_version", ListenSettings.ServerProtocols, (d, v) => d with { ServerMaxProtocolVersion = v }),
        EntryKey<DatabaseOptions>.Of("load_balance_hosts", LoadBalanceModes, (d, v) => d with { LoadBalanceHosts = v }),
        StartupParameter("client_encoding"),
        StartupParameter("datestyle"),
        StartupParameter("timezone"),
        StartupParameter("application_name"),
        EntryKey<DatabaseOptions>.Count("reserve_pool_size", (d, v) => d with { ReservePoolSize = v }),
        EntryKey<DatabaseOptions>.Count("reserve_pool", (d, v) => d with { ReservePoolSize = v }),
        EntryKey<DatabaseOptions>.Of("query_wait_timeout", new SecondsType(), (d, v) => d with { QueryWaitTimeout = v }),
        EntryKey<DatabaseOptions>.Text("auth_user", (d, v) => d with { AuthUser = v }),
        EntryKey<DatabaseOptions>.Text("auth_query", (d, v) => d with { AuthQuery = v }),
        EntryKey<DatabaseOptions>.Text("auth_dbname", (d, v) => d with { AuthDatabase = v }),
        .. ServerTlsKeys.All,
    ];

    private static EntryKey<DatabaseOptions> StartupParameter(string name) => EntryKey<DatabaseOptions>.Text(
        name,
        (database, value) => database with
        {
            StartupParameters = [.. database.StartupParameters.Where(parameter => parameter.Key != name), new(name, value)],
        });
}
