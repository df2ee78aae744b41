using Microsoft.Extensions.Logging;
using Pgmux.Core.Diagnostics;

namespace Pgmux.Core.Pooling;

/// <summary>Events of pools.</summary>
internal static partial class PoolingLog
{
    [LoggerMessage(EventIds.ReserveTaken, LogLevel.Warning, "{Client} taking connection from reserve_pool")]
    public static partial void ReserveTaken(ILogger logger, string client);

    [LoggerMessage(EventIds.AutomaticDatabaseAdded, LogLevel.Information, "registered new auto-database: {Database}")]
    public static partial void AutomaticDatabaseAdded(ILogger logger, string database);

    [LoggerMessage(
        EventIds.AutomaticDatabaseDropped,
        LogLevel.Warning,
        "dropping database '{Database}' as it does not exist anymore or inactive auto-database")]
    public static partial void AutomaticDatabaseDropped(ILogger logger, string database);
}
