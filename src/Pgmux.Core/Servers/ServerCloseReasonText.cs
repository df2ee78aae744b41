using System.Diagnostics;

namespace Pgmux.Core.Servers;

/// <summary>The words for the log, PgBouncer's where it has them.</summary>
internal static class ServerCloseReasonText
{
    public static string Describe(this ServerCloseReason reason) => reason switch
    {
        ServerCloseReason.ConnectFailed => "connect failed",
        ServerCloseReason.ConnectTimedOut => "connect timeout",
        ServerCloseReason.NameNotResolved => "server DNS lookup failed",
        ServerCloseReason.TlsFailed => "TLS handshake failed",
        ServerCloseReason.LoginFailed => "login failed",
        ServerCloseReason.Crashed => "server conn crashed?",
        ServerCloseReason.ProtocolViolation => "server broke the protocol",
        ServerCloseReason.LifetimeOver => "server lifetime over",
        ServerCloseReason.IdleTimedOut => "server idle timeout",
        ServerCloseReason.PoolTooLarge => "too many servers in the pool",
        ServerCloseReason.Evicted => "evicted",
        ServerCloseReason.MadeRoom => "makes room for a login",
        ServerCloseReason.ConfigurationChanged => "database configuration changed",
        ServerCloseReason.AddressVanished => "obsolete connection",
        ServerCloseReason.Paused => "pause mode",
        ServerCloseReason.SuspendTimedOut => "suspend_timeout",
        ServerCloseReason.ClientGone => "client disconnect while server was not ready",
        ServerCloseReason.ReplicationEnded => "replication client was closed",
        ServerCloseReason.QueryTimedOut => "query timeout",
        ServerCloseReason.IdleTransactionTimedOut => "idle transaction timeout",
        ServerCloseReason.TransactionTimedOut => "transaction timeout",
        ServerCloseReason.TransactionInStatementMode => "transaction blocks not allowed in statement pooling mode",
        ServerCloseReason.ResetFailed => "reset query failed",
        ServerCloseReason.CheckFailed => "check query failed",
        ServerCloseReason.ParameterRefused => "invalid server parameter",
        ServerCloseReason.CancelTimedOut => "cancel_wait_timeout",
        ServerCloseReason.Retired => "server out of memory",
        ServerCloseReason.ShuttingDown => "pooler is shutting down",
        ServerCloseReason.InternalError => "internal error",
        _ => throw new UnreachableException($"{reason} has no text"),
    };
}
