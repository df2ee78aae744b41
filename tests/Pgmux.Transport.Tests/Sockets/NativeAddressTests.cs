using System.Net;
using System.Net.Sockets;
using FsCheck.Fluent;
using Pgmux.Transport.Native;
using Pgmux.Transport.Sockets;

namespace Pgmux.Transport.Tests.Sockets;

public sealed class NativeAddressTests
{
    [Test]
    public void What_is_written_is_read_back() =>
        FsCheck.Check.QuickThrowOnFailure(Prop.ForAll<byte[], ushort, bool>((seed, port, isIpv6) =>
        {
            var bytes = new byte[isIpv6 ? 16 : 4];
            seed.AsSpan(0, Math.Min(seed.Length, bytes.Length)).CopyTo(bytes);
            return RoundTrip(new IPEndPoint(new IPAddress(bytes), port));
        }));

    [Test]
    public void A_scope_is_kept() =>
        Assert.That(RoundTrip(new IPEndPoint(IPAddress.Parse("fe80::1%3"), 5432)), Is.True);

    [Test]
    [TestCase("/tmp/.s.PGSQL.6432")]
    [TestCase("@abstract")]
    [TestCase("relative")]
    public void A_path_is_read_back(string path) => Assert.That(RoundTrip(new UnixDomainSocketEndPoint(path)), Is.True);

    [Test]
    public void The_bytes_are_those_of_the_frameworks_own_sockets()
    {
        foreach (var endPoint in new[] { "127.0.0.1:5432", "[2001:db8::7]:6432" }.Select(IPEndPoint.Parse))
        {
            var expected = endPoint.Serialize();
            Span<byte> address = new byte[SocketCalls.AddressBytes];
            var length = NativeAddress.Write(endPoint, address);
            Assert.That(address[..length].ToArray(), Is.EqualTo(expected.Buffer[..expected.Size].ToArray()));
        }
    }

    [Test]
    public void The_longest_path_fits()
    {
        var longest = new UnixDomainSocketEndPoint("/" + new string('x', 106));
        Span<byte> address = new byte[SocketCalls.AddressBytes];
        Assert.That(NativeAddress.Write(longest, address), Is.EqualTo(2 + 108));
        Assert.That(RoundTrip(longest), Is.True);
    }

    private static bool RoundTrip(EndPoint endPoint)
    {
        Span<byte> address = new byte[SocketCalls.AddressBytes];
        var length = NativeAddress.Write(endPoint, address);
        return NativeAddress.Read(address[..length]).ToString() == endPoint.ToString();
    }
}
