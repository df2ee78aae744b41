using Microsoft.Extensions.Logging;
using Pgmux.Core.Configuration;
using Pgmux.Core.Diagnostics;

namespace Pgmux;

/// <summary>Reads the configuration again and tells the log what came of it.</summary>
internal static class Reload
{
    /// <summary>True when the new configuration is in use; false when the old one stays.</summary>
    public static bool Run(ConfigStore config, LogOutput log, ILogger logger)
    {
        var isGood = config.TryReload(out var faults, out var warnings);
        foreach (var fault in faults)
        {
            ConfigurationLog.Fault(logger, fault);
        }

        foreach (var warning in warnings)
        {
            ConfigurationLog.Warning(logger, warning);
        }

        // The log file is opened again even after a bad reload: log rotation sends the same signal.
        log.Apply(config.Current.Options);
        if (isGood)
        {
            ConfigurationLog.Reloaded(logger, config.Current.FilePath);
        }
        else
        {
            ConfigurationLog.ReloadRefused(logger, faults.Count);
        }

        return isGood;
    }
}
