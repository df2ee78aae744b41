using System.Net;
using System.Net.Sockets;
using Pgmux.Transport.Native;

namespace Pgmux.Transport.Sockets;

/// <summary>Opens connections: resolves names off the loop and tries every address within the limit.</summary>
internal sealed class Connector(SocketLoop loop)
{
    // Linux gives up after about two minutes (tcp_syn_retries).
    private static readonly TimeSpan LongerThanTheKernelTries = TimeSpan.FromHours(1);

    public async Task<TransportConnection> ConnectAsync(ConnectOptions options, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var timeout = options.Timeout > TimeSpan.Zero ? options.Timeout : LongerThanTheKernelTries;
        var start = loop.TimeProvider.GetTimestamp();
        var addresses = await ResolveAsync(options, timeout, cancellationToken);
        var failures = new List<string>();
        var reason = ConnectFailure.NameNotResolved;
        for (var index = 0; index < addresses.Length; index++)
        {
            // An address that does not answer must not eat the time of the next ones.
            var left = timeout - loop.TimeProvider.GetElapsedTime(start);
            var attempt = new ConnectAttempt(loop, addresses[index], options.Tuning);
            var error = await attempt.RunAsync(left / (addresses.Length - index), cancellationToken);
            if (error == Errno.None)
            {
                if (cancellationToken.IsCancellationRequested)
                {
                    attempt.Connection!.Abort();
                }

                cancellationToken.ThrowIfCancellationRequested();
                return attempt.Connection!;
            }

            cancellationToken.ThrowIfCancellationRequested();
            reason = ReasonOf(error);
            failures.Add($"{addresses[index]}: {error.Describe()}");
        }

        throw new ConnectException(reason, $"Cannot connect to {Describe(options.EndPoint)}: {string.Join("; ", failures)}");
    }

    private async Task<EndPoint[]> ResolveAsync(ConnectOptions options, TimeSpan timeout, CancellationToken cancellationToken)
    {
        if (options.EndPoint is not DnsEndPoint name)
        {
            return [options.EndPoint];
        }

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var deadline = loop.Core.AddDeadline(timeout, static state => ((CancellationTokenSource)state!).Cancel(), limit);
        try
        {
            // The lookup itself cannot be stopped: we stop waiting for it.
            var addresses = await Dns.GetHostAddressesAsync(name.Host, name.AddressFamily, CancellationToken.None).WaitAsync(limit.Token);
            return addresses.Length > 0
                ? [.. addresses.Select(address => new IPEndPoint(address, name.Port))]
                : throw NotResolved(name, "the name has no address", null);
        }
        catch (SocketException exception)
        {
            throw NotResolved(name, exception.Message, exception);
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw NotResolved(name, $"no answer from the name server within {timeout.TotalSeconds:0.###} s", exception);
        }
        finally
        {
            deadline.Cancel();
        }
    }

    private static ConnectException NotResolved(DnsEndPoint name, string why, Exception? inner) =>
        new(ConnectFailure.NameNotResolved, $"Cannot connect to {Describe(name)}: {why}", inner);

    private static string Describe(EndPoint endPoint) => endPoint is DnsEndPoint name ? $"{name.Host}:{name.Port}" : $"{endPoint}";

    private static ConnectFailure ReasonOf(Errno error) => error switch
    {
        Errno.ConnectionRefused => ConnectFailure.Refused,
        Errno.TimedOut => ConnectFailure.TimedOut,
        Errno.AddressNotAvailable => ConnectFailure.OutOfResources,
        _ when error.IsExhaustion() => ConnectFailure.OutOfResources,
        _ => ConnectFailure.Unreachable,
    };
}
