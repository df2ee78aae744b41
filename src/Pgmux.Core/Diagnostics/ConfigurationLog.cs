using Microsoft.Extensions.Logging;
using Pgmux.Core.Configuration;

namespace Pgmux.Core.Diagnostics;

/// <summary>Events of the folder Configuration, which comes before this one and so cannot log for itself.</summary>
internal static partial class ConfigurationLog
{
    /// <summary>The configuration was read.</summary>
    [LoggerMessage(EventIds.ConfigurationLoaded, LogLevel.Debug, "configuration {Path} loaded: {Databases} databases, {Users} users")]
    public static partial void Loaded(ILogger logger, string path, int databases, int users);

    /// <summary>Something in a file is wrong.</summary>
    [LoggerMessage(EventIds.ConfigurationFault, LogLevel.Error, "{Fault}")]
    public static partial void Fault(ILogger logger, ConfigFault fault);

    /// <summary>Something in a file is odd.</summary>
    [LoggerMessage(EventIds.ConfigurationWarning, LogLevel.Warning, "{Warning}")]
    public static partial void Warning(ILogger logger, ConfigFault warning);

    /// <summary>A reload found faults.</summary>
    [LoggerMessage(EventIds.ReloadRefused, LogLevel.Warning, "config file loading failed with {Faults} fault(s), the old configuration stays")]
    public static partial void ReloadRefused(ILogger logger, int faults);

    /// <summary>A reload took a new configuration.</summary>
    [LoggerMessage(EventIds.Reloaded, LogLevel.Information, "configuration {Path} reloaded")]
    public static partial void Reloaded(ILogger logger, string path);

    /// <summary>auth_file had changed and was read again.</summary>
    [LoggerMessage(EventIds.UsersReloaded, LogLevel.Information, "auth_file {Path} changed: {Users} users")]
    public static partial void UsersReloaded(ILogger logger, string path, int users);

    /// <summary>auth_file had changed and cannot be used.</summary>
    [LoggerMessage(EventIds.UsersRefused, LogLevel.Warning, "auth_file {Path} changed and cannot be used, the users of before stay")]
    public static partial void UsersRefused(ILogger logger, string path);
}
