using System.Buffers.Binary;
using System.Net;
using System.Text;

namespace Pgmux.Core.Tests.Clients.Proxies;

/// <summary>Headers as proxies send them.</summary>
internal static class ProxyHeaders
{
    public const byte Local = 0x20;
    public const byte Proxy = 0x21;
    public const byte Tcp4 = 0x11;
    public const byte Tcp6 = 0x21;
    public const byte UnixStream = 0x31;

    /// <summary>A line of version 1.</summary>
    public static byte[] Line(string text) => Encoding.Latin1.GetBytes(text + "\r\n");

    /// <summary>A header of version 2.</summary>
    public static byte[] Binary(byte command, byte family, params byte[] content)
    {
        var length = new byte[2];
        BinaryPrimitives.WriteUInt16BigEndian(length, (ushort)content.Length);
        return [.. "\r\n\r\n\0\r\nQUIT\n"u8, command, family, .. length, .. content];
    }

    /// <summary>A header of version 2 about a TCP connection, with further fields behind the addresses.</summary>
    public static byte[] BinaryTcp(IPEndPoint source, IPEndPoint destination, params byte[] more) => Binary(
        Proxy,
        source.Address.GetAddressBytes().Length == 4 ? Tcp4 : Tcp6,
        [
            .. source.Address.GetAddressBytes(), .. destination.Address.GetAddressBytes(),
            (byte)(source.Port >> 8), (byte)source.Port, (byte)(destination.Port >> 8), (byte)destination.Port, .. more,
        ]);
}
