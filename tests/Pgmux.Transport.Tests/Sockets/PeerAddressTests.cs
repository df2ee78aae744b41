using System.Net;
using System.Net.Sockets;
using Pgmux.Transport.Sockets;

namespace Pgmux.Transport.Tests.Sockets;

public sealed class PeerAddressTests
{
    [Test]
    [TestCase("127.0.0.1:5432")]
    [TestCase("0.0.0.0:0")]
    [TestCase("255.254.253.252:65535")]
    [TestCase("[::1]:6432")]
    [TestCase("[::]:1")]
    [TestCase("[::ffff:10.0.0.7]:6432")]
    [TestCase("[2001:db8:1:2:3:4:5:6]:40000")]
    [TestCase("[fe80::1%3]:6432")]
    public void An_address_comes_back_as_it_was(string text)
    {
        var endPoint = IPEndPoint.Parse(text);
        var address = new PeerAddress(endPoint);
        Assert.That(address.ToEndPoint(), Is.EqualTo(endPoint));
        Assert.That(address.IsUnix, Is.False);
    }

    [Test]
    public void A_path_is_kept()
    {
        var endPoint = new UnixDomainSocketEndPoint("/tmp/.s.PGSQL.6432");
        var address = new PeerAddress(endPoint);
        Assert.That(address.ToEndPoint(), Is.SameAs(endPoint));
        Assert.That(address.IsUnix, Is.True);
    }
}
