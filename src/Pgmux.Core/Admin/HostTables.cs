using System.Net;
using System.Net.Sockets;
using static Pgmux.Core.Admin.ConsoleColumn;

namespace Pgmux.Core.Admin;

/// <summary>SHOW DNS_HOSTS and SHOW DNS_ZONES.</summary>
internal static class HostTables
{
    /// <summary>SHOW DNS_HOSTS. As in PgBouncer an address has a port behind it, which a name says nothing about: 0.</summary>
    public static readonly ShowCommand Hosts = ShowCommand.OfRows(
        "dns_hosts",
        [Text("hostname"), Int8("ttl"), Text("addrs")],
        source => [.. source.Hosts.Select(host => new[] { host.Host, Seconds(host.TimeToLive), string.Join(',', host.Addresses.Select(WithPort)) })]);

    /// <summary>SHOW DNS_ZONES.</summary>
    public static readonly ShowCommand Zones = ShowCommand.OfRows(
        "dns_zones",
        [Text("zonename"), Int8("serial"), Int4("count")],
        source => [.. source.Zones.Select(zone => new[] { zone.Zone, Of(zone.Serial), Of(zone.Hosts) })]);

    private static string WithPort(IPAddress address) => address.AddressFamily == AddressFamily.InterNetworkV6 ? $"[{address}]:0" : $"{address}:0";
}
