using System.Net;
using Pgmux.Core.Servers.Hosts;
using Pgmux.Transport;

namespace Pgmux.Core.Cancellation.Peers;

/// <summary>
/// Finds the other processes behind the name of peers_dns. The name is a host like those of servers: the process's one resolver has it, so
/// that resolv_conf, dns_max_ttl, dns_nxdomain_ttl, questions in the background and the last good answer count for it too.
/// </summary>
internal sealed class SiblingLookup(HostResolver hosts, OwnAddresses own)
{
    /// <summary>The addresses behind a name without those of this process: <see cref="HostAnswer.MostAddresses"/> at most. Comes back to the loop.</summary>
    /// <param name="loop">The loop that waits.</param>
    /// <param name="name">A name, or one address.</param>
    /// <param name="limit">Longest wait for an answer; zero is as long as a connection may wait for one.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="OperationCanceledException">The wait has ended.</exception>
    public async Task<HostAddresses> FindAsync(EventLoop loop, string name, TimeSpan limit, CancellationToken cancellationToken)
    {
        var found = IPAddress.TryParse(name, out var address)
            ? new HostAddresses([address], "")
            : await hosts.FindAsync(loop, name, limit, cancellationToken);
        if (found.Addresses.Count == 0)
        {
            return found;
        }

        var mine = await own.FindAsync(loop);
        return found with { Addresses = [.. found.Addresses.Where(other => !mine.Contains(other))] };
    }
}
