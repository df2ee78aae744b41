using System.Net;
using Pgmux.Transport;

namespace Pgmux.Core.Cancellation.Peers;

/// <summary>Finds the other processes behind a name.</summary>
internal interface IPeerLookup
{
    /// <summary>The addresses of a name without those of this machine, looked up off the loop.</summary>
    /// <exception cref="System.Net.Sockets.SocketException">The name cannot be resolved.</exception>
    Task<IPAddress[]> FindAsync(EventLoop loop, string name);
}
