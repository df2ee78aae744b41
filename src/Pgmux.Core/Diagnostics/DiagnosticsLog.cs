using Microsoft.Extensions.Logging;

namespace Pgmux.Core.Diagnostics;

/// <summary>What the log says about itself.</summary>
internal static partial class DiagnosticsLog
{
    /// <summary>The log file cannot be opened.</summary>
    [LoggerMessage(EventIds.LogFileUnusable, LogLevel.Error, "cannot open logfile {Path}: {Reason}")]
    public static partial void FileUnusable(ILogger logger, string path, string reason);

    /// <summary>A peer could not be told why its connection closes.</summary>
    [LoggerMessage(EventIds.LastWordLost, LogLevel.Warning, "{Connection} closes without a last word")]
    public static partial void LastWordLost(ILogger logger, Exception failure, string connection);
}
