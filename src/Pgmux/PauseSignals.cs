using Microsoft.Extensions.Logging;
using Pgmux.Core.Admin;

namespace Pgmux;

/// <summary>SIGUSR1 and SIGUSR2: PAUSE and RESUME of all databases, which nobody waits for. The log's words are PgBouncer's.</summary>
internal static class PauseSignals
{
    /// <summary>SIGUSR1.</summary>
    public static void Pause(IPoolerSwitches switches, ILogger logger) =>
        LaunchLog.Signal(logger, switches.TryPause() ? "got SIGUSR1, pausing all activity" : "got SIGUSR1, but already paused/suspended");

    /// <summary>SIGUSR2.</summary>
    public static void Resume(IPoolerSwitches switches, ILogger logger)
    {
        var from = switches.IsSuspended ? "SUSPEND" : "PAUSE";
        LaunchLog.Signal(
            logger,
            switches.IsShuttingDown ? "got SIGUSR2 while shutting down, ignoring"
            : switches.TryResume() ? $"got SIGUSR2, continuing from {from}"
            : "got SIGUSR2, but not paused/suspended");
    }
}
