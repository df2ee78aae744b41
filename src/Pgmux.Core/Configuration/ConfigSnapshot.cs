using System.Collections.Frozen;
using Pgmux.Core.Configuration.Hba;
using Pgmux.Core.Configuration.Ldap;
using Pgmux.Core.Configuration.Peers;

namespace Pgmux.Core.Configuration;

/// <summary>The whole configuration at one moment; never changes, is swapped whole.</summary>
internal sealed class ConfigSnapshot
{
    /// <summary>The console's database name in PgBouncer.</summary>
    public const string ConsoleDatabase = "pgbouncer";

    /// <summary>The console's second name.</summary>
    public const string ConsoleAlias = "pgmux";

    /// <summary>The setting that stands for the file itself.</summary>
    public const string FileSetting = "conffile";

    /// <summary>The file that the command line named, or SET since.</summary>
    public string FilePath { get; init; } = "";

    /// <summary>The section [pgbouncer].</summary>
    public PgmuxOptions Options { get; init; } = PgmuxOptions.Default;

    /// <summary>The entries of [databases] by name, without the fallback.</summary>
    public FrozenDictionary<string, DatabaseOptions> Databases { get; init; } = FrozenDictionary<string, DatabaseOptions>.Empty;

    /// <summary>The entry named *, which stands for every other database.</summary>
    public DatabaseOptions? FallbackDatabase { get; init; }

    /// <summary>The entries of [users] by name.</summary>
    public FrozenDictionary<string, UserOptions> Users { get; init; } = FrozenDictionary<string, UserOptions>.Empty;

    /// <summary>The entries of [peers] by id.</summary>
    public FrozenDictionary<int, PeerOptions> Peers { get; init; } = FrozenDictionary<int, PeerOptions>.Empty;

    /// <summary>The users of auth_file.</summary>
    public UserList UserList { get; init; } = UserList.Empty;

    /// <summary>What a TLS handshake with a client needs; null when clients are not encrypted.</summary>
    public ClientTls? ClientTls { get; init; }

    /// <summary>What TLS with servers needs, by the settings that databases have for it.</summary>
    public FrozenDictionary<ServerTlsOptions, ServerTls> ServerTls { get; init; } = FrozenDictionary<ServerTlsOptions, ServerTls>.Empty;

    /// <summary>The rules of auth_hba_file, where auth_type is hba.</summary>
    public HbaRules Hba { get; init; } = HbaRules.None;

    /// <summary>How the directory is asked, where auth_type is ldap; lines of the HBA file have their own.</summary>
    public LdapOptions? Ldap { get; init; }

    /// <summary>Where each setting of [pgbouncer] that the file names stands.</summary>
    public FrozenDictionary<string, SourceLocation> Locations { get; init; } = FrozenDictionary<string, SourceLocation>.Empty;

    /// <summary>
    /// Values of TLS settings, by name, that were SET and are not in use: what they name cannot be used, or not without what is SET next, as a
    /// certificate without its key. <see cref="Options"/> has what is in use.
    /// </summary>
    public FrozenDictionary<string, string> Unapplied { get; init; } = FrozenDictionary<string, string>.Empty;

    /// <summary>Whether a database name is the console's.</summary>
    public static bool IsConsole(string database) => database is ConsoleDatabase or ConsoleAlias;

    /// <summary>The entry that serves clients of <paramref name="name"/>, under that name; null when there is none.</summary>
    public DatabaseOptions? FindDatabase(string name)
        => Databases.TryGetValue(name, out var database) ? database : FallbackDatabase is null ? null : FallbackDatabase with { Name = name, IsAutomatic = true };

    /// <summary>The user's entry of [users], or null.</summary>
    public UserOptions? FindUser(string name) => Users.GetValueOrDefault(name);

    /// <summary>The pool mode of a (database, user) pair: user before database before [pgbouncer].</summary>
    public PoolMode PoolModeFor(DatabaseOptions database, string user)
        => FindUser(user)?.PoolMode ?? database.PoolMode ?? Options.PoolMode;

    /// <summary>Servers that the pair may hold; 0 is no limit.</summary>
    public int PoolSizeFor(DatabaseOptions database, string user)
        => FindUser(user)?.PoolSize ?? database.PoolSize ?? Options.DefaultPoolSize;

    /// <summary>Servers beyond that which the pair may hold when a client has waited for long: user before database before [pgbouncer].</summary>
    public int ReservePoolSizeFor(DatabaseOptions database, string user)
        => FindUser(user)?.ReservePoolSize ?? database.ReservePoolSize ?? Options.ReservePoolSize;

    /// <summary>Cancel requests that may be on their way to the peer at once; 0 is no limit.</summary>
    public int PeerPoolSizeFor(PeerOptions peer) => peer.PoolSize ?? Options.DefaultPoolSize;

    /// <summary>Servers that its pools keep open.</summary>
    public int MinPoolSizeFor(DatabaseOptions database) => database.MinPoolSize ?? Options.MinPoolSize;

    /// <summary>Servers that the database may hold; 0 is no limit.</summary>
    public int MaxConnectionsFor(DatabaseOptions database) => database.MaxDbConnections ?? Options.MaxDbConnections;

    /// <summary>Servers that the user may hold; 0 is no limit.</summary>
    public int MaxUserConnectionsFor(string user) => FindUser(user)?.MaxUserConnections ?? Options.MaxUserConnections;

    /// <summary>Clients that the database may have; 0 is no limit.</summary>
    public int MaxClientConnectionsFor(DatabaseOptions database) => database.MaxDbClientConnections ?? Options.MaxDbClientConnections;

    /// <summary>Clients that the user may have; 0 is no limit.</summary>
    public int MaxUserClientConnectionsFor(string user) =>
        FindUser(user)?.MaxUserClientConnections ?? Options.MaxUserClientConnections;

    /// <summary>Age at which a server of this database is closed. 0 in the entry means the value of [pgbouncer], as in PgBouncer.</summary>
    public TimeSpan ServerLifetimeFor(DatabaseOptions database)
        => database.ServerLifetime is { } lifetime && lifetime > TimeSpan.Zero ? lifetime : Options.ServerLifetime;

    /// <summary>How connections to servers of this database are encrypted: the entry's keys before those of [pgbouncer].</summary>
    public ServerTls ServerTlsFor(DatabaseOptions database)
    {
        var options = ServerTlsOptions.Of(Options, database);
        return ServerTls.TryGetValue(options, out var read) ? read : new ServerTls(options);
    }

    /// <summary>How long a query of this user may run; zero is no limit.</summary>
    public TimeSpan QueryTimeoutFor(string user) => OwnOr(FindUser(user)?.QueryTimeout, Options.QueryTimeout);

    /// <summary>How long a query of this user may wait for a server of this database: user before database before [pgbouncer]; zero is no limit.</summary>
    public TimeSpan QueryWaitTimeoutFor(DatabaseOptions database, string user)
        => FindUser(user)?.QueryWaitTimeout ?? database.QueryWaitTimeout ?? Options.QueryWaitTimeout;

    /// <summary>How long a transaction of this user may take; zero is no limit.</summary>
    public TimeSpan TransactionTimeoutFor(string user) => OwnOr(FindUser(user)?.TransactionTimeout, Options.TransactionTimeout);

    /// <summary>How long this user may be idle inside a transaction; zero is no limit.</summary>
    public TimeSpan IdleTransactionTimeoutFor(string user)
        => OwnOr(FindUser(user)?.IdleTransactionTimeout, Options.IdleTransactionTimeout);

    /// <summary>How long this user may be idle; zero is no limit.</summary>
    public TimeSpan ClientIdleTimeoutFor(string user) => OwnOr(FindUser(user)?.ClientIdleTimeout, Options.ClientIdleTimeout);

    /// <summary>The value of a setting as SHOW CONFIG prints it: as it was SET, as in PgBouncer.</summary>
    public string? Print(Setting setting) => setting.Name == FileSetting ? FilePath
        : Unapplied.TryGetValue(setting.Name, out var text) ? text
        : setting.Print(Options);

    /// <summary>This configuration with another list of users.</summary>
    public ConfigSnapshot With(UserList userList) => With(FilePath, Options, userList, Unapplied);

    /// <summary>This configuration with other options.</summary>
    public ConfigSnapshot With(PgmuxOptions options) => With(FilePath, options, UserList, Unapplied);

    /// <summary>This configuration, to be read again from another file.</summary>
    public ConfigSnapshot WithFile(string filePath) => With(filePath, Options, UserList, Unapplied);

    /// <summary>This configuration with values of TLS settings that are not in use.</summary>
    public ConfigSnapshot WithUnapplied(IReadOnlyDictionary<string, string> unapplied) =>
        With(FilePath, Options, UserList, unapplied.ToFrozenDictionary());

    // In these entries 0 means the value of [pgbouncer], as in PgBouncer: only that one can say that there is no limit.
    private static TimeSpan OwnOr(TimeSpan? own, TimeSpan general) => own is { } limit && limit > TimeSpan.Zero ? limit : general;

    private ConfigSnapshot With(string filePath, PgmuxOptions options, UserList userList, FrozenDictionary<string, string> unapplied) => new()
    {
        FilePath = filePath,
        Options = options,
        Databases = Databases,
        FallbackDatabase = FallbackDatabase,
        Users = Users,
        Peers = Peers,
        UserList = userList,
        ClientTls = ClientTls,
        ServerTls = ServerTls,
        Hba = Hba,
        Ldap = Ldap,
        Locations = Locations,
        Unapplied = unapplied,
    };
}
