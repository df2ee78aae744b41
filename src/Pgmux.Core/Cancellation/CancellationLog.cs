using Microsoft.Extensions.Logging;
using Pgmux.Core.Diagnostics;

namespace Pgmux.Core.Cancellation;

/// <summary>Events of cancel requests.</summary>
internal static partial class CancellationLog
{
    [LoggerMessage(EventIds.CancelFailed, LogLevel.Warning, "{Server} cancel request failed: {Message}")]
    public static partial void Failed(ILogger logger, string server, string message);

    [LoggerMessage(EventIds.CancelDropped, LogLevel.Warning, "{Server} cancel request dropped: {Limit} are under way already")]
    public static partial void Dropped(ILogger logger, string server, int limit);

    [LoggerMessage(EventIds.CancelForwarded, LogLevel.Debug, "forwarding cancellation request to peer {Peer}")]
    public static partial void ForwardingToPeer(ILogger logger, int peer);

    [LoggerMessage(EventIds.PeersUnresolved, LogLevel.Warning, "peers_dns: cannot resolve \"{Name}\": {Message}")]
    public static partial void NameUnresolved(ILogger logger, string name, string message);

    [LoggerMessage(EventIds.CancelFault, LogLevel.Error, "{Server} internal error while a cancel request was sent")]
    public static partial void InternalError(ILogger logger, Exception failure, string server);
}
