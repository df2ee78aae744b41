using Microsoft.Extensions.Logging;
using Pgmux.Core.Diagnostics;

namespace Pgmux.Core.Admin;

/// <summary>Events of the console.</summary>
internal static partial class AdminLog
{
    /// <summary>A command that changes something was issued.</summary>
    [LoggerMessage(EventIds.ConsoleCommand, LogLevel.Information, "{Prefix} {Command} command issued")]
    public static partial void CommandIssued(ILogger logger, string prefix, string command);

    /// <summary>A command was refused.</summary>
    [LoggerMessage(EventIds.ConsoleError, LogLevel.Debug, "{Prefix} {Message}")]
    public static partial void CommandRefused(ILogger logger, string prefix, string message);
}
