using System.Net;
using Pgmux.Core.Servers;
using Pgmux.Core.Servers.Hosts;
using Pgmux.Transport;

namespace Pgmux.Core.Pooling;

/// <summary>Tells the resolver which hosts pools use, and closes servers whose host no longer has their address.</summary>
internal sealed class PoolHosts
{
    // A server that logs in closes when it is done: an attempt that is ended from here would count as a failure of the host's.
    private static readonly Action<object?> CloseIdle = static state =>
    {
        if (state is ServerConnection { State: ServerState.Idle } server)
        {
            server.CloseIfFree();
        }
    };

    private readonly PoolRegistry _pools;

    public PoolHosts(PoolRegistry pools)
    {
        _pools = pools;
        Resolver.Vanished = Retire;
    }

    private HostResolver Resolver => _pools.Environment.Servers.Hosts;

    /// <summary>Has hosts looked up again that pools use. Called by one loop, a few times a second.</summary>
    public void Sweep(EventLoop loop) => Resolver.Sweep(loop, UsedHosts);

    private HashSet<string> UsedHosts() =>
        _pools.All.SelectMany(pool => pool.Policy.Target.HostNames).ToHashSet(StringComparer.OrdinalIgnoreCase);

    private void Retire(string host, IReadOnlyList<IPAddress> addresses)
    {
        foreach (var server in _pools.All.SelectMany(pool => pool.Servers))
        {
            if (server.EndPoint is DnsEndPoint name && name.Host.Equals(host, StringComparison.OrdinalIgnoreCase)
                && server.Address is IPEndPoint at && addresses.Contains(at.Address))
            {
                server.Retire(ServerCloseReason.AddressVanished);
                server.Loop.Post(CloseIdle, server);
            }
        }
    }
}
