using System.Net;
using System.Net.NetworkInformation;
using Pgmux.Transport;

namespace Pgmux.Core.Cancellation.Peers;

/// <summary>Asks the system, by /etc/hosts and the DNS.</summary>
internal sealed class SystemPeerLookup : IPeerLookup
{
    /// <inheritdoc/>
    public Task<IPAddress[]> FindAsync(EventLoop loop, string name) => loop.OffloadAsync(() =>
    {
        var own = NetworkInterface.GetAllNetworkInterfaces()
            .SelectMany(network => network.GetIPProperties().UnicastAddresses)
            .Select(unicast => unicast.Address)
            .ToHashSet();
        return Dns.GetHostAddresses(name).Where(address => !own.Contains(address)).Distinct().ToArray();
    });
}
