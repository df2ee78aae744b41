using Microsoft.Extensions.Logging;
using Pgmux.Core.Diagnostics;

namespace Pgmux.Core.Pooling;

/// <summary>Events of pools.</summary>
internal static partial class PoolingLog
{
    [LoggerMessage(EventIds.ReserveTaken, LogLevel.Warning, "{Client} taking connection from reserve_pool")]
    public static partial void ReserveTaken(ILogger logger, string client);
}
