using Microsoft.Extensions.Logging;
using Pgmux.Core.Diagnostics;

namespace Pgmux;

/// <summary>Events of the start.</summary>
internal static partial class LaunchLog
{
    /// <summary>The process ends before it has served anybody.</summary>
    [LoggerMessage(EventIds.StartRefused, LogLevel.Critical, "{Reason}")]
    public static partial void Refused(ILogger logger, string reason);

    /// <summary>The pid file of a dead process was replaced.</summary>
    [LoggerMessage(EventIds.StalePidFile, LogLevel.Information, "stale pidfile, removing")]
    public static partial void StalePidFile(ILogger logger);

    /// <summary>The pid file still names the process that was taken over from.</summary>
    [LoggerMessage(EventIds.PidFileNotReplaced, LogLevel.Warning, "{Problem}; it names a process that no longer serves")]
    public static partial void PidFileNotReplaced(ILogger logger, string problem);

    /// <summary>What a signal has done.</summary>
    [LoggerMessage(EventIds.Signal, LogLevel.Information, "{What}")]
    public static partial void Signal(ILogger logger, string what);
}
