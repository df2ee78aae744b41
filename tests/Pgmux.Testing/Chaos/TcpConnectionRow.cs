using System.Globalization;

namespace Pgmux.Testing.Chaos;

/// <summary>A TCP connection over IPv4 as the kernel shows it in /proc/net/tcp.</summary>
/// <param name="LocalPort">The port of the end that the row stands for.</param>
/// <param name="RemotePort">The port of the other end.</param>
/// <param name="IsEstablished">Neither being opened nor being closed.</param>
/// <param name="HasKeepalive">The timer that runs is the keepalive's: SO_KEEPALIVE is on, and nothing is unacknowledged.</param>
internal readonly record struct TcpConnectionRow(int LocalPort, int RemotePort, bool IsEstablished, bool HasKeepalive)
{
    public static IReadOnlyList<TcpConnectionRow> Read() => [.. File.ReadLines("/proc/net/tcp").Skip(1).Select(Parse)];

    // sl local_address rem_address st tx_queue:rx_queue tr:tm->when ...; addresses end with the port, in hexadecimal.
    private static TcpConnectionRow Parse(string line)
    {
        var fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return new TcpConnectionRow(Port(fields[1]), Port(fields[2]), fields[3] == "01", fields[5].StartsWith("02:", StringComparison.Ordinal));
    }

    private static int Port(string address) => int.Parse(address.AsSpan(address.IndexOf(':') + 1), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
}
