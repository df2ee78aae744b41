using System.Net;
using Pgmux.Core.Configuration;
using Pgmux.Core.Servers;
using Pgmux.Core.Servers.Hosts;
using Pgmux.Transport;

namespace Pgmux.Core.Pooling;

/// <summary>Tells the resolver which hosts are in use, by pools and as peers, and closes servers whose host no longer has their address.</summary>
internal sealed class PoolHosts
{
    // A server that logs in closes when it is done: an attempt that is ended from here would count as a failure of the host's.
    private static readonly Action<object?> CloseUnlessConnecting = static state =>
    {
        if (state is ServerConnection { State: not ServerState.Connecting } server)
        {
            server.CloseIfFree();
        }
    };

    private readonly PoolRegistry _pools;
    private readonly ConfigStore _configuration;

    public PoolHosts(PoolRegistry pools, ConfigStore configuration)
    {
        _pools = pools;
        _configuration = configuration;
        Resolver.Vanished = Retire;
    }

    private HostResolver Resolver => _pools.Environment.Servers.Hosts;

    /// <summary>Has hosts looked up again that are in use. Called by one loop, a few times a second.</summary>
    public void Sweep(EventLoop loop) => Resolver.Sweep(loop, UsedHosts);

    // Of peers only those are kept fresh that a cancel request has wanted; addresses and paths among them are never looked up.
    private HashSet<string> UsedHosts()
    {
        var configuration = _configuration.Current;
        return _pools.All
            .SelectMany(pool => pool.Policy.Target.HostNames)
            .Concat(configuration.Peers.Values.Select(peer => peer.Host))
            .Append(configuration.Options.PeersDns)
            .ToHashSet(StringComparer.OrdinalIgnoreCase);
    }

    private void Retire(string host, IReadOnlyList<IPAddress> addresses)
    {
        foreach (var server in _pools.All.SelectMany(pool => pool.Servers))
        {
            if (server.EndPoint is DnsEndPoint name && name.Host.Equals(host, StringComparison.OrdinalIgnoreCase)
                && server.Address is IPEndPoint at && addresses.Contains(at.Address))
            {
                server.Retire(ServerCloseReason.AddressVanished);
                server.Loop.Post(CloseUnlessConnecting, server);
            }
        }
    }
}
