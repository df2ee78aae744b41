using System.Net;
using System.Net.NetworkInformation;
using Pgmux.Transport;

namespace Pgmux.Core.Cancellation.Peers;

/// <summary>
/// The addresses at which this process is reached: those that it listens on, and all of the machine's where it listens on all. Another process
/// of the same machine that listens on another address is another one.
/// </summary>
/// <param name="listening">Where it listens now. Called on any thread.</param>
internal sealed class OwnAddresses(Func<IEnumerable<EndPoint>> listening)
{
    /// <summary>
    /// How long the machine's addresses serve: they change seldom, a cancel that goes to this process as well does no harm, and a storm of
    /// cancels must not list the interfaces each time.
    /// </summary>
    public static readonly TimeSpan MachineAge = TimeSpan.FromSeconds(5);

    private volatile Machine? _machine;

    /// <summary>The addresses of now. Comes back to the loop.</summary>
    public async Task<IReadOnlySet<IPAddress>> FindAsync(EventLoop loop)
    {
        var bound = listening().OfType<IPEndPoint>().Select(endPoint => endPoint.Address).ToHashSet();
        if (!bound.Contains(IPAddress.Any) && !bound.Contains(IPAddress.IPv6Any))
        {
            return bound;
        }

        if (_machine is { } known && loop.TimeProvider.GetElapsedTime(known.At, loop.Timestamp) < MachineAge)
        {
            return known.Addresses;
        }

        var found = new Machine(await loop.OffloadAsync(List), loop.Timestamp);
        _machine = found;
        return found.Addresses;
    }

    private static IReadOnlySet<IPAddress> List()
    {
        try
        {
            return NetworkInterface.GetAllNetworkInterfaces()
                .SelectMany(network => network.GetIPProperties().UnicastAddresses)
                .Select(unicast => unicast.Address)
                .ToHashSet();
        }
        catch (NetworkInformationException)
        {
            // A machine that does not tell them: then this process is sent what it has already, marked, and drops it.
            return new HashSet<IPAddress>();
        }
    }

    private sealed record Machine(IReadOnlySet<IPAddress> Addresses, long At);
}
