using System.Net;

namespace Pgmux.Core.Clients.Proxies;

/// <summary>Addresses that a proxy names.</summary>
internal static class ProxyAddress
{
    /// <summary>An IPv4 address in an IPv6 one is the IPv4 address: the rules for clients know it by that name.</summary>
    public static IPEndPoint Of(IPAddress address, int port) => new(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address, port);
}
