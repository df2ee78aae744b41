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

    [LoggerMessage(EventIds.CancelFault, LogLevel.Error, "{Server} internal error while a cancel request was sent")]
    public static partial void InternalError(ILogger logger, Exception failure, string server);
}
