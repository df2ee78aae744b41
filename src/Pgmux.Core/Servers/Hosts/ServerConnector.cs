using System.Net;
using Pgmux.Transport;

namespace Pgmux.Core.Servers.Hosts;

/// <summary>Opens connections to servers: finds the addresses of a host and tries all of them within one limit.</summary>
internal sealed class ServerConnector(HostResolver hosts)
{
    private static readonly TimeSpan NoLimit = TimeSpan.Zero;

    /// <summary>Connects. Comes back to the loop.</summary>
    /// <param name="loop">The loop that the connection is to belong to.</param>
    /// <param name="endPoint">An address, the path of a Unix socket, or the name of a host.</param>
    /// <param name="options">Limit for the name and all addresses together, and options of the socket.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <exception cref="ConnectException">No connection could be opened; the message names every address and its reason.</exception>
    /// <exception cref="OperationCanceledException">The connection is not wanted any more.</exception>
    public ValueTask<TransportConnection> ConnectAsync(EventLoop loop, EndPoint endPoint, ConnectOptions options, CancellationToken cancellationToken) =>
        endPoint is DnsEndPoint name
            ? ConnectByNameAsync(loop, name, options, cancellationToken)
            : loop.ConnectAsync(options with { EndPoint = endPoint }, cancellationToken);

    private async ValueTask<TransportConnection> ConnectByNameAsync(
        EventLoop loop, DnsEndPoint name, ConnectOptions options, CancellationToken cancellationToken)
    {
        var start = loop.TimeProvider.GetTimestamp();
        var (addresses, problem) = await hosts.FindAsync(loop, name.Host, options.Timeout, cancellationToken);
        var reason = ConnectFailure.NameNotResolved;
        var failures = new List<string>();
        for (var index = 0; index < addresses.Count; index++)
        {
            var limit = NoLimit;
            if (options.Timeout > NoLimit)
            {
                // An address that does not answer must not eat the time of the next ones.
                limit = (options.Timeout - loop.TimeProvider.GetElapsedTime(start)) / (addresses.Count - index);
                if (limit <= TimeSpan.Zero)
                {
                    reason = ConnectFailure.TimedOut;
                    failures.Add($"no time was left for {addresses.Count - index} more");
                    break;
                }
            }

            try
            {
                return await loop.ConnectAsync(
                    options with { EndPoint = new IPEndPoint(addresses[index], name.Port), Timeout = limit }, cancellationToken);
            }
            catch (ConnectException failure)
            {
                reason = failure.Reason;
                failures.Add(failure.Detail);
            }
        }

        throw new ConnectException(reason, $"Cannot connect to {name.Host}:{name.Port}: {(failures.Count > 0 ? string.Join("; ", failures) : problem)}");
    }
}
