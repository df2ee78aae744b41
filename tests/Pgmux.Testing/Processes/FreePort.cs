using System.Net;
using System.Net.Sockets;

namespace Pgmux.Testing.Processes;

/// <summary>
/// Hands out TCP ports that nobody listens on. They stand below 32768, where Linux takes the ports of outgoing connections from:
/// the thousands of connections of a load test can never sit on one.
/// </summary>
internal static class FreePort
{
    private const int First = 20000;
    private const int Last = 32000;

    // Test hosts that run side by side start at different places.
    private static int Next = First + (Environment.ProcessId * 37 % (Last - First));

    public static int Take()
    {
        for (var tries = 0; tries < Last - First; tries++)
        {
            var port = First + ((Interlocked.Increment(ref Next) - First) % (Last - First));
            if (IsFree(port))
            {
                return port;
            }
        }

        throw new InvalidOperationException($"no free port between {First} and {Last}");
    }

    private static bool IsFree(int port)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
            return true;
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.AddressAlreadyInUse)
        {
            return false;
        }
    }
}
