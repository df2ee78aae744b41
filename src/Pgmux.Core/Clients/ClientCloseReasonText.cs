using System.Diagnostics;

namespace Pgmux.Core.Clients;

/// <summary>The words for the log, PgBouncer's where it has them.</summary>
internal static class ClientCloseReasonText
{
    /// <summary>Whether it tells the operator that something is wrong with the peers, whoever the client was.</summary>
    public static bool IsAboutPeers(this ClientCloseReason reason) => reason is ClientCloseReason.CancelPeerUnknown
        or ClientCloseReason.CancelHopsExhausted or ClientCloseReason.CancelTimedOut or ClientCloseReason.CancelNotForwarded;

    public static string Describe(this ClientCloseReason reason) => reason switch
    {
        ClientCloseReason.CloseRequest => "client close request",
        ClientCloseReason.UnexpectedEof => "client unexpected eof",
        ClientCloseReason.CancelRequest => "cancel request",
        ClientCloseReason.CancelKeyUnknown => "failed cancel request",
        ClientCloseReason.CancelPeerUnknown => "could not find peer to forward request to",
        ClientCloseReason.CancelHopsExhausted => "failed to forward cancel request because its TTL was exhausted",
        ClientCloseReason.CancelTimedOut => "cancel_wait_timeout",
        ClientCloseReason.CancelNotForwarded => "failed to send cancel request",
        ClientCloseReason.StartupRefused => "startup refused",
        ClientCloseReason.ProxyHeaderRefused => "PROXY header refused",
        ClientCloseReason.TlsFailed => "TLS handshake failed",
        ClientCloseReason.AuthenticationFailed => "authentication failed",
        ClientCloseReason.TokenDiscovery => "OAuth issuer discovery",
        ClientCloseReason.ConfigurationError => "bouncer config error",
        ClientCloseReason.LoginTimedOut => "client_login_timeout",
        ClientCloseReason.TooManyClients => "no more connections allowed (max_client_conn)",
        ClientCloseReason.IdleTimedOut => "client_idle_timeout",
        ClientCloseReason.IdleTransactionTimedOut => "idle transaction timeout",
        ClientCloseReason.TransactionTimedOut => "transaction timeout",
        ClientCloseReason.QueryTimedOut => "query timeout",
        ClientCloseReason.QueryTimedOutInQueue => "query_timeout",
        ClientCloseReason.WaitTimedOut => "query_wait_timeout",
        ClientCloseReason.NoServer => "server login failed",
        ClientCloseReason.ServerLost => "server connection lost",
        ClientCloseReason.ParameterRefused => "invalid server parameter",
        ClientCloseReason.ProtocolViolation => "client broke the protocol",
        ClientCloseReason.SimpleQueryRefused => "PQexec disallowed",
        ClientCloseReason.TransactionInStatementMode => "transaction blocks not allowed in statement pooling mode",
        ClientCloseReason.DatabaseRemoved => "database removed",
        ClientCloseReason.SuspendTimedOut => "suspend_timeout",
        ClientCloseReason.Killed => "admin forced disconnect",
        ClientCloseReason.ShuttingDown => "server shutting down",
        ClientCloseReason.HandedOver => "handed over to the new process",
        ClientCloseReason.InternalError => "internal error",
        _ => throw new UnreachableException($"{reason} has no text"),
    };
}
