using System.Net;
using Microsoft.Extensions.Logging;

namespace Pgmux.Transport;

internal static partial class TransportLog
{
    [LoggerMessage(TransportEventIds.AcceptPaused, LogLevel.Warning, "Cannot accept connections on {EndPoint}: {Reason}; trying again in {DelayMs} ms")]
    public static partial void AcceptPaused(ILogger logger, EndPoint endPoint, string reason, int delayMs);

    [LoggerMessage(TransportEventIds.LoopWorkFailed, LogLevel.Error, "Unhandled exception on {Loop}")]
    public static partial void LoopWorkFailed(ILogger logger, Exception exception, string loop);

    [LoggerMessage(TransportEventIds.AcceptedConnectionLost, LogLevel.Warning, "Closed a connection accepted on {EndPoint} that could not be watched: {Reason}")]
    public static partial void AcceptedConnectionLost(ILogger logger, EndPoint endPoint, string reason);
}
