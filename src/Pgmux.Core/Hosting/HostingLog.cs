using Microsoft.Extensions.Logging;
using Pgmux.Core.Admin;
using Pgmux.Core.Diagnostics;

namespace Pgmux.Core.Hosting;

/// <summary>Events of the process as a whole.</summary>
internal static partial class HostingLog
{
    [LoggerMessage(EventIds.Listening, LogLevel.Information, "listening on {Address}")]
    public static partial void Listening(ILogger logger, string address);

    [LoggerMessage(EventIds.Started, LogLevel.Information, "process up: {Version}, {Loops} event loop(s) on {Engine}, max_client_conn {MaxClients}")]
    public static partial void Started(ILogger logger, string version, int loops, string engine, int maxClients);

    [LoggerMessage(EventIds.EngineChosen, LogLevel.Information, "event_engine auto takes epoll: {Obstacle}")]
    public static partial void EngineChosen(ILogger logger, string obstacle);

    [LoggerMessage(EventIds.DescriptorLimit, LogLevel.Information, "kernel file descriptor limit: {Soft} (hard: {Hard}); max_client_conn: {MaxClients}, max expected fd use: {Needed}")]
    public static partial void DescriptorLimit(ILogger logger, long soft, long hard, int maxClients, long needed);

    [LoggerMessage(EventIds.DescriptorLimitLow, LogLevel.Warning, "{Needed} file descriptors may be needed and {Soft} are allowed: raise the limit (ulimit -n, LimitNOFILE) or lower max_client_conn or pool sizes")]
    public static partial void DescriptorLimitLow(ILogger logger, long needed, long soft);

    [LoggerMessage(EventIds.Stopping, LogLevel.Information, "shutting down ({Mode}), {Clients} client(s) connected")]
    public static partial void Stopping(ILogger logger, ShutdownMode mode, int clients);

    [LoggerMessage(EventIds.Draining, LogLevel.Information, "sending {Clients} client(s) away at the end of their transactions, within {Seconds} s (shutdown_drain_timeout)")]
    public static partial void Draining(ILogger logger, int clients, double seconds);

    [LoggerMessage(EventIds.DrainIsOver, LogLevel.Warning, "shutdown_drain_timeout is over, {Clients} client(s) are closed within a transaction")]
    public static partial void DrainIsOver(ILogger logger, int clients);

    [LoggerMessage(EventIds.Stopped, LogLevel.Information, "server shut down")]
    public static partial void Stopped(ILogger logger);

    [LoggerMessage(EventIds.Statistics, LogLevel.Information, "stats: {Transactions} xacts/s, {Queries} queries/s, {ClientParses} client parses/s, {ServerParses} server parses/s, {Binds} binds/s, in {Received} B/s, out {Sent} B/s, xact {TransactionTime} us, query {QueryTime} us, wait {WaitTime} us")]
    public static partial void Statistics(
        ILogger logger,
        long transactions,
        long queries,
        long clientParses,
        long serverParses,
        long binds,
        long received,
        long sent,
        long transactionTime,
        long queryTime,
        long waitTime);

    [LoggerMessage(EventIds.HeapTrimmed, LogLevel.Debug, "heap trimmed from {Before} to {After} bytes in {Milliseconds} ms, {Allocated} bytes were allocated since the last time")]
    public static partial void HeapTrimmed(ILogger logger, long before, long after, double milliseconds, long allocated);

    [LoggerMessage(EventIds.SuspensionAbandoned, LogLevel.Information, "admin disappeared when suspended, doing RESUME")]
    public static partial void SuspensionAbandoned(ILogger logger);

    [LoggerMessage(EventIds.LoopFault, LogLevel.Error, "internal error on event loop {Loop}")]
    public static partial void LoopFault(ILogger logger, Exception failure, int loop);
}
