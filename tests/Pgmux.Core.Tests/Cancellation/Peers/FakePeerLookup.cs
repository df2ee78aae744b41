using System.Net;
using System.Net.Sockets;
using Pgmux.Core.Cancellation.Peers;
using Pgmux.Core.Clients;
using Pgmux.Transport;

namespace Pgmux.Core.Tests.Cancellation.Peers;

/// <summary>A name service that a test fills.</summary>
internal sealed class FakePeerLookup : ClientParts, IPeerLookup
{
    /// <summary>What the name stands for; null when it cannot be resolved.</summary>
    public IPAddress[]? Addresses { get; set; } = [];

    /// <summary>How often it was asked.</summary>
    public int Asked { get; private set; }

    public override IPeerLookup CreatePeerLookup() => this;

    public Task<IPAddress[]> FindAsync(EventLoop loop, string name)
    {
        Asked++;
        return Addresses is { } found ? Task.FromResult(found) : Task.FromException<IPAddress[]>(new SocketException((int)SocketError.HostNotFound));
    }
}
