using System.Collections.Immutable;
using Pgmux.Core.Configuration.Ciphers;
using Pgmux.Core.Configuration.Passwords;

namespace Pgmux.Core.Configuration;

/// <summary>
/// The section [pgbouncer], one property for each setting that pgmux honours, named after the key. Defaults are
/// PgBouncer's; a limit or time limit of zero means that there is none.
/// </summary>
internal sealed record PgmuxOptions
{
    /// <summary>PgBouncer's: who may log in and whose password has not expired (CVE-2025-2291).</summary>
    public const string DefaultAuthQuery =
        "SELECT rolname, CASE WHEN rolvaliduntil < now() THEN NULL ELSE rolpassword END FROM pg_authid WHERE rolname=$1 AND rolcanlogin";

    /// <summary>What an empty section says.</summary>
    public static readonly PgmuxOptions Default = new();

    /// <summary>File that events are written to; empty is stderr.</summary>
    public string Logfile { get; init; } = "";

    /// <summary>File that holds the process id while pgmux runs; empty is none.</summary>
    public string Pidfile { get; init; } = "";

    /// <summary>The file that the next reload reads; null is the same one.</summary>
    public string? Conffile { get; init; }

    /// <summary>What lines of the log look like. pgmux's own.</summary>
    public LogFormat LogFormat { get; init; }

    /// <summary>Sends events to the system's log as well.</summary>
    public bool Syslog { get; init; }

    /// <summary>The name in front of messages to the system's log.</summary>
    public string SyslogIdent { get; init; } = "pgbouncer";

    /// <summary>Who speaks to the system's log.</summary>
    public SyslogFacility SyslogFacility { get; init; } = SyslogFacility.Daemon;

    /// <summary>User to become when started as root.</summary>
    public string? User { get; init; }

    /// <summary>How often averages are taken and statistics logged.</summary>
    public TimeSpan StatsPeriod { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Event loops. One is the default until a measurement says otherwise.</summary>
    public int WorkerThreads { get; init; } = 1;

    /// <summary>Kernel interface of the event loops.</summary>
    public EventEngine EventEngine { get; init; } = EventEngine.Auto;

    /// <summary>Addresses and host names to listen on; * is all; empty leaves the Unix socket only.</summary>
    public NameList ListenAddr { get; init; } = NameList.Empty;

    /// <summary>TCP port, and the number in the name of the Unix socket.</summary>
    public int ListenPort { get; init; } = 6432;

    /// <summary>Connections that the kernel keeps before they are accepted.</summary>
    public int ListenBacklog { get; init; } = 128;

    /// <summary>Directory of the Unix socket; starts with @ for an abstract one; empty is none.</summary>
    public string UnixSocketDir { get; init; } = "/tmp";

    /// <summary>Permissions of the Unix socket.</summary>
    public UnixFileMode UnixSocketMode { get; init; } = (UnixFileMode)0b111_111_111;

    /// <summary>Group of the Unix socket; empty keeps the process's.</summary>
    public string UnixSocketGroup { get; init; } = "";

    /// <summary>Networks of proxies whose connections begin with a header of the PROXY protocol, which names the client; empty is none.</summary>
    public NetworkList ProxyProtocolFrom { get; init; } = NetworkList.Empty;

    /// <summary>Lets several processes listen on one port.</summary>
    public bool SoReuseport { get; init; }

    /// <summary>The id of this process among its peers, which its cancel keys carry; 0 for none. PgBouncer's default.</summary>
    public int PeerId { get; init; }

    /// <summary>A name whose addresses are the other processes, all pgmux on this port; empty for none, as there is no such name by default.</summary>
    public string PeersDns { get; init; } = "";

    /// <summary>Wakes up for a connection only when its first bytes are there.</summary>
    public bool TcpDeferAccept { get; init; } = true;

    /// <summary>Kernel buffers of each socket in bytes; 0 is the kernel's default.</summary>
    public int TcpSocketBuffer { get; init; }

    /// <summary>Probes idle connections.</summary>
    public bool TcpKeepalive { get; init; } = true;

    /// <summary>Lost probes after which a peer is dead; 0 is the kernel's default.</summary>
    public int TcpKeepcnt { get; init; }

    /// <summary>Idle time before the first probe; zero is the kernel's default.</summary>
    public TimeSpan TcpKeepidle { get; init; }

    /// <summary>Time between probes; zero is the kernel's default.</summary>
    public TimeSpan TcpKeepintvl { get; init; }

    /// <summary>How long sent bytes may stay unacknowledged; zero is the kernel's default.</summary>
    public TimeSpan TcpUserTimeout { get; init; }

    /// <summary>How long the addresses of a host name are used before it is looked up again.</summary>
    public TimeSpan DnsMaxTtl { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How long it is believed that a host name cannot be looked up.</summary>
    public TimeSpan DnsNxdomainTtl { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How often the serial numbers of the zones of host names are looked at; zero is never.</summary>
    public TimeSpan DnsZoneCheckPeriod { get; init; }

    /// <summary>File that names the name servers to ask, as resolv.conf(5); empty leaves names to the system's resolver.</summary>
    public string ResolvConf { get; init; } = "";

    /// <summary>Longest message in bytes, from either side.</summary>
    public int MaxPacketSize { get; init; } = int.MaxValue;

    /// <summary>When a client gives its server back, unless database or user say otherwise.</summary>
    public PoolMode PoolMode { get; init; } = PoolMode.Session;

    /// <summary>Clients that may be connected at once.</summary>
    public int MaxClientConn { get; init; } = 100;

    /// <summary>Servers that one (database, user) pair may hold; 0 is no limit.</summary>
    public int DefaultPoolSize { get; init; } = 20;

    /// <summary>Servers kept open in a pool that has clients.</summary>
    public int MinPoolSize { get; init; }

    /// <summary>Servers beyond its size that a pool may hold when a client has waited for <see cref="ReservePoolTimeout"/>.</summary>
    public int ReservePoolSize { get; init; }

    /// <summary>Wait of the longest waiter that opens the reserve; zero leaves it closed. PgBouncer's default.</summary>
    public TimeSpan ReservePoolTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Uses the server next that has been idle for longest, not the one that was used last.</summary>
    public bool ServerRoundRobin { get; init; }

    /// <summary>Servers that one database may hold over all its users; 0 is no limit.</summary>
    public int MaxDbConnections { get; init; }

    /// <summary>Clients that one database may have over all its users; 0 is no limit.</summary>
    public int MaxDbClientConnections { get; init; }

    /// <summary>Servers that one user may hold over all databases; 0 is no limit.</summary>
    public int MaxUserConnections { get; init; }

    /// <summary>Clients that one user may have over all databases; 0 is no limit.</summary>
    public int MaxUserClientConnections { get; init; }

    /// <summary>Run-time parameters that follow the client beyond those PgBouncer always tracks.</summary>
    public NameList TrackExtraParameters { get; init; } = new("IntervalStyle");

    /// <summary>Startup parameters that are dropped rather than refused.</summary>
    public NameList IgnoreStartupParameters { get; init; } = NameList.Empty;

    /// <summary>Adds the client's address and port to application_name.</summary>
    public bool ApplicationNameAddHost { get; init; }

    /// <summary>Closes clients that send a simple query, the only kind that may have several statements.</summary>
    public bool DisablePqexec { get; init; }

    /// <summary>How clients prove who they are.</summary>
    public AuthType AuthType { get; init; } = AuthType.Md5;

    /// <summary>File with users and their secrets.</summary>
    public string? AuthFile { get; init; }

    /// <summary>Whether clients may or must encrypt their connection, and whether they must show a certificate.</summary>
    public TlsMode ClientTlsSslmode { get; init; }

    /// <summary>The key of pgmux's certificate for clients, in PEM.</summary>
    public string? ClientTlsKeyFile { get; init; } = "";

    /// <summary>pgmux's certificate for clients, in PEM; the certificates between it and the root may follow it.</summary>
    public string? ClientTlsCertFile { get; init; } = "";

    /// <summary>Who signs clients' certificates, in PEM.</summary>
    public string? ClientTlsCaFile { get; init; } = "";

    /// <summary>Which of clients' certificates have been taken back, as CRL in PEM. pgmux's own. Default: nobody says.</summary>
    public string? ClientTlsCrlFile { get; init; } = "";

    /// <summary>Folder with certificates for the hosts that clients name (SNI). pgmux's own. Default: none.</summary>
    public string? ClientTlsSniDir { get; init; } = "";

    /// <summary>Versions of TLS that clients may use.</summary>
    public TlsProtocols ClientTlsProtocols { get; init; } = TlsProtocols.Secure;

    /// <summary>Cipher suites of TLS 1.2 with clients. Default: those of the system's OpenSSL, as in PgBouncer.</summary>
    public TlsCiphers ClientTlsCiphers { get; init; } = TlsCiphers.Default;

    /// <summary>Cipher suites of TLS 1.3 with clients; null and empty are those of the system's OpenSSL.</summary>
    public TlsCiphers? ClientTls13Ciphers { get; init; }

    /// <summary>Newest version of the protocol that servers are asked for. libpq's max_protocol_version and its default.</summary>
    public ServerProtocol ServerMaxProtocolVersion { get; init; } = ServerProtocol.V30;

    /// <summary>Whether connections to servers are encrypted and what the server's certificate must prove. PgBouncer's default.</summary>
    public TlsMode ServerTlsSslmode { get; init; } = TlsMode.Prefer;

    /// <summary>Whether servers are asked for TLS or it begins at once. libpq's sslnegotiation and its default.</summary>
    public TlsNegotiation ServerTlsNegotiation { get; init; }

    /// <summary>The key of the certificate that pgmux shows to servers, in PEM.</summary>
    public string? ServerTlsKeyFile { get; init; } = "";

    /// <summary>The certificate that pgmux shows to servers, in PEM; the certificates between it and the root may follow it.</summary>
    public string? ServerTlsCertFile { get; init; } = "";

    /// <summary>Who signs servers' certificates, in PEM; empty are the system's authorities.</summary>
    public string? ServerTlsCaFile { get; init; } = "";

    /// <summary>Which of servers' certificates have been taken back, as CRL in PEM. pgmux's own. Default: nobody says.</summary>
    public string? ServerTlsCrlFile { get; init; } = "";

    /// <summary>Versions of TLS that may be used with servers.</summary>
    public TlsProtocols ServerTlsProtocols { get; init; } = TlsProtocols.Secure;

    /// <summary>Cipher suites of TLS 1.2 with servers. Default: those of the system's OpenSSL, as in PgBouncer.</summary>
    public TlsCiphers ServerTlsCiphers { get; init; } = TlsCiphers.Default;

    /// <summary>Cipher suites of TLS 1.3 with servers; null and empty are those of the system's OpenSSL.</summary>
    public TlsCiphers? ServerTls13Ciphers { get; init; }

    /// <summary>File with the rules of auth_type hba; empty is none.</summary>
    public string AuthHbaFile { get; init; } = "";

    /// <summary>File with the maps that rules of peer and cert may name.</summary>
    public string? AuthIdentFile { get; init; }

    /// <summary>How long a client waits for the word that its login has failed.</summary>
    public TimeSpan AuthFailureDelay { get; init; }

    /// <summary>Failed logins of one address after which its further ones are refused unasked; 0 is no limit.</summary>
    public int AuthMaxFailures { get; init; }

    /// <summary>How the directory is asked, as it is written; holds a password. PgBouncer's auth_ldap_options.</summary>
    public string? AuthLdapOptions { get; init; }

    /// <summary>Who asks the server for the secrets of users that auth_file does not have; empty is nobody.</summary>
    public string? AuthUser { get; init; }

    /// <summary>What it asks: user name and secret of the user $1.</summary>
    public string AuthQuery { get; init; } = DefaultAuthQuery;

    /// <summary>The entry of [databases] that it asks in; empty is the database that the client wants.</summary>
    public string? AuthDbname { get; init; }

    /// <summary>
    /// How old an answer may be that lets somebody in without asking anew. None by default, as in PgBouncer: what the server knows holds
    /// at once.
    /// </summary>
    public TimeSpan AuthQueryCacheAge { get; init; }

    /// <summary>What prints the passwords of logins to servers; null is nothing. pgmux's own.</summary>
    public PasswordCommand? PasswordCommand { get; init; }

    /// <summary>
    /// How long a printed password is used; zero is until a login fails, which is soon enough for tokens that end by themselves. pgmux's own.
    /// </summary>
    public TimeSpan PasswordCommandTtl { get; init; }

    /// <summary>How long the program may take; zero is as long as the login that waits for it, server_connect_timeout. pgmux's own.</summary>
    public TimeSpan PasswordCommandTimeout { get; init; }

    /// <summary>PBKDF2 rounds when a SCRAM secret is derived from a plain one. RFC 7677 asks for 4096 at least.</summary>
    public int ScramIterations { get; init; } = 4096;

    /// <summary>Users that may use every command of the console.</summary>
    public NameList AdminUsers { get; init; } = NameList.Empty;

    /// <summary>Users that may look at the console's tables.</summary>
    public NameList StatsUsers { get; init; } = NameList.Empty;

    /// <summary>Logs successful logins.</summary>
    public bool LogConnections { get; init; } = true;

    /// <summary>Logs disconnections with their reason.</summary>
    public bool LogDisconnections { get; init; } = true;

    /// <summary>Logs the errors that pgmux sends to clients.</summary>
    public bool LogPoolerErrors { get; init; } = true;

    /// <summary>Logs statistics every stats_period.</summary>
    public bool LogStats { get; init; } = true;

    /// <summary>How much to log beyond the usual; -v on the command line adds to it.</summary>
    public int Verbose { get; init; }

    /// <summary>
    /// Prepared statements that a server keeps, outside session mode; 0 passes all statements on as they are.
    /// </summary>
    public int MaxPreparedStatements { get; init; } = 200;

    /// <summary>Keeps unnamed statements on servers too, so that a text which comes again is not parsed again.</summary>
    public bool SharesUnnamedStatements { get; init; }

    /// <summary>
    /// Names of prepared statements that one client may hold. Drivers keep 100 (psycopg, asyncpg) to 256 (pgjdbc) by themselves.
    /// </summary>
    public int MaxClientPreparedStatements { get; init; } = 10_000;

    /// <summary>Bytes of statement texts kept for all clients together. The default is a quarter of a small machine's 1 GiB.</summary>
    public long PreparedStatementMemory { get; init; } = 256L * 1024 * 1024;

    /// <summary>Sent to a server when its client leaves, in session mode; empty is none.</summary>
    public string ServerResetQuery { get; init; } = "DISCARD ALL";

    /// <summary>Sends it in the other pool modes too.</summary>
    public bool ServerResetQueryAlways { get; init; }

    /// <summary>Idle time after which a server is checked before it is used.</summary>
    public TimeSpan ServerCheckDelay { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The check as it is written: <c>&lt;empty&gt;</c> is an empty query, an empty text turns the check off.</summary>
    public string ServerCheckQuery { get; init; } = EmptyQuery;

    /// <summary>
    /// In session mode: closes servers that were to be closed between two transactions, with their clients, rather than at the end of the session.
    /// </summary>
    public bool ServerFastClose { get; init; }

    /// <summary>Age after which a server is closed when it is next idle; zero uses each server once.</summary>
    public TimeSpan ServerLifetime { get; init; } = TimeSpan.FromSeconds(3600);

    /// <summary>Idle time after which a server is closed.</summary>
    public TimeSpan ServerIdleTimeout { get; init; } = TimeSpan.FromSeconds(600);

    /// <summary>How long a database that only clients have named is kept without clients and servers; zero is for ever.</summary>
    public TimeSpan AutodbIdleTimeout { get; init; } = TimeSpan.FromSeconds(3600);

    /// <summary>How long any pool is kept without clients and servers; zero is for ever.</summary>
    public TimeSpan PoolIdleTimeout { get; init; }

    /// <summary>How long connecting and logging in to a server may take.</summary>
    public TimeSpan ServerConnectTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Longest pause after a failed login to a server.</summary>
    public TimeSpan ServerLoginRetry { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How long a client may take to log in.</summary>
    public TimeSpan ClientLoginTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long a query may run.</summary>
    public TimeSpan QueryTimeout { get; init; }

    /// <summary>How long a query may wait for a server.</summary>
    public TimeSpan QueryWaitTimeout { get; init; } = TimeSpan.FromSeconds(120);

    /// <summary>How long a query waits for a server before its client is told so; zero tells nobody.</summary>
    public TimeSpan QueryWaitNotify { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a cancel request may wait for a connection to the server.</summary>
    public TimeSpan CancelWaitTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long SUSPEND waits for connections to come to rest before it closes them; zero is as long as they take.</summary>
    public TimeSpan SuspendTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a client may be idle outside a transaction.</summary>
    public TimeSpan ClientIdleTimeout { get; init; }

    /// <summary>How long a client may be idle inside a transaction.</summary>
    public TimeSpan IdleTransactionTimeout { get; init; }

    /// <summary>
    /// Within what time a shutdown that waits for clients sends them away, each at the end of its transaction; zero waits for as long as
    /// they like, as PgBouncer does. pgmux's own.
    /// </summary>
    public TimeSpan ShutdownDrainTimeout { get; init; }

    /// <summary>How long a transaction may take from its first query on.</summary>
    public TimeSpan TransactionTimeout { get; init; }

    /// <summary>The query behind <see cref="ServerCheckQuery"/>: null is no check, an empty text the empty query.</summary>
    public string? CheckQuery => ServerCheckQuery switch
    {
        "" => null,
        EmptyQuery => "",
        _ => ServerCheckQuery,
    };

    /// <summary>Values of the settings without a property here, by key; those that hold their default may be missing.</summary>
    public ImmutableDictionary<string, object> Others { get; init; } = ImmutableDictionary<string, object>.Empty;

    private const string EmptyQuery = "<empty>";
}
