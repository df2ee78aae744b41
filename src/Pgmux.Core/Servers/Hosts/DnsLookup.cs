using System.Net;
using System.Net.Sockets;

namespace Pgmux.Core.Servers.Hosts;

/// <summary>
/// Asks the name servers of a file of one's own (resolv_conf) in the place of the system's resolver, with times to live. /etc/hosts comes first,
/// and localhost never leaves the machine (RFC 6761, section 6.3).
/// </summary>
/// <param name="path">The file: nameserver, search, domain and options as in resolv.conf(5).</param>
/// <param name="hosts">The names that the machine itself knows.</param>
internal sealed class DnsLookup(string path, HostsFile hosts) : IHostLookup
{
    private const string Localhost = "localhost";

    private readonly ResolverFileCache _file = new(path);

    /// <inheritdoc/>
    public async Task<HostAnswer> LookUpAsync(string host)
    {
        if (hosts.Find(host) is { Count: > 0 } known)
        {
            return HostAnswer.Found(known);
        }

        if (IsLocalhost(host))
        {
            return HostAnswer.Found(Socket.OSSupportsIPv6 ? [IPAddress.IPv6Loopback, IPAddress.Loopback] : [IPAddress.Loopback]);
        }

        var file = _file.Read();
        var servers = NameServers.For(file);
        var answer = HostAnswer.NoSuchHost("no such name");
        foreach (var name in file.NamesFor(host))
        {
            var next = await servers.FindAddressesAsync(name);
            if (next.Kind == HostAnswerKind.Found)
            {
                return next;
            }

            // That one suffix has no such name says nothing while another went without an answer.
            answer = answer.Kind == HostAnswerKind.Failed ? answer : next;
        }

        return answer;
    }

    /// <inheritdoc/>
    public Task<uint?> ReadSerialAsync(string zone) => NameServers.For(_file.Read()).ReadSerialAsync(zone);

    private static bool IsLocalhost(string host)
    {
        var name = host.TrimEnd('.');
        return name.Equals(Localhost, StringComparison.OrdinalIgnoreCase) || name.EndsWith($".{Localhost}", StringComparison.OrdinalIgnoreCase);
    }
}
