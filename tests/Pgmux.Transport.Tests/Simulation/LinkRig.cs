using System.Net;
using Pgmux.Testing.Transport;

namespace Pgmux.Transport.Tests.Simulation;

/// <summary>Links on a simulated network of one loop, whose ends keep what they receive.</summary>
internal sealed class LinkRig : IDisposable
{
    private static readonly IPEndPoint Address = new(IPAddress.Loopback, 5432);

    private readonly TransportListener _listener;
    private LinkPeer? _accepted;

    public LinkRig(SimulatedNetwork network)
    {
        Network = network;
        Loop = network.CreateLoop();
        _listener = Loop.Listen(new ListenOptions { EndPoint = Address }, connection => _accepted = new LinkPeer(connection));
    }

    public SimulatedNetwork Network { get; }

    public SimulatedLoop Loop { get; }

    /// <summary>Who has connected, and who has listened.</summary>
    public (LinkPeer Client, LinkPeer Server) Connect()
    {
        var client = ConnectOnly();
        Network.RunUntilIdle();
        return (client, Accepted!);
    }

    /// <summary>Who has connected, whether it was accepted yet or not.</summary>
    public LinkPeer ConnectOnly()
    {
        TransportConnection? connection = null;
        Network.Run(Loop, async () => connection = await Loop.ConnectAsync(new ConnectOptions { EndPoint = Address }, CancellationToken.None));
        return new LinkPeer(connection!);
    }

    /// <summary>Whom the listener was handed last.</summary>
    public LinkPeer? Accepted => _accepted;

    public EndPoint EndPoint => Address;

    /// <summary>Takes no more connections.</summary>
    public void StopListening() => _listener.Dispose();

    public void Dispose() => _listener.Dispose();
}
