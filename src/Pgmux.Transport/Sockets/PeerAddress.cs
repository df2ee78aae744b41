using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Pgmux.Transport.Sockets;

/// <summary>
/// A peer's address as a connection keeps it for all its life: the bare bytes. The objects for it, 70 to 150 bytes, are made when somebody
/// asks, which is when something is logged or shown.
/// </summary>
internal readonly struct PeerAddress
{
    private const int MostBytes = 16;

    private readonly EndPoint? _other;
    private readonly ulong _start;
    private readonly ulong _end;
    private readonly ushort _port;
    private readonly byte _length;

    public PeerAddress(EndPoint endPoint)
    {
        // A scope, which only link-local addresses have, has no room here.
        if (endPoint is not IPEndPoint ip || (ip.AddressFamily == AddressFamily.InterNetworkV6 && ip.Address.ScopeId != 0))
        {
            _other = endPoint;
            return;
        }

        Span<byte> bytes = stackalloc byte[MostBytes];
        bytes.Clear();
        ip.Address.TryWriteBytes(bytes, out var length);
        _start = MemoryMarshal.Read<ulong>(bytes);
        _end = MemoryMarshal.Read<ulong>(bytes[sizeof(ulong)..]);
        _port = (ushort)ip.Port;
        _length = (byte)length;
    }

    public bool IsUnix => _other is { AddressFamily: AddressFamily.Unix };

    public EndPoint ToEndPoint()
    {
        if (_other is not null)
        {
            return _other;
        }

        Span<byte> bytes = stackalloc byte[MostBytes];
        MemoryMarshal.Write(bytes, _start);
        MemoryMarshal.Write(bytes[sizeof(ulong)..], _end);
        return new IPEndPoint(new IPAddress(bytes[.._length]), _port);
    }
}
