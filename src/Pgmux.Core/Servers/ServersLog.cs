using Microsoft.Extensions.Logging;
using Pgmux.Core.Diagnostics;

namespace Pgmux.Core.Servers;

/// <summary>Events of server connections.</summary>
internal static partial class ServersLog
{
    [LoggerMessage(EventIds.ServerOpened, LogLevel.Information, "{Server} new connection to server (from {Local})")]
    public static partial void Opened(ILogger logger, string server, string local);

    [LoggerMessage(EventIds.ServerEncrypted, LogLevel.Information, "{Server} SSL established: {Tls}")]
    public static partial void Encrypted(ILogger logger, string server, string tls);

    [LoggerMessage(EventIds.ServerTriedOtherWay, LogLevel.Information, "{Server} trying again {Way}: {Message}")]
    public static partial void TriedOtherWay(ILogger logger, string server, string way, string message);

    [LoggerMessage(EventIds.ServerPasswordRenewed, LogLevel.Information, "{Server} asking password_command again: {Message}")]
    public static partial void AskingAgain(ILogger logger, string server, string message);

    [LoggerMessage(
        EventIds.PasswordCommandFailed,
        LogLevel.Warning,
        "password_command ({File}:{Line}) of database \"{Database}\" for user \"{User}\": {Trouble}. Correct the command or what it asks")]
    public static partial void PasswordCommandFailed(ILogger logger, string file, int line, string database, string user, string trouble);

    [LoggerMessage(
        EventIds.PasswordCommandSaid,
        LogLevel.Information,
        "password_command ({File}:{Line}) of database \"{Database}\" for user \"{User}\" has printed a password and said: {Said}")]
    public static partial void PasswordCommandSaid(ILogger logger, string file, int line, string database, string user, string said);

    [LoggerMessage(EventIds.ServerClosing, LogLevel.Information, "{Server} closing because: {Reason} (age={Age}s)")]
    public static partial void Closing(ILogger logger, string server, string reason, long age);

    [LoggerMessage(EventIds.ServerLoginFailed, LogLevel.Warning, "{Server} server login failed: {Severity} {Message}")]
    public static partial void LoginFailed(ILogger logger, string server, string severity, string message);

    // PgBouncer's level: as long as the secret stays as it is, no server of this user can be logged in to.
    [LoggerMessage(EventIds.ServerSecretUnusable, LogLevel.Error, "{Server} {Trouble}")]
    public static partial void SecretUnusable(ILogger logger, string server, string trouble);

    [LoggerMessage(EventIds.ServerConnectFailed, LogLevel.Warning, "{Server} {Message}")]
    public static partial void ConnectFailed(ILogger logger, string server, string message);

    [LoggerMessage(EventIds.ServerLastWord, LogLevel.Information, "{Server} server said: {Severity} {Message}")]
    public static partial void LastWord(ILogger logger, string server, string severity, string message);

    [LoggerMessage(EventIds.ServerProtocolViolation, LogLevel.Warning, "{Server} server broke the protocol: {Message}")]
    public static partial void ProtocolViolation(ILogger logger, string server, string message);

    [LoggerMessage(EventIds.ServerInternalError, LogLevel.Error, "{Server} internal error")]
    public static partial void InternalError(ILogger logger, Exception failure, string server);

    [LoggerMessage(EventIds.ServerConnectQueryFailed, LogLevel.Warning, "{Server} connect_query failed: {Message}")]
    public static partial void ConnectQueryFailed(ILogger logger, string server, string message);

    [LoggerMessage(EventIds.ServerParameterRefused, LogLevel.Warning, "{Server} invalid server parameter: {Message}")]
    public static partial void ParameterRefused(ILogger logger, string server, string message);
}
