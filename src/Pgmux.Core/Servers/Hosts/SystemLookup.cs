using System.Net;
using System.Net.Sockets;
using Pgmux.Core.Configuration;

namespace Pgmux.Core.Servers.Hosts;

/// <summary>
/// Asks the system's resolver (getaddrinfo), which knows /etc/hosts, nsswitch.conf and resolv.conf. It says nothing about times to live, and
/// nothing about zones: for those the name servers of /etc/resolv.conf are asked.
/// </summary>
internal sealed class SystemLookup : IHostLookup
{
    private readonly ResolverFileCache _file = new(ResolverFile.SystemPath);

    /// <inheritdoc/>
    public Task<HostAnswer> LookUpAsync(string host) =>
        // The call blocks, for half a minute when no name server answers: it has a thread of its own, so that nobody waits for one of the pool.
        Task.Factory.StartNew(
            static state => Ask((string)state!), host, CancellationToken.None, TaskCreationOptions.LongRunning | TaskCreationOptions.DenyChildAttach, TaskScheduler.Default);

    /// <inheritdoc/>
    public Task<uint?> ReadSerialAsync(string zone) => NameServers.For(_file.Read()).ReadSerialAsync(zone);

    private static HostAnswer Ask(string host)
    {
        try
        {
            var addresses = Dns.GetHostAddresses(host);
            return addresses.Length > 0 ? HostAnswer.Found(addresses) : HostAnswer.NoSuchHost("the name has no address");
        }
        catch (SocketException failure)
        {
            return failure.SocketErrorCode switch
            {
                SocketError.HostNotFound => HostAnswer.NoSuchHost("no such name"),
                SocketError.NoData => HostAnswer.NoSuchHost("the name has no address"),
                SocketError.TryAgain => HostAnswer.Failed("the name servers have not answered"),
                var code => HostAnswer.Failed($"the system's resolver reports {code}"),
            };
        }
        catch (ArgumentException)
        {
            return HostAnswer.NoSuchHost("the name is longer than names may be");
        }
    }
}
