using Microsoft.Extensions.Logging;
using Pgmux.Core.Diagnostics;
using Pgmux.Protocol;

namespace Pgmux.Core.Clients;

/// <summary>Events of client connections.</summary>
internal static partial class ClientsLog
{
    /// <summary>A client has gone, as far as the settings want to know.</summary>
    public static void Closed(ClientEnvironment environment, ClientConnection client, ClientCloseReason reason, ErrorFields? error)
    {
        var options = client.Configuration.Options;

        // As PgBouncer does it, the log's reason is what the client is told, where it is told anything.
        var words = error is null || reason == ClientCloseReason.TokenDiscovery ? reason.Describe() : error.Message;
        if (error is not null && options.LogPoolerErrors && reason != ClientCloseReason.TokenDiscovery)
        {
            PoolerError(environment.Logger, client.LogName, error.Message);
        }

        // Whoever never came as far as a user name is not worth a line: port scanners and health checks.
        if (client.User.Length == 0 && error is null && !reason.IsAboutPeers())
        {
            Scanned(environment.Logger, client.LogName, words);
        }
        else if (options.LogDisconnections)
        {
            Closing(environment.Logger, client.LogName, words, AgeSeconds(client));
        }
    }

    [LoggerMessage(EventIds.ClientLogin, LogLevel.Information, "{Client} login attempt: db={Database} user={User} tls={Tls} replication={Replication}")]
    public static partial void Login(ILogger logger, string client, string database, string user, string tls, string replication);

    [LoggerMessage(EventIds.ClientAuthenticationFailed, LogLevel.Warning, "{Client} {Message}: {Detail}")]
    public static partial void AuthenticationFailed(ILogger logger, string client, string message, string detail);

    [LoggerMessage(EventIds.ClientTlsFailed, LogLevel.Warning, "{Client} TLS handshake failed: {Reason}")]
    public static partial void TlsFailed(ILogger logger, string client, string reason);

    [LoggerMessage(EventIds.ClientProxied, LogLevel.Debug, "{Client} comes through the proxy at {Proxy}")]
    public static partial void Proxied(ILogger logger, string client, string proxy);

    [LoggerMessage(EventIds.ClientProxyHeaderRefused, LogLevel.Warning, "{Client} PROXY header refused: {Reason}")]
    public static partial void ProxyHeaderRefused(ILogger logger, string client, string reason);

    [LoggerMessage(EventIds.ClientHbaLineMatched, LogLevel.Debug, "{Client} HBA line {File}:{Line} is matched")]
    public static partial void HbaLineMatched(ILogger logger, string client, string file, int line);

    [LoggerMessage(EventIds.ClientTokenDiscovery, LogLevel.Debug, "{Client} OAuth issuer discovery requested")]
    public static partial void TokenDiscovery(ILogger logger, string client);

    [LoggerMessage(EventIds.ClientInternalError, LogLevel.Error, "{Client} internal error")]
    public static partial void InternalError(ILogger logger, Exception failure, string client);

    [LoggerMessage(EventIds.ClientSimpleQueryUsed, LogLevel.Warning, "{Client} client used \"Query\" packet type")]
    public static partial void SimpleQueryUsed(ILogger logger, string client);

    // PgBouncer's level, though any client may cause it.
    [LoggerMessage(EventIds.StatementNameTaken, LogLevel.Error, "{Client} prepared statement '{Name}' was already prepared")]
    public static partial void StatementNameTaken(ILogger logger, string client, string name);

    [LoggerMessage(EventIds.ClientPoolerError, LogLevel.Warning, "{Client} pooler error: {Message}")]
    private static partial void PoolerError(ILogger logger, string client, string message);

    [LoggerMessage(EventIds.ClientClosing, LogLevel.Information, "{Client} closing because: {Reason} (age={Age}s)")]
    private static partial void Closing(ILogger logger, string client, string reason, long age);

    [LoggerMessage(EventIds.ClientScanned, LogLevel.Debug, "{Client} closing because: {Reason}")]
    private static partial void Scanned(ILogger logger, string client, string reason);

    private static long AgeSeconds(ClientConnection client) =>
        (long)client.Loop.TimeProvider.GetElapsedTime(client.AcceptedAt, client.Loop.Timestamp).TotalSeconds;
}
