using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Pgmux.Core.Configuration.Hba;

/// <summary>
/// An IPv4 or IPv6 address as a number, for masks. An IPv4 address in an IPv6 one (<c>::ffff:1.2.3.4</c>) is the IPv4 address: it is the
/// same client, whatever kind of socket it came to.
/// </summary>
/// <param name="IsIPv4">Whether it is an IPv4 address.</param>
/// <param name="Bits">The address; an IPv4 one stands in the low 32 bits.</param>
internal readonly record struct NetAddress(bool IsIPv4, UInt128 Bits)
{
    /// <summary>Bits of an IPv4 address.</summary>
    public const int IPv4Bits = 32;

    /// <summary>Bits of an IPv6 address.</summary>
    public const int IPv6Bits = 128;

    private const int IPv4Parts = 4;
    private const int IPv6Bytes = IPv6Bits / 8;

    private static readonly UInt128 MappedPrefix = (UInt128)0xFFFF << IPv4Bits;

    /// <summary>The number of an address; a scope is left out.</summary>
    public static NetAddress From(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[IPv6Bytes];
        address.TryWriteBytes(bytes, out var length);
        return length == sizeof(uint)
            ? new NetAddress(true, BinaryPrimitives.ReadUInt32BigEndian(bytes))
            : Unmapped(BinaryPrimitives.ReadUInt128BigEndian(bytes));
    }

    /// <summary>
    /// Reads an address in full as inet_pton does: four decimal numbers for IPv4, no port, no scope. <c>::ffff:1.2.3.4</c> stays an IPv6
    /// address here: the mask that comes with it counts its bits.
    /// </summary>
    public static bool TryParse(string text, out NetAddress address)
    {
        if (!text.Contains(':'))
        {
            return TryParseIPv4(text, out address);
        }

        address = default;
        if (text.AsSpan().ContainsAny("%[]/") || !IPAddress.TryParse(text, out var parsed) || parsed.AddressFamily != AddressFamily.InterNetworkV6)
        {
            return false;
        }

        Span<byte> bytes = stackalloc byte[IPv6Bytes];
        parsed.TryWriteBytes(bytes, out _);
        address = new NetAddress(false, BinaryPrimitives.ReadUInt128BigEndian(bytes));
        return true;
    }

    /// <summary>Whether an IPv6 number holds an IPv4 address.</summary>
    public static bool IsMapped(UInt128 bits) => bits >> IPv4Bits == MappedPrefix >> IPv4Bits;

    private static NetAddress Unmapped(UInt128 bits) =>
        IsMapped(bits) ? new NetAddress(true, bits & uint.MaxValue) : new NetAddress(false, bits);

    private static bool TryParseIPv4(string text, out NetAddress address)
    {
        address = default;
        var bits = 0u;
        var parts = 0;
        foreach (var range in text.AsSpan().Split('.'))
        {
            var part = text.AsSpan(range);

            // TryParse takes zero bytes at the end of a number for nothing.
            if (part is ['0', _, ..] || part.ContainsAnyExceptInRange('0', '9') || !byte.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var value))
            {
                return false;
            }

            bits = (bits << 8) | value;
            parts++;
        }

        address = new NetAddress(true, bits);
        return parts == IPv4Parts;
    }
}
