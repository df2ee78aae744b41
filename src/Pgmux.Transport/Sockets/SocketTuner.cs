using System.Net;
using System.Net.Sockets;
using Pgmux.Transport.Native;

namespace Pgmux.Transport.Sockets;

/// <summary>Sets the options of <see cref="SocketTuning"/>. Sockets inherit them from the listening socket that accepted them.</summary>
internal static class SocketTuner
{
    // The kernel's highest values (tcp(7), include/net/tcp.h): more is refused with EINVAL, which an operator's "for ever" does not mean.
    private const int MostKeepAliveSeconds = 32767;
    private const int MostKeepAliveProbes = 127;

    public static void Apply(int socket, EndPoint endPoint, SocketTuning tuning)
    {
        if (tuning.SocketBufferBytes > 0)
        {
            Set(socket, SocketOptions.LevelSocket, SocketOptions.SendBuffer, tuning.SocketBufferBytes);
            Set(socket, SocketOptions.LevelSocket, SocketOptions.ReceiveBuffer, tuning.SocketBufferBytes);
        }

        if (endPoint.AddressFamily == AddressFamily.Unix)
        {
            return;
        }

        // Messages are sent whole: waiting for more would only delay them.
        Set(socket, SocketOptions.LevelTcp, SocketOptions.TcpNoDelay, 1);
        SetSpan(socket, SocketOptions.TcpUserTimeout, tuning.UserTimeout.TotalMilliseconds, int.MaxValue);
        if (!tuning.KeepAlive)
        {
            return;
        }

        Set(socket, SocketOptions.LevelSocket, SocketOptions.KeepAlive, 1);
        SetSpan(socket, SocketOptions.TcpKeepIdle, tuning.KeepAliveIdle.TotalSeconds, MostKeepAliveSeconds);
        SetSpan(socket, SocketOptions.TcpKeepInterval, tuning.KeepAliveInterval.TotalSeconds, MostKeepAliveSeconds);
        SetSpan(socket, SocketOptions.TcpKeepCount, tuning.KeepAliveProbes, MostKeepAliveProbes);
    }

    private static void SetSpan(int socket, int option, double value, int most)
    {
        if (value > 0)
        {
            Set(socket, SocketOptions.LevelTcp, option, (int)Math.Clamp(Math.Ceiling(value), 1, most));
        }
    }

    // A refused option (an old kernel, a sandbox) leaves the default; the connection works all the same.
    private static void Set(int socket, int level, int option, int value) => _ = SocketOptions.TrySet(socket, level, option, value);
}
