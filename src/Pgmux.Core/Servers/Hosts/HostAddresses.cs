using System.Net;

namespace Pgmux.Core.Servers.Hosts;

/// <summary>The addresses of a host for one connection, in the order in which they are to be tried.</summary>
/// <param name="Addresses">The addresses; empty when there are none.</param>
/// <param name="Problem">Why there are none; empty when there are.</param>
internal readonly record struct HostAddresses(IReadOnlyList<IPAddress> Addresses, string Problem);
