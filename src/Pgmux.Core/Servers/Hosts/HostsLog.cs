using Microsoft.Extensions.Logging;
using Pgmux.Core.Diagnostics;

namespace Pgmux.Core.Servers.Hosts;

/// <summary>Events of the resolution of host names.</summary>
internal static partial class HostsLog
{
    [LoggerMessage(EventIds.HostResolved, LogLevel.Information, "DNS: {Host} has the addresses {Addresses}")]
    public static partial void Resolved(ILogger logger, string host, string addresses);

    [LoggerMessage(EventIds.HostLookupFailed, LogLevel.Warning, "DNS lookup failed: {Host}: {Problem}")]
    public static partial void LookupFailed(ILogger logger, string host, string problem);

    [LoggerMessage(EventIds.HostLastAnswerKept, LogLevel.Warning, "DNS lookup failed: {Host}: {Problem}; its last addresses stay in use: {Addresses}")]
    public static partial void LastAnswerKept(ILogger logger, string host, string problem, string addresses);

    [LoggerMessage(EventIds.HostAddressesGone, LogLevel.Information, "DNS: {Host} no longer has the addresses {Addresses}; connections to them close when they are free")]
    public static partial void AddressesGone(ILogger logger, string host, string addresses);

    [LoggerMessage(EventIds.HostAddressesLeftOut, LogLevel.Warning, "DNS: {Host} has {Count} addresses more than the {Limit} that are used")]
    public static partial void AddressesLeftOut(ILogger logger, string host, int count, int limit);

    [LoggerMessage(EventIds.ZoneSerialChanged, LogLevel.Information, "zone '{Zone}' serial changed: old={Old} new={New}")]
    public static partial void SerialChanged(ILogger logger, string zone, uint old, uint @new);

    [LoggerMessage(EventIds.ZoneSerialUnknown, LogLevel.Debug, "failure to get zone '{Zone}' serial")]
    public static partial void SerialUnknown(ILogger logger, string zone);

    [LoggerMessage(EventIds.HostLookupFault, LogLevel.Error, "internal error while the DNS was asked about {Name}")]
    public static partial void Fault(ILogger logger, Exception failure, string name);
}
