using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Pgmux.Core.Diagnostics;

/// <summary>How an address is shown in the log and on the console.</summary>
internal static class EndPointText
{
    /// <summary>What stands for the address of a Unix socket, as in PgBouncer.</summary>
    public const string Unix = "unix";

    /// <summary>Address and port; a Unix socket has the word for its address, and its port is the number in its name.</summary>
    public static (string Address, int Port) Split(EndPoint endPoint) => endPoint switch
    {
        IPEndPoint address => (address.Address.ToString(), address.Port),
        DnsEndPoint host => (host.Host, host.Port),
        UnixDomainSocketEndPoint path => (Unix, PortOf(path.ToString())),
        _ => (Unix, 0),
    };

    /// <summary>Address and port in one word; an IPv6 address stands in brackets.</summary>
    public static string Join(EndPoint endPoint)
    {
        var (address, port) = Split(endPoint);
        return address.Contains(':')
            ? string.Create(CultureInfo.InvariantCulture, $"[{address}]:{port}")
            : string.Create(CultureInfo.InvariantCulture, $"{address}:{port}");
    }

    private static int PortOf(string path) =>
        int.TryParse(path.AsSpan(path.LastIndexOf('.') + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port) ? port : 0;
}
