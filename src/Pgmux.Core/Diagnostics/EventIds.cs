namespace Pgmux.Core.Diagnostics;

/// <summary>
/// Ids of log events. Each folder of the project has a hundred of its own; an id that was once given away is never used for
/// another event.
/// </summary>
internal static class EventIds
{
    // 1000 to 1099: Configuration.

    /// <summary>The configuration was read.</summary>
    public const int ConfigurationLoaded = 1000;

    /// <summary>Something in a file is wrong.</summary>
    public const int ConfigurationFault = 1001;

    /// <summary>Something in a file is odd.</summary>
    public const int ConfigurationWarning = 1002;

    /// <summary>A reload found faults.</summary>
    public const int ReloadRefused = 1003;

    /// <summary>A reload took a new configuration.</summary>
    public const int Reloaded = 1004;

    /// <summary>auth_file had changed and was read again.</summary>
    public const int UsersReloaded = 1005;

    /// <summary>auth_file had changed and cannot be used.</summary>
    public const int UsersRefused = 1006;

    // 1100 to 1199: Diagnostics.

    /// <summary>The log file cannot be opened.</summary>
    public const int LogFileUnusable = 1100;

    /// <summary>A peer could not be told why its connection closes.</summary>
    public const int LastWordLost = 1101;

    /// <summary>Lines of the log could not be written.</summary>
    public const int LogLinesLost = 1102;

    // 1200 to 1299: Authentication.

    /// <summary>A fault of ours while an LDAP server was asked.</summary>
    public const int LdapFault = 1200;

    // 1300 to 1399: Parameters.
    // 1400 to 1499: Statements.

    /// <summary>A client has prepared a statement under a name that it has given already.</summary>
    public const int StatementNameTaken = 1400;

    // 1500 to 1599: Servers.

    /// <summary>A server has let us in.</summary>
    public const int ServerOpened = 1500;

    /// <summary>A server connection ends.</summary>
    public const int ServerClosing = 1501;

    /// <summary>A server refused the login.</summary>
    public const int ServerLoginFailed = 1502;

    /// <summary>A server could not be reached.</summary>
    public const int ServerConnectFailed = 1503;

    /// <summary>A server ended the connection with an error that no client has seen.</summary>
    public const int ServerLastWord = 1504;

    /// <summary>A server sent what is not the protocol.</summary>
    public const int ServerProtocolViolation = 1505;

    /// <summary>A fault of ours on a server connection.</summary>
    public const int ServerInternalError = 1506;

    /// <summary>connect_query failed.</summary>
    public const int ServerConnectQueryFailed = 1507;

    /// <summary>A server refused a client's run-time parameter.</summary>
    public const int ServerParameterRefused = 1508;

    /// <summary>A connection to a server is encrypted.</summary>
    public const int ServerEncrypted = 1509;

    /// <summary>A server did not take the first of the two ways that server_tls_sslmode allows.</summary>
    public const int ServerTriedOtherWay = 1510;

    /// <summary>A server has refused a printed password, and another is asked for.</summary>
    public const int ServerPasswordRenewed = 1511;

    /// <summary>password_command has printed no password.</summary>
    public const int PasswordCommandFailed = 1512;

    /// <summary>password_command has printed a password, and something on stderr.</summary>
    public const int PasswordCommandSaid = 1513;

    /// <summary>The stored secret of a user cannot answer what a server asks.</summary>
    public const int ServerSecretUnusable = 1514;

    // 1550 to 1569: Servers/Hosts.

    /// <summary>A host has other addresses than before.</summary>
    public const int HostResolved = 1550;

    /// <summary>A host could not be looked up.</summary>
    public const int HostLookupFailed = 1551;

    /// <summary>A host could not be looked up, and its last addresses stay in use.</summary>
    public const int HostLastAnswerKept = 1552;

    /// <summary>A host no longer has an address.</summary>
    public const int HostAddressesGone = 1553;

    /// <summary>The serial number of a zone has grown.</summary>
    public const int ZoneSerialChanged = 1554;

    /// <summary>The serial number of a zone cannot be had.</summary>
    public const int ZoneSerialUnknown = 1555;

    /// <summary>A fault of ours while a name was looked up.</summary>
    public const int HostLookupFault = 1556;

    /// <summary>A host has more addresses than are used.</summary>
    public const int HostAddressesLeftOut = 1557;

    // 1600 to 1699: Pooling.

    /// <summary>A connection beyond the size of a pool is opened for a client that has waited for long.</summary>
    public const int ReserveTaken = 1600;

    /// <summary>A client has named a database that the entry * serves.</summary>
    public const int AutomaticDatabaseAdded = 1601;

    /// <summary>Such a database has had neither clients nor servers for long.</summary>
    public const int AutomaticDatabaseDropped = 1602;

    // 1700 to 1799: Cancellation.

    /// <summary>A cancel request could not be delivered.</summary>
    public const int CancelFailed = 1700;

    /// <summary>A cancel request was dropped because too many are under way.</summary>
    public const int CancelDropped = 1701;

    /// <summary>A fault of pgmux itself while a cancel request was sent.</summary>
    public const int CancelFault = 1702;

    /// <summary>A cancel request is passed on to the process that gave out its key.</summary>
    public const int CancelForwarded = 1703;

    /// <summary>The name of peers_dns could not be resolved.</summary>
    public const int PeersUnresolved = 1704;

    // 1800 to 1899: Clients.

    /// <summary>A client asks to be let in.</summary>
    public const int ClientLogin = 1800;

    /// <summary>A client's authentication failed.</summary>
    public const int ClientAuthenticationFailed = 1801;

    /// <summary>A fault of ours on a client connection.</summary>
    public const int ClientInternalError = 1802;

    /// <summary>pgmux has sent a client an error of its own.</summary>
    public const int ClientPoolerError = 1803;

    /// <summary>A client connection ends.</summary>
    public const int ClientClosing = 1804;

    /// <summary>A connection ends that never named a user.</summary>
    public const int ClientScanned = 1805;

    /// <summary>Which line of the HBA file is about a client.</summary>
    public const int ClientHbaLineMatched = 1806;

    /// <summary>A client's TLS handshake failed.</summary>
    public const int ClientTlsFailed = 1807;

    /// <summary>A client comes through a proxy.</summary>
    public const int ClientProxied = 1808;

    /// <summary>A proxy sent a wrong header.</summary>
    public const int ClientProxyHeaderRefused = 1809;

    /// <summary>auth_query has had no answer, or none that can be used.</summary>
    public const int AuthQueryFailed = 1810;

    /// <summary>auth_dbname names a database that there is not.</summary>
    public const int AuthDatabaseMissing = 1811;

    /// <summary>auth_dbname names a database that is disabled.</summary>
    public const int AuthDatabaseDisabled = 1813;

    /// <summary>A client has asked where tokens are to be had.</summary>
    public const int ClientTokenDiscovery = 1812;

    /// <summary>A client has sent a simple query, which disable_pqexec forbids.</summary>
    public const int ClientSimpleQueryUsed = 1814;

    // 1900 to 1999: Admin.

    /// <summary>A console command is run.</summary>
    public const int ConsoleCommand = 1900;

    /// <summary>A console command was refused.</summary>
    public const int ConsoleError = 1901;

    // 2000 to 2099: Hosting.

    /// <summary>pgmux listens on an address.</summary>
    public const int Listening = 2000;

    /// <summary>pgmux serves.</summary>
    public const int Started = 2001;

    /// <summary>pgmux begins to stop.</summary>
    public const int Stopping = 2002;

    /// <summary>pgmux has stopped.</summary>
    public const int Stopped = 2003;

    /// <summary>An event loop caught what nobody else did.</summary>
    public const int LoopFault = 2004;

    /// <summary>Statistics of the last period.</summary>
    public const int Statistics = 2005;

    /// <summary>Which event engine serves.</summary>
    public const int EngineChosen = 2006;

    /// <summary>How many descriptors there may be, and how many the configuration may need.</summary>
    public const int DescriptorLimit = 2007;

    /// <summary>The configuration may need more descriptors than there may be.</summary>
    public const int DescriptorLimitLow = 2008;

    /// <summary>The memory of a burst has been given back to the system.</summary>
    public const int HeapTrimmed = 2009;

    /// <summary>SUSPEND has ended because nobody was left who could end it.</summary>
    public const int SuspensionAbandoned = 2010;

    /// <summary>Clients are sent away before the process stops.</summary>
    public const int Draining = 2020;

    /// <summary>The time for sending clients away is over.</summary>
    public const int DrainIsOver = 2021;

    /// <summary>Another process has asked for sockets and clients.</summary>
    public const int HandoverOffered = 2030;

    /// <summary>Another process has taken over.</summary>
    public const int HandoverBegun = 2031;

    /// <summary>Nothing came of a handover.</summary>
    public const int HandoverFailed = 2032;

    /// <summary>The connection between the two processes has broken.</summary>
    public const int HandoverBroken = 2033;

    /// <summary>A process to take over from was found.</summary>
    public const int TakeoverFound = 2034;

    /// <summary>There is no process to take over from.</summary>
    public const int TakeoverNotFound = 2035;

    /// <summary>The process that was taken over from has ended.</summary>
    public const int TakeoverEnded = 2036;

    /// <summary>A client that was handed over cannot be served.</summary>
    public const int TakeoverClientLost = 2037;

    // 2100 to 2199: the executable.

    /// <summary>The process ends before it has served anybody.</summary>
    public const int StartRefused = 2100;

    /// <summary>The pid file of a dead process was replaced.</summary>
    public const int StalePidFile = 2101;

    /// <summary>A signal has paused or resumed.</summary>
    public const int Signal = 2102;

    /// <summary>The pid file could not be replaced after a takeover.</summary>
    public const int PidFileNotReplaced = 2103;
}
