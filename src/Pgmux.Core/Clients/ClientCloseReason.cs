namespace Pgmux.Core.Clients;

/// <summary>Why a client connection ended.</summary>
internal enum ClientCloseReason
{
    /// <summary>Terminate.</summary>
    CloseRequest,

    /// <summary>The client closed without Terminate, or the link broke.</summary>
    UnexpectedEof,

    /// <summary>The connection carried nothing but a cancel request.</summary>
    CancelRequest,

    /// <summary>A cancel request whose key nobody has.</summary>
    CancelKeyUnknown,

    /// <summary>A cancel request for a peer that the configuration does not name.</summary>
    CancelPeerUnknown,

    /// <summary>A cancel request for a peer that has been passed on as often as it may be.</summary>
    CancelHopsExhausted,

    /// <summary>A cancel request that a peer has not dealt with within cancel_wait_timeout.</summary>
    CancelTimedOut,

    /// <summary>A cancel request that its peer could not be given.</summary>
    CancelNotForwarded,

    /// <summary>The startup packet or a parameter in it was refused.</summary>
    StartupRefused,

    /// <summary>A proxy sent a wrong header ahead of its client's bytes.</summary>
    ProxyHeaderRefused,

    /// <summary>The TLS handshake failed.</summary>
    TlsFailed,

    /// <summary>The authentication failed.</summary>
    AuthenticationFailed,

    /// <summary>The configuration does not allow what the login needs.</summary>
    ConfigurationError,

    /// <summary>client_login_timeout.</summary>
    LoginTimedOut,

    /// <summary>The client has asked where tokens are to be had, and comes again with one.</summary>
    TokenDiscovery,

    /// <summary>max_client_conn.</summary>
    TooManyClients,

    /// <summary>client_idle_timeout.</summary>
    IdleTimedOut,

    /// <summary>idle_transaction_timeout.</summary>
    IdleTransactionTimedOut,

    /// <summary>transaction_timeout.</summary>
    TransactionTimedOut,

    /// <summary>query_timeout, while a server had the query.</summary>
    QueryTimedOut,

    /// <summary>query_timeout, while the query waited for a server.</summary>
    QueryTimedOutInQueue,

    /// <summary>query_wait_timeout.</summary>
    WaitTimedOut,

    /// <summary>The server refused pgmux's login, or logins have been failing.</summary>
    NoServer,

    /// <summary>The server that the client held is gone.</summary>
    ServerLost,

    /// <summary>A server refused one of the client's run-time parameters.</summary>
    ParameterRefused,

    /// <summary>The client broke the protocol.</summary>
    ProtocolViolation,

    /// <summary>A simple query with disable_pqexec.</summary>
    SimpleQueryRefused,

    /// <summary>A transaction block in statement mode.</summary>
    TransactionInStatementMode,

    /// <summary>The database was taken out of the configuration.</summary>
    DatabaseRemoved,

    /// <summary>SUSPEND, and the client did not come to rest within suspend_timeout.</summary>
    SuspendTimedOut,

    /// <summary>KILL_CLIENT.</summary>
    Killed,

    /// <summary>pgmux stops.</summary>
    ShuttingDown,

    /// <summary>Online restart: another process goes on with the client.</summary>
    HandedOver,

    /// <summary>pgmux itself failed while it handled this connection.</summary>
    InternalError,
}
