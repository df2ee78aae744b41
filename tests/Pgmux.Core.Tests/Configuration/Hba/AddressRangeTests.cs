using System.Net;
using Pgmux.Core.Configuration.Hba;

namespace Pgmux.Core.Tests.Configuration.Hba;

[TestFixture]
internal sealed class AddressRangeTests
{
    [TestCase("10.0.0.0/8", "10.255.255.255", true)]
    [TestCase("10.0.0.0/8", "11.0.0.0", false)]
    [TestCase("0.0.0.0/0", "255.255.255.255", true)]
    [TestCase("0.0.0.0/0", "::1", false)]
    [TestCase("::/0", "::1", true)]
    [TestCase("::/0", "1.2.3.4", false)]
    [TestCase("::/0", "::ffff:1.2.3.4", false)]
    [TestCase("1.2.3.4/32", "1.2.3.4", true)]
    [TestCase("1.2.3.4/32", "1.2.3.5", false)]
    [TestCase("1.2.3.4/32", "::ffff:1.2.3.4", true)]
    [TestCase("::ffff:1.2.3.0/120", "1.2.3.4", true)]
    [TestCase("::ffff:1.2.3.0/120", "::ffff:1.2.4.4", false)]
    [TestCase("::ffff:0:0/96", "9.9.9.9", true)]
    [TestCase("128.0.0.0/1", "200.0.0.1", true)]
    [TestCase("128.0.0.0/1", "127.0.0.1", false)]
    [TestCase("fe80::/10", "fe80::1%3", true)]
    [TestCase("fd00::/8", "fdff:ffff::1", true)]
    [TestCase("fd00::/8", "fe00::1", false)]
    [TestCase("2001:db8::1/128", "2001:db8::1", true)]
    [TestCase("2001:db8::1/128", "2001:db8::2", false)]
    [TestCase("2001:db8:0:8000::/49", "2001:db8:0:ffff::", true)]
    [TestCase("2001:db8:0:8000::/49", "2001:db8:0:7fff::", false)]
    public void A_range_has_its_addresses(string range, string address, bool isIn) =>
        Assert.That(AddressRange.FromCidr(range)!.Contains(NetAddress.From(IPAddress.Parse(address))), Is.EqualTo(isIn));

    [TestCase("127.0.0.0", "255.255.255.0", "127.0.0.9", true)]
    [TestCase("127.0.0.0", "255.255.255.0", "127.0.1.9", false)]
    [TestCase("10.0.0.1", "255.0.0.255", "10.9.9.1", true)]
    [TestCase("10.0.0.1", "255.0.0.255", "10.9.9.2", false)]
    [TestCase("ff11::", "ffff::", "ff11:2::1", true)]
    [TestCase("ff11::", "ffff::", "ff12::", false)]
    [TestCase("0.0.0.0", "0.0.0.0", "1.2.3.4", true)]
    public void A_mask_may_be_written_out(string address, string mask, string client, bool isIn) =>
        Assert.That(AddressRange.FromMask(address, mask)!.Contains(NetAddress.From(IPAddress.Parse(client))), Is.EqualTo(isIn));

    [TestCase("10.0.0.0")]
    [TestCase("10.0.0.0/")]
    [TestCase("10.0.0.0/33")]
    [TestCase("10.0.0.0/-1")]
    [TestCase("10.0.0.0/+8")]
    [TestCase("10.0.0.0/8x")]
    [TestCase("10.0.0.0/8/8")]
    [TestCase("10.0.0/8")]
    [TestCase("10.0.0.0.0/8")]
    [TestCase("10.0.0.256/8")]
    [TestCase("010.0.0.0/8")]
    [TestCase("0x0a.0.0.0/8")]
    [TestCase(" 10.0.0.0/8")]
    [TestCase("::/129")]
    [TestCase("[::]/0")]
    [TestCase("fe80::1%eth0/64")]
    [TestCase("1::2::3/64")]
    [TestCase("host/8")]
    [TestCase("/8")]
    [TestCase("10.0.0.0/99999999999")]
    public void What_is_no_range_is_none(string text) => Assert.That(AddressRange.FromCidr(text), Is.Null);

    [TestCase("10.0.0.0", "ffff::")]
    [TestCase("::", "255.0.0.0")]
    [TestCase("10.0.0.0", "8")]
    public void A_mask_is_of_the_addresss_family(string address, string mask) => Assert.That(AddressRange.FromMask(address, mask), Is.Null);

    [TestCase("10.1.2.3/8", true)]
    [TestCase("10.0.0.0/8", false)]
    [TestCase("1.2.3.4/0", true)]
    public void Stray_bits_are_seen_and_match_nobody(string text, bool isStray)
    {
        var range = AddressRange.FromCidr(text)!;
        Assert.That(range.HasStrayBits, Is.EqualTo(isStray));
        Assert.That(range.Contains(NetAddress.From(IPAddress.Parse("10.0.0.0"))), Is.EqualTo(!isStray));
    }

    [TestCase("192.168.7.9", 24, "192.168.7.0", true)]
    [TestCase("192.168.7.9", 24, "192.168.8.0", false)]
    [TestCase("fd00::9", 64, "fd00::1", true)]
    [TestCase("192.168.7.9", 128, "192.168.7.9", true)]
    [TestCase("192.168.7.9", 128, "192.168.7.8", false)]
    public void An_address_has_its_network(string address, int bits, string other, bool isIn) => Assert.That(
        AddressRange.NetworkOf(NetAddress.From(IPAddress.Parse(address)), bits).Contains(NetAddress.From(IPAddress.Parse(other))), Is.EqualTo(isIn));
}
