using System.Buffers.Binary;
using System.Net;

namespace Pgmux.Core.Clients.Proxies;

/// <summary>Version 2 of the PROXY protocol: a signature, what is said, a length, addresses, and further fields that are skipped.</summary>
internal static class ProxyHeaderBinary
{
    /// <summary>Longest header that is waited for. Addresses take 232 bytes at most, the rest are further fields; nginx's limit.</summary>
    public const int MaximumBytes = 4096;

    private const int FixedBytes = 16;
    private const int CommandAt = 12;
    private const int FamilyAt = 13;
    private const int LengthAt = 14;

    private const int Version2 = 2;
    private const int Local = 0;
    private const int Proxy = 1;

    private const int Unspecified = 0;
    private const int IPv4 = 1;
    private const int IPv6 = 2;
    private const int Unix = 3;
    private const int Stream = 1;

    // Two addresses and two ports; for Unix sockets two paths of 108 bytes.
    private const int IPv4Bytes = 12;
    private const int IPv6Bytes = 36;
    private const int UnixBytes = 216;
    private const int IPv4AddressBytes = 4;
    private const int IPv6AddressBytes = 16;

    /// <summary>How every header begins: nothing that a text protocol could begin with.</summary>
    public static ReadOnlySpan<byte> Signature => "\r\n\r\n\0\r\nQUIT\n"u8;

    /// <summary>Reads a header; see <see cref="ProxyHeaderReader.TryRead"/>.</summary>
    public static bool TryRead(ReadOnlySpan<byte> input, out IPEndPoint? source, out int consumed)
    {
        source = null;
        consumed = 0;
        if (input.Length < FixedBytes)
        {
            return false;
        }

        var (version, command) = (input[CommandAt] >> 4, input[CommandAt] & 0xF);
        var length = BinaryPrimitives.ReadUInt16BigEndian(input[LengthAt..]);
        if (version != Version2 || command is not (Local or Proxy))
        {
            throw new ProxyHeaderException($"version and command 0x{input[CommandAt]:x2} are unknown");
        }

        if (length > MaximumBytes - FixedBytes)
        {
            throw new ProxyHeaderException($"{FixedBytes + length} bytes are too long, {MaximumBytes} are the limit");
        }

        // The proxy's own connections, health checks say, carry no address that counts.
        var needed = command == Local ? 0 : AddressBytes(input[FamilyAt]);
        if (length < needed)
        {
            throw new ProxyHeaderException($"{length} bytes are too few for addresses of family 0x{input[FamilyAt]:x2}");
        }

        if (input.Length < FixedBytes + length)
        {
            return false;
        }

        consumed = FixedBytes + length;
        source = needed switch
        {
            IPv4Bytes => Read(input[FixedBytes..], IPv4AddressBytes),
            IPv6Bytes => Read(input[FixedBytes..], IPv6AddressBytes),

            // A Unix socket of another machine is no Unix socket of this one: the rules for those must not let it in.
            _ => null,
        };
        return true;
    }

    private static int AddressBytes(byte familyAndProtocol)
    {
        var (family, protocol) = (familyAndProtocol >> 4, familyAndProtocol & 0xF);
        return (family, protocol) switch
        {
            (Unspecified, Unspecified or Stream) or (IPv4 or IPv6 or Unix, Unspecified) => 0,
            (IPv4, Stream) => IPv4Bytes,
            (IPv6, Stream) => IPv6Bytes,
            (Unix, Stream) => UnixBytes,
            _ => throw new ProxyHeaderException($"address family and protocol 0x{familyAndProtocol:x2} are none of a TCP connection"),
        };
    }

    // Source address, destination address, source port, destination port.
    private static IPEndPoint Read(ReadOnlySpan<byte> addresses, int addressBytes) => ProxyAddress.Of(
        new IPAddress(addresses[..addressBytes]), BinaryPrimitives.ReadUInt16BigEndian(addresses[(2 * addressBytes)..]));
}
