using System.Net;
using FsCheck;
using FsCheck.Fluent;
using Pgmux.Core.Clients.Proxies;

namespace Pgmux.Core.Tests.Clients.Proxies;

[TestFixture]
internal sealed class ProxyHeaderReaderTests
{
    private static readonly IPEndPoint Source4 = new(IPAddress.Parse("192.0.2.1"), 56324);
    private static readonly IPEndPoint Destination4 = new(IPAddress.Parse("198.51.100.2"), 5432);
    private static readonly IPEndPoint Source6 = new(IPAddress.Parse("2001:db8::1"), 1);
    private static readonly IPEndPoint Destination6 = new(IPAddress.Parse("::1"), 65535);

    private static readonly string[] WrongLines =
    [
        "PROXY TCP4 192.0.2.1 198.51.100.2 56324", "PROXY TCP4 192.0.2.1 198.51.100.2 56324 5432 ", "PROXY TCP4 192.0.2.1 198.51.100.2 56324 5432 1",
        "PROXY  TCP4 192.0.2.1 198.51.100.2 56324 5432", "PROXY TCP4 192.0.2.1  198.51.100.2 56324 5432", "PROXY\tTCP4 192.0.2.1 198.51.100.2 56324 5432",
        "PROXY TCP4 192.0.2.1\t198.51.100.2 56324 5432", "PROXY TCP4 192.0.2.1 198.51.100.2 056324 5432", "PROXY TCP4 192.0.2.1 198.51.100.2 +1 5432",
        "PROXY TCP4 192.0.2.1 198.51.100.2 65536 5432", "PROXY TCP4 192.0.2.1 198.51.100.2 1 -1", "PROXY TCP4 192.0.2.1 198.51.100.2 1 ",
        "PROXY TCP4 192.0.2.01 198.51.100.2 1 2", "PROXY TCP4 192.0.2 198.51.100.2 1 2", "PROXY TCP4 3221225985 198.51.100.2 1 2",
        "PROXY TCP4 0x7f.0.0.1 198.51.100.2 1 2", "PROXY TCP4 192.0.2.256 198.51.100.2 1 2", "PROXY TCP4 2001:db8::1 ::1 1 2", "PROXY TCP4 192.0.2.1 ::1 1 2",
        "PROXY TCP6 192.0.2.1 198.51.100.2 1 2", "PROXY TCP6 2001:db8::1%eth0 ::1 1 2", "PROXY TCP6 [2001:db8::1] ::1 1 2", "PROXY TCP6 2001:db8::1::2 ::1 1 2",
        "PROXY UDP4 192.0.2.1 198.51.100.2 1 2", "PROXY tcp4 192.0.2.1 198.51.100.2 1 2", "PROXY UNKNOWNS", "PROXY ", "PROXY TCP4", "PROXY localhost 1",
        "PROXY TCP4 192.0.2.1\n198.51.100.2 1 2", "PROXY TCP4 192.0.2.\u0661 198.51.100.2 1 2",
        "PROXY TCP4 192.0.2\0.1 198.51.100.2 1 2", "PROXY TCP4 192.0.2.1\0 198.51.100.2 1 2", "PROXY TCP4 192.0.2.1 198.51.100.2 1\0 2", "PROXY TCP6 ::1\0 ::1 1 2",
    ];

    private static IEnumerable<TestCaseData> Good()
    {
        yield return new(ProxyHeaders.Line("PROXY TCP4 192.0.2.1 198.51.100.2 56324 5432"), Source4);
        yield return new(ProxyHeaders.Line("PROXY TCP4 255.255.255.255 255.255.255.255 65535 65535"), new IPEndPoint(IPAddress.Broadcast, 65535));
        yield return new(ProxyHeaders.Line("PROXY TCP4 0.0.0.0 0.0.0.0 0 0"), new IPEndPoint(IPAddress.Any, 0));
        yield return new(ProxyHeaders.Line("PROXY TCP6 2001:DB8:0:0::1 ::1 1 65535"), Source6);
        yield return new(
            ProxyHeaders.Line("PROXY TCP6 ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff 65535 65535"),
            new IPEndPoint(IPAddress.Parse("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"), 65535));
        yield return new(ProxyHeaders.Line("PROXY TCP6 ::ffff:192.0.2.1 ::1 56324 2"), Source4);
        yield return new(ProxyHeaders.Line("PROXY UNKNOWN"), null);
        yield return new(ProxyHeaders.Line("PROXY UNKNOWN ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff 65535 65535"), null);
        yield return new(ProxyHeaders.Line("PROXY UNKNOWN whatever \0 there is"), null);
        yield return new(ProxyHeaders.BinaryTcp(Source4, Destination4), Source4);
        yield return new(ProxyHeaders.BinaryTcp(Source6, Destination6), Source6);
        yield return new(ProxyHeaders.BinaryTcp(new(IPAddress.Parse("::ffff:192.0.2.1"), 56324), Destination6), Source4);
        yield return new(ProxyHeaders.BinaryTcp(Source4, Destination4, 0x04, 0, 1, 0, 0xEE, 0, 2, 1, 2), Source4);
        yield return new(ProxyHeaders.BinaryTcp(Source4, Destination4, 0xFF), Source4);
        yield return new(ProxyHeaders.BinaryTcp(Source4, Destination4, new byte[4096 - 16 - 12]), Source4);
        yield return new(ProxyHeaders.Binary(ProxyHeaders.Local, 0), null);
        yield return new(ProxyHeaders.Binary(ProxyHeaders.Local, 0xFF, 1, 2, 3), null);
        yield return new(ProxyHeaders.Binary(ProxyHeaders.Local, ProxyHeaders.Tcp4, new byte[12]), null);
        yield return new(ProxyHeaders.Binary(ProxyHeaders.Proxy, 0), null);
        yield return new(ProxyHeaders.Binary(ProxyHeaders.Proxy, 0, new byte[20]), null);
        yield return new(ProxyHeaders.Binary(ProxyHeaders.Proxy, 0x10, new byte[12]), null);
        yield return new(ProxyHeaders.Binary(ProxyHeaders.Proxy, ProxyHeaders.UnixStream, new byte[216]), null);
    }

    private static IEnumerable<byte[]> WrongBinaries()
    {
        byte[] right = ProxyHeaders.BinaryTcp(Source4, Destination4);
        foreach (var command in new byte[] { 0x00, 0x01, 0x11, 0x22, 0x2F, 0x31, 0xFF })
        {
            yield return ProxyHeaders.Binary(command, ProxyHeaders.Tcp4, new byte[12]);
        }

        foreach (var family in new byte[] { 0x02, 0x12, 0x13, 0x22, 0x32, 0x40, 0x41, 0xFF })
        {
            yield return ProxyHeaders.Binary(ProxyHeaders.Proxy, family, new byte[216]);
        }

        yield return ProxyHeaders.Binary(ProxyHeaders.Proxy, ProxyHeaders.Tcp4, new byte[11]);
        yield return ProxyHeaders.Binary(ProxyHeaders.Proxy, ProxyHeaders.Tcp6, new byte[35]);
        yield return ProxyHeaders.Binary(ProxyHeaders.Proxy, ProxyHeaders.UnixStream, new byte[215]);
        yield return ProxyHeaders.BinaryTcp(Source4, Destination4, new byte[4096 - 16 - 12 + 1]);
        yield return [.. right[..14], 0xFF, 0xFF];
    }

    [TestCaseSource(nameof(Good))]
    public void A_header_is_read_whole_and_what_follows_is_left_alone(byte[] header, IPEndPoint? expected)
    {
        for (var length = 0; length < header.Length; length++)
        {
            Assert.That(ProxyHeaderReader.TryRead(header.AsSpan(0, length), out _, out var none), Is.False, $"{length} bytes");
            Assert.That(none, Is.Zero);
        }

        foreach (var rest in new byte[][] { [], [0], [.. "PROXY TCP4"u8], new byte[5000] })
        {
            Assert.That(ProxyHeaderReader.TryRead([.. header, .. rest], out var source, out var consumed), Is.True);
            Assert.That(source, Is.EqualTo(expected));
            Assert.That(consumed, Is.EqualTo(header.Length));
        }
    }

    [TestCaseSource(nameof(WrongLines))]
    public void A_wrong_line_is_refused(string line) => AssertRefused(ProxyHeaders.Line(line));

    [TestCaseSource(nameof(WrongBinaries))]
    public void A_wrong_header_of_version_2_is_refused(byte[] header) => AssertRefused(header);

    [Test]
    public void A_line_of_107_bytes_is_read_and_a_longer_one_is_not_waited_for()
    {
        const string Start = "PROXY UNKNOWN ";
        var longest = ProxyHeaders.Line(Start + new string('x', 107 - Start.Length - 2));
        Assert.That(ProxyHeaderReader.TryRead(longest, out _, out var consumed), Is.True);
        Assert.That(consumed, Is.EqualTo(107));
        AssertRefused(ProxyHeaders.Line(Start + new string('x', 108 - Start.Length - 2)));
        AssertRefused(ProxyHeaders.Line(Start + new string('x', 200))[..107]);
    }

    [Test, Property("Row", "H13")]
    public void What_is_no_header_is_told_from_its_first_wrong_byte()
    {
        foreach (var other in new byte[][] { [0], [.. "PROXX"u8], [.. "proxy "u8], [.. "\r\n\r\n\0\r\nQUIT\r"u8], [0x16, 3, 1], [0, 0, 0, 8, 4, 0xD2, 0x16, 0x2F] })
        {
            AssertRefused(other);
        }
    }

    [Test]
    public void Every_address_and_port_comes_through_both_versions() => Check.One(Config.QuickThrowOnFailure.WithMaxTest(5_000), Prop.ForAll<byte[], ushort, ushort>((seed, from, to) =>
    {
        var bytes = new byte[16];
        seed?.AsSpan(0, Math.Min(seed.Length, 16)).CopyTo(bytes);
        return new[] { new IPAddress(bytes[..4]), new IPAddress(bytes) }.All(address =>
        {
            var (source, destination) = (new IPEndPoint(address, from), new IPEndPoint(address, to));
            var expected = new IPEndPoint(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address, from);
            var family = address.GetAddressBytes().Length == 4 ? "TCP4" : "TCP6";
            return new[] { ProxyHeaders.Line($"PROXY {family} {address} {address} {from} {to}"), ProxyHeaders.BinaryTcp(source, destination) }.All(header =>
                ProxyHeaderReader.TryRead(header, out var read, out var consumed) && expected.Equals(read) && consumed == header.Length);
        });
    }));

    private static void AssertRefused(byte[] input) =>
        Assert.That(() => ProxyHeaderReader.TryRead(input, out _, out _), Throws.TypeOf<ProxyHeaderException>().With.Message.Not.Empty);
}
