using System.Globalization;

namespace Pgmux.Core.Configuration.Hba;

/// <summary>The addresses that agree with one in the bits of a mask. A mask need not be contiguous, as in PostgreSQL and PgBouncer.</summary>
/// <param name="IsIPv4">Whether they are IPv4 addresses.</param>
/// <param name="Base">The bits that they have in common.</param>
/// <param name="Mask">Which bits these are.</param>
internal sealed record AddressRange(bool IsIPv4, UInt128 Base, UInt128 Mask)
{
    private const int MappedBits = NetAddress.IPv6Bits - NetAddress.IPv4Bits;

    /// <summary>Whether the base has bits that the mask leaves out: PgBouncer warns then, and such a range has no address.</summary>
    public bool HasStrayBits => (Base & ~Mask) != 0;

    /// <summary>Reads <c>address/bits</c>.</summary>
    public static AddressRange? FromCidr(string text)
    {
        var slash = text.IndexOf('/');
        if (slash < 0 || !NetAddress.TryParse(text[..slash], out var address)
            || !int.TryParse(text.AsSpan(slash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var bits))
        {
            return null;
        }

        var width = address.IsIPv4 ? NetAddress.IPv4Bits : NetAddress.IPv6Bits;
        return bits > width ? null : Of(address, MaskOf(bits, width));
    }

    /// <summary>Reads an address and a mask of the same family.</summary>
    public static AddressRange? FromMask(string address, string mask) =>
        NetAddress.TryParse(address, out var parsed) && NetAddress.TryParse(mask, out var bits) && parsed.IsIPv4 == bits.IsIPv4
            ? Of(parsed, bits.Bits)
            : null;

    /// <summary>The network of an address, whose further bits are dropped.</summary>
    public static AddressRange NetworkOf(NetAddress address, int prefixBits)
    {
        var width = address.IsIPv4 ? NetAddress.IPv4Bits : NetAddress.IPv6Bits;
        var mask = MaskOf(Math.Clamp(prefixBits, 0, width), width);
        return new AddressRange(address.IsIPv4, address.Bits & mask, mask);
    }

    /// <summary>Whether the address is one of them.</summary>
    public bool Contains(NetAddress address) => address.IsIPv4 == IsIPv4 && (address.Bits & Mask) == Base;

    private static UInt128 MaskOf(int bits, int width) => bits == 0 ? 0 : (UInt128.MaxValue << (width - bits)) & WidthMask(width);

    private static UInt128 WidthMask(int width) => width == NetAddress.IPv6Bits ? UInt128.MaxValue : ((UInt128)1 << width) - 1;

    // A range inside of ::ffff:0:0/96 is the IPv4 range: clients that come that way are known by their IPv4 addresses.
    private static AddressRange Of(NetAddress address, UInt128 mask)
    {
        var prefix = MaskOf(MappedBits, NetAddress.IPv6Bits);
        return !address.IsIPv4 && NetAddress.IsMapped(address.Bits) && (mask & prefix) == prefix
            ? new AddressRange(true, address.Bits & uint.MaxValue, mask & uint.MaxValue)
            : new AddressRange(address.IsIPv4, address.Bits, mask);
    }
}
