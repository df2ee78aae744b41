using System.Net;
using System.Net.Sockets;
using Pgmux.Transport.Native;

namespace Pgmux.Transport.Sockets;

/// <summary>Sockets that whoever started the process has opened and listens on already.</summary>
public static class InheritedSockets
{
    /// <summary>Where a descriptor listens.</summary>
    /// <exception cref="ListenException">It is no stream socket that listens on an address that pgmux knows.</exception>
    public static EndPoint EndPointOf(int descriptor)
    {
        if (SocketOptions.Get(descriptor, SocketOptions.LevelSocket, SocketOptions.AcceptsConnections) is not { } accepts)
        {
            throw new ListenException($"Descriptor {descriptor}, which was handed over at the start, is no socket ({ErrnoExtensions.Last().Describe()})");
        }

        if (accepts == 0)
        {
            throw new ListenException($"Descriptor {descriptor}, which was handed over at the start, does not listen; a unit needs ListenStream=");
        }

        return SocketName.Local(descriptor) is { } endPoint and (IPEndPoint or UnixDomainSocketEndPoint)
            ? endPoint
            : throw new ListenException($"Descriptor {descriptor}, which was handed over at the start, is neither a TCP nor a Unix socket");
    }
}
