using Pgmux.Core.Configuration;
using Pgmux.Core.Diagnostics;

namespace Pgmux;

/// <summary>From a good configuration to a process that serves.</summary>
internal static class Serve
{
    /// <summary>Serves until a signal ends it; returns the exit code.</summary>
    public static async Task<int> ServeAsync(ConfigStore config, LogOutput log)
    {
        var logger = log.Loggers.CreateLogger("pgmux");
        var stop = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var signals = new ProcessSignals(signal =>
        {
            switch (signal)
            {
                case ProcessSignal.Reload:
                    Reload.Run(config, log, logger);
                    break;
                case ProcessSignal.ShutdownNow or ProcessSignal.ShutdownWaitForServers or ProcessSignal.ShutdownWaitForClients:
                    stop.TrySetResult();
                    break;
            }
        });
        await stop.Task;
        return 0;
    }
}
