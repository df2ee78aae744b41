using Microsoft.Extensions.Logging;

namespace Pgmux.Core.Diagnostics;

/// <summary>What the log says about itself.</summary>
internal static partial class DiagnosticsLog
{
    /// <summary>The log file cannot be opened.</summary>
    [LoggerMessage(EventIds.LogFileUnusable, LogLevel.Error, "cannot open logfile {Path}: {Reason}")]
    public static partial void FileUnusable(ILogger logger, string path, string reason);
}
