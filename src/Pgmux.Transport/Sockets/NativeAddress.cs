using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;
using Pgmux.Transport.Native;

namespace Pgmux.Transport.Sockets;

/// <summary>Writes and reads <c>struct sockaddr</c>: sockaddr_in, sockaddr_in6 and sockaddr_un.</summary>
internal static class NativeAddress
{
    private const int PortOffset = 2;
    private const int InetAddressOffset = 4;
    private const int InetBytes = 16;
    private const int Inet6AddressOffset = 8;
    private const int Inet6ScopeOffset = 24;
    private const int Inet6Bytes = 28;
    private const int PathOffset = 2;

    private static readonly UnixDomainSocketEndPoint Unnamed = CreateUnnamed();

    /// <summary>Writes the address and returns its length. The end point itself refuses a path that is too long for one.</summary>
    public static int Write(EndPoint endPoint, Span<byte> address)
    {
        address.Clear();
        return endPoint switch
        {
            IPEndPoint { AddressFamily: AddressFamily.InterNetwork } ip => WriteInet(ip, address),
            IPEndPoint ip => WriteInet6(ip, address),
            UnixDomainSocketEndPoint unix => WriteUnix(PathOf(unix), address),
            _ => throw new ArgumentException($"{endPoint} is neither an IP address nor a Unix socket", nameof(endPoint)),
        };
    }

    public static EndPoint Read(ReadOnlySpan<byte> address)
    {
        switch (address.Length < sizeof(ushort) ? 0 : MemoryMarshal.Read<ushort>(address))
        {
            case SocketCalls.FamilyInet:
                return new IPEndPoint(
                    new IPAddress(address[InetAddressOffset..(InetAddressOffset + 4)]), ReadPort(address));
            case SocketCalls.FamilyInet6:
                var scope = MemoryMarshal.Read<uint>(address[Inet6ScopeOffset..]);
                var bytes = address[Inet6AddressOffset..(Inet6AddressOffset + 16)];
                return new IPEndPoint(new IPAddress(bytes, scope), ReadPort(address));
            default:
                return ReadUnix(address.Length > PathOffset ? address[PathOffset..] : []);
        }
    }

    /// <summary>The family number of the kernel.</summary>
    public static int FamilyOf(EndPoint endPoint) => endPoint.AddressFamily switch
    {
        AddressFamily.Unix => SocketCalls.FamilyUnix,
        AddressFamily.InterNetworkV6 => SocketCalls.FamilyInet6,
        _ => SocketCalls.FamilyInet,
    };

    /// <summary>The path as the operator writes it: abstract names start with '@'.</summary>
    public static string PathOf(UnixDomainSocketEndPoint endPoint) => endPoint.ToString();

    public static bool IsAbstract(UnixDomainSocketEndPoint endPoint) => PathOf(endPoint).StartsWith('@');

    private static int ReadPort(ReadOnlySpan<byte> address) => BinaryPrimitives.ReadUInt16BigEndian(address[PortOffset..]);

    private static int WriteInet(IPEndPoint endPoint, Span<byte> address)
    {
        MemoryMarshal.Write(address, (ushort)SocketCalls.FamilyInet);
        BinaryPrimitives.WriteUInt16BigEndian(address[PortOffset..], (ushort)endPoint.Port);
        endPoint.Address.TryWriteBytes(address[InetAddressOffset..], out _);
        return InetBytes;
    }

    private static int WriteInet6(IPEndPoint endPoint, Span<byte> address)
    {
        MemoryMarshal.Write(address, (ushort)SocketCalls.FamilyInet6);
        BinaryPrimitives.WriteUInt16BigEndian(address[PortOffset..], (ushort)endPoint.Port);
        endPoint.Address.TryWriteBytes(address[Inet6AddressOffset..], out _);
        MemoryMarshal.Write(address[Inet6ScopeOffset..], (uint)endPoint.Address.ScopeId);
        return Inet6Bytes;
    }

    private static int WriteUnix(string path, Span<byte> address)
    {
        var isAbstract = path.StartsWith('@');
        var bytes = Encoding.UTF8.GetBytes(path);
        MemoryMarshal.Write(address, (ushort)SocketCalls.FamilyUnix);
        bytes.CopyTo(address[PathOffset..]);
        if (isAbstract)
        {
            // An abstract name starts with NUL and ends with the address: every byte of the length counts.
            address[PathOffset] = 0;
            return PathOffset + bytes.Length;
        }

        return PathOffset + bytes.Length + 1;
    }

    private static UnixDomainSocketEndPoint ReadUnix(ReadOnlySpan<byte> path)
    {
        if (path.IsEmpty)
        {
            return Unnamed;
        }

        if (path[0] == 0)
        {
            return new UnixDomainSocketEndPoint('@' + Encoding.UTF8.GetString(path[1..]));
        }

        var end = path.IndexOf((byte)0);
        return new UnixDomainSocketEndPoint(Encoding.UTF8.GetString(end < 0 ? path : path[..end]));
    }

    private static UnixDomainSocketEndPoint CreateUnnamed()
    {
        var nothing = new SocketAddress(AddressFamily.Unix, sizeof(ushort));
        return (UnixDomainSocketEndPoint)new UnixDomainSocketEndPoint("/").Create(nothing);
    }
}
