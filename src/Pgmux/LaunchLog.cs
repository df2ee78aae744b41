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

    /// <summary>A signal asks for what is not built yet.</summary>
    [LoggerMessage(EventIds.SignalNotBuilt, LogLevel.Warning, "got {Signal}, but {Command} is not built into pgmux yet")]
    public static partial void SignalNotBuilt(ILogger logger, string signal, string command);
}
