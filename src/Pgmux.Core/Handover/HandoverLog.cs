using Microsoft.Extensions.Logging;
using Pgmux.Core.Diagnostics;

namespace Pgmux.Core.Handover;

/// <summary>Events of an online restart.</summary>
internal static partial class HandoverLog
{
    /// <summary>The new process has come for the sockets.</summary>
    [LoggerMessage(EventIds.HandoverOffered, LogLevel.Information, "process {ProcessId} asks for {Listeners} listening socket(s) and for the clients")]
    public static partial void Offered(ILogger logger, int processId, int listeners);

    /// <summary>The new process serves; this one only ends what it has.</summary>
    [LoggerMessage(EventIds.HandoverBegun, LogLevel.Information, "process {ProcessId} has taken over: giving it {Clients} client(s) as they become idle, and ending when none is left")]
    public static partial void Begun(ILogger logger, int processId, int clients);

    /// <summary>Nothing has been handed over, and this process goes on.</summary>
    [LoggerMessage(EventIds.HandoverFailed, LogLevel.Warning, "handover has failed, this process goes on: {Reason}")]
    public static partial void Failed(ILogger logger, string reason);

    /// <summary>The connection between the two has ended in bad order.</summary>
    [LoggerMessage(EventIds.HandoverBroken, LogLevel.Warning, "handover: {Reason}")]
    public static partial void Broken(ILogger logger, string reason);

    /// <summary>The old process is found.</summary>
    [LoggerMessage(EventIds.TakeoverFound, LogLevel.Information, "taking over from process {ProcessId}, {Version}")]
    public static partial void Found(ILogger logger, int processId, string version);

    /// <summary>There is no old process.</summary>
    [LoggerMessage(EventIds.TakeoverNotFound, LogLevel.Information, "old process not found, try to continue normally")]
    public static partial void NotFound(ILogger logger);

    /// <summary>The old process has ended.</summary>
    [LoggerMessage(EventIds.TakeoverEnded, LogLevel.Information, "process {ProcessId} has ended; {Clients} client(s) came from it")]
    public static partial void Ended(ILogger logger, int processId, int clients);

    /// <summary>A client that was handed over cannot be served here.</summary>
    [LoggerMessage(EventIds.TakeoverClientLost, LogLevel.Warning, "a client of {Database}/{User} cannot be taken over: {Reason}")]
    public static partial void ClientLost(ILogger logger, string database, string user, string reason);
}
