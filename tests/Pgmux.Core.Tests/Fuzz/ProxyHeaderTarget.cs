using System.Net;
using Pgmux.Core.Clients.Proxies;
using Pgmux.Core.Tests.Clients.Proxies;
using Pgmux.Testing.Fuzzing;

namespace Pgmux.Core.Tests.Fuzz;

/// <summary>Headers of the PROXY protocol: read or refused, within their limits, and the same however they are cut.</summary>
internal sealed class ProxyHeaderTarget : FuzzTarget
{
    private static readonly IPEndPoint IPv4 = new(IPAddress.Parse("192.0.2.1"), 5);
    private static readonly IPEndPoint IPv6 = new(IPAddress.Parse("2001:db8::1"), 6);

    public override string Name => "ProxyHeader";

    public override TimeSpan Duration => TimeSpan.FromSeconds(10);

    public override int MostBytes => 5 * 1024;

    public override IReadOnlyList<byte[]> Seeds { get; } =
    [
        ProxyHeaders.Line("PROXY TCP4 192.0.2.1 198.51.100.2 56324 5432"),
        ProxyHeaders.Line("PROXY TCP6 2001:db8::1 ::1 1 65535"),
        ProxyHeaders.Line("PROXY UNKNOWN 1 2 3"),
        ProxyHeaders.Line("PROXY UNKNOWN " + new string('x', 200)),
        ProxyHeaders.BinaryTcp(IPv4, IPv4),
        ProxyHeaders.BinaryTcp(IPv6, IPv6, 4, 0, 1, 0),
        ProxyHeaders.Binary(ProxyHeaders.Local, 0),
        ProxyHeaders.Binary(ProxyHeaders.Proxy, ProxyHeaders.UnixStream, new byte[216]),
        ProxyHeaders.Binary(ProxyHeaders.Proxy, 0, new byte[4080]),
        [0, 0, 0, 8, 4, 0xD2, 0x16, 0x2F],
    ];

    public override IReadOnlyList<byte[]> Dictionary { get; } =
        [[.. "PROXY "u8], [.. "TCP4 "u8], [.. "TCP6 "u8], [.. "UNKNOWN"u8], [.. "\r\n"u8], [.. " "u8], [.. "::"u8], [.. "65535"u8], [0x21, 0x11, 0, 12], [0x20, 0, 0, 0], [0xFF, 0xFF]];

    public override string Run(byte[] input)
    {
        var whole = Read(input, out var consumed);
        FuzzFindingException.Require(consumed <= input.Length && consumed <= ProxyHeaderBinary.MaximumBytes, "a header is within its limit");
        FuzzFindingException.Require(whole != "more" || input.Length < ProxyHeaderBinary.MaximumBytes, "nothing is waited for beyond the limit");
        for (var cut = 0; cut < Math.Min(input.Length, 300); cut++)
        {
            var part = Read(input.AsSpan(0, cut), out _);
            FuzzFindingException.Require(part == "more" || (part == "refused") == (whole == "refused"), $"{cut} bytes were answered with {part}, the whole with {whole}");
            FuzzFindingException.Require(part is "more" or "refused" || (part == whole && cut >= consumed), "a part was read as a header");
        }

        return whole is "more" or "refused" ? whole : whole == "" ? "nobody" : whole.Contains('[') ? "IPv6" : "IPv4";
    }

    private static string Read(ReadOnlySpan<byte> input, out int consumed)
    {
        consumed = 0;
        try
        {
            return ProxyHeaderReader.TryRead(input, out var source, out consumed) ? $"{source}" : "more";
        }
        catch (ProxyHeaderException)
        {
            return "refused";
        }
    }
}
