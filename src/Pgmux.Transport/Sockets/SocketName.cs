using System.Net;
using Pgmux.Transport.Native;

namespace Pgmux.Transport.Sockets;

/// <summary>getsockname(2) and getpeername(2).</summary>
internal static unsafe class SocketName
{
    /// <summary>Our end of a socket; null when the socket has none any more.</summary>
    public static EndPoint? Local(int socket)
    {
        var address = stackalloc byte[SocketCalls.AddressBytes];
        uint length = SocketCalls.AddressBytes;
        return SocketCalls.GetName(socket, address, &length) == 0
            ? NativeAddress.Read(new ReadOnlySpan<byte>(address, (int)length))
            : null;
    }

    /// <summary>The other end of a socket; null with errno when it is not connected.</summary>
    public static EndPoint? Remote(int socket)
    {
        var address = stackalloc byte[SocketCalls.AddressBytes];
        uint length = SocketCalls.AddressBytes;
        return SocketCalls.GetPeerName(socket, address, &length) == 0
            ? NativeAddress.Read(new ReadOnlySpan<byte>(address, (int)length))
            : null;
    }
}
