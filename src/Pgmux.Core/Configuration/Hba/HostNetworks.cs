using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace Pgmux.Core.Configuration.Hba;

/// <summary>
/// The addresses of this machine, for <c>samehost</c> and <c>samenet</c>: those that it has when the file is read. PgBouncer has neither
/// word; PostgreSQL looks again at each login.
/// </summary>
internal sealed class HostNetworks
{
    private readonly Lazy<(NetAddress Address, int PrefixBits)[]> _addresses = new(ReadAddresses);

    /// <summary>Each address of this machine.</summary>
    public AddressRange[] SameHost() =>
        [.. _addresses.Value.Select(found => AddressRange.NetworkOf(found.Address, NetAddress.IPv6Bits))];

    /// <summary>Each network that this machine is in.</summary>
    public AddressRange[] SameNet() => [.. _addresses.Value.Select(found => AddressRange.NetworkOf(found.Address, found.PrefixBits))];

    private static (NetAddress Address, int PrefixBits)[] ReadAddresses() =>
    [
        .. NetworkInterface.GetAllNetworkInterfaces()
            .SelectMany(device => device.GetIPProperties().UnicastAddresses)
            .Where(found => found.Address.AddressFamily is AddressFamily.InterNetwork or AddressFamily.InterNetworkV6)
            .Select(found => (NetAddress.From(found.Address), found.PrefixLength)),
    ];
}
