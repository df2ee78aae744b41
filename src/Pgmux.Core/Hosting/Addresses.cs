using System.Net;
using System.Net.Sockets;
using Pgmux.Core.Configuration;
using Pgmux.Core.Servers;
using Pgmux.Transport;
using Pgmux.Transport.Sockets;

namespace Pgmux.Core.Hosting;

/// <summary>Where the settings say to listen.</summary>
internal static class Addresses
{
    // PgBouncer leaves the wait to the kernel; a second is the least that it takes, and clients that speak first lose nothing.
    private static readonly TimeSpan DeferAccept = TimeSpan.FromSeconds(1);

    /// <summary>The TCP addresses of listen_addr.</summary>
    /// <exception cref="ListenException">A name cannot be resolved.</exception>
    public static async Task<IReadOnlyList<ListenOptions>> TcpAsync(PgmuxOptions options)
    {
        var addresses = new List<IPAddress>();
        foreach (var name in options.ListenAddr)
        {
            addresses.AddRange(name == "*" ? AnyAddress() : await ResolveAsync(name));
        }

        return
        [
            .. addresses.Distinct().Select(address => new ListenOptions
            {
                EndPoint = new IPEndPoint(address, options.ListenPort),
                Backlog = options.ListenBacklog,
                ReusePort = options.SoReuseport,
                DeferAccept = options.TcpDeferAccept ? DeferAccept : TimeSpan.Zero,
                Tuning = ServerTarget.Tuning(options),
            }),
        ];
    }

    /// <summary>Sockets that whoever started the process listens on for it.</summary>
    /// <exception cref="ListenException">One of them is of no use.</exception>
    public static IReadOnlyList<ListenOptions> Inherited(IReadOnlyList<int> descriptors, PgmuxOptions options) =>
    [
        .. descriptors.Select(descriptor => new ListenOptions
        {
            EndPoint = InheritedSockets.EndPointOf(descriptor),
            Inherited = descriptor,
            Tuning = ServerTarget.Tuning(options),
        }),
    ];

    /// <summary>The Unix socket, or null when there is none.</summary>
    public static ListenOptions? Unix(PgmuxOptions options) => options.UnixSocketDir.Length == 0
        ? null
        : new ListenOptions
        {
            EndPoint = new UnixDomainSocketEndPoint($"{options.UnixSocketDir}/.s.PGSQL.{options.ListenPort}"),
            Backlog = options.ListenBacklog,
            UnixMode = options.UnixSocketMode,
            UnixGroup = options.UnixSocketGroup.Length == 0 ? null : options.UnixSocketGroup,
        };

    private static IPAddress[] AnyAddress() => Socket.OSSupportsIPv6 ? [IPAddress.Any, IPAddress.IPv6Any] : [IPAddress.Any];

    private static async Task<IPAddress[]> ResolveAsync(string name)
    {
        try
        {
            return await Dns.GetHostAddressesAsync(name);
        }
        catch (SocketException failure)
        {
            throw new ListenException($"listen_addr: cannot resolve \"{name}\": {failure.Message}", failure);
        }
    }
}
