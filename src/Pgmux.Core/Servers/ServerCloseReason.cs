namespace Pgmux.Core.Servers;

/// <summary>Why a server connection ended.</summary>
internal enum ServerCloseReason
{
    /// <summary>No connection could be opened.</summary>
    ConnectFailed,

    /// <summary>Connect and login together took longer than server_connect_timeout.</summary>
    ConnectTimedOut,

    /// <summary>The host name could not be resolved.</summary>
    NameNotResolved,

    /// <summary>No TLS where it is demanded: the server has none, its certificate does not stand, or the handshake failed.</summary>
    TlsFailed,

    /// <summary>The server refused the login.</summary>
    LoginFailed,

    /// <summary>The server closed, or the link broke.</summary>
    Crashed,

    /// <summary>The server sent what nobody asked for, or what is not the protocol.</summary>
    ProtocolViolation,

    /// <summary>Older than server_lifetime.</summary>
    LifetimeOver,

    /// <summary>Unused for longer than server_idle_timeout.</summary>
    IdleTimedOut,

    /// <summary>The pool holds more than its size and its reserve.</summary>
    PoolTooLarge,

    /// <summary>A limit over several pools was reached, and a client of another pool needs a server.</summary>
    Evicted,

    /// <summary>The pool was full, and a client needs a server of its own: with the method oauth, or to replicate.</summary>
    MadeRoom,

    /// <summary>A reload changed where or how to connect.</summary>
    ConfigurationChanged,

    /// <summary>The host name no longer stands for the address.</summary>
    AddressVanished,

    /// <summary>PAUSE or KILL.</summary>
    Paused,

    /// <summary>SUSPEND, and the server did not come to rest within suspend_timeout.</summary>
    SuspendTimedOut,

    /// <summary>The client left in the middle of a query or transaction.</summary>
    ClientGone,

    /// <summary>The replication client that it was opened for has left.</summary>
    ReplicationEnded,

    /// <summary>A query ran longer than query_timeout.</summary>
    QueryTimedOut,

    /// <summary>The client was idle in a transaction for longer than idle_transaction_timeout.</summary>
    IdleTransactionTimedOut,

    /// <summary>A transaction took longer than transaction_timeout.</summary>
    TransactionTimedOut,

    /// <summary>A transaction was left open in statement mode.</summary>
    TransactionInStatementMode,

    /// <summary>server_reset_query failed.</summary>
    ResetFailed,

    /// <summary>server_check_query failed.</summary>
    CheckFailed,

    /// <summary>The server refused a run-time parameter of its client.</summary>
    ParameterRefused,

    /// <summary>A cancel request sent to the server did not end in time.</summary>
    CancelTimedOut,

    /// <summary>The server reported that it is out of memory; its state is not to be trusted.</summary>
    Retired,

    /// <summary>pgmux stops.</summary>
    ShuttingDown,

    /// <summary>pgmux itself failed while it handled this connection.</summary>
    InternalError,
}
