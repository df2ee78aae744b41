using System.Net;
using Pgmux.Core.Authentication;

namespace Pgmux.Core.Tests.Authentication;

[TestFixture]
internal sealed class FailedLoginsTests
{
    private static readonly TimeProvider Clock = TimeProvider.System;
    private readonly long _start = Clock.GetTimestamp();

    [Test]
    public void Failures_of_an_address_are_counted_and_forgotten_after_their_time()
    {
        var failed = new FailedLogins();
        var address = IPAddress.Parse("192.0.2.1");
        for (var failures = 1; failures <= 5; failures++)
        {
            failed.Add(address, Clock, At(TimeSpan.FromMinutes(failures)));
            Assert.That(failed.CountOf(address, Clock, At(TimeSpan.FromMinutes(failures))), Is.EqualTo(failures));
        }

        Assert.That(failed.CountOf(IPAddress.Parse("192.0.2.2"), Clock, At(TimeSpan.FromMinutes(5))), Is.Zero);
        Assert.That(failed.CountOf(address, Clock, At(TimeSpan.FromMinutes(5) + FailedLogins.Memory - TimeSpan.FromSeconds(1))), Is.EqualTo(5));
        Assert.That(failed.CountOf(address, Clock, At(TimeSpan.FromMinutes(5) + FailedLogins.Memory)), Is.Zero);
        Assert.That(failed.Count, Is.Zero, "nothing is kept of what is forgotten");
    }

    [TestCase("192.0.2.1", "192.0.2.2", false)]
    [TestCase("192.0.2.1", "::ffff:192.0.2.1", true)]
    [TestCase("2001:db8:1:2::1", "2001:db8:1:2:ffff:ffff:ffff:ffff", true)]
    [TestCase("2001:db8:1:2::1", "2001:db8:1:3::1", false)]
    [TestCase("::1", "0.0.0.1", false)]
    [TestCase("::1", "0.0.0.0", false)]
    public void An_IPv6_address_stands_for_its_network(string left, string right, bool isSame)
    {
        var failed = new FailedLogins();
        failed.Add(IPAddress.Parse(left), Clock, _start);
        Assert.That(failed.CountOf(IPAddress.Parse(right), Clock, _start), Is.EqualTo(isSame ? 1 : 0));
    }

    [Test]
    public void Above_the_limit_the_address_that_has_failed_longest_ago_is_forgotten()
    {
        var failed = new FailedLogins();
        for (var i = 0; i < FailedLogins.AddressLimit; i++)
        {
            failed.Add(AddressOf(i), Clock, At(TimeSpan.FromMilliseconds(i)));
        }

        // The first one fails again: the second is the oldest now.
        failed.Add(AddressOf(0), Clock, At(TimeSpan.FromMinutes(1)));
        failed.Add(AddressOf(FailedLogins.AddressLimit), Clock, At(TimeSpan.FromMinutes(1)));
        Assert.That(failed.Count, Is.EqualTo(FailedLogins.AddressLimit));
        Assert.That(failed.CountOf(AddressOf(0), Clock, At(TimeSpan.FromMinutes(1))), Is.EqualTo(2));
        Assert.That(failed.CountOf(AddressOf(1), Clock, At(TimeSpan.FromMinutes(1))), Is.Zero);
        Assert.That(failed.CountOf(AddressOf(2), Clock, At(TimeSpan.FromMinutes(1))), Is.EqualTo(1));
    }

    private static IPAddress AddressOf(int number) => new([10, (byte)(number >> 16), (byte)(number >> 8), (byte)number]);

    private long At(TimeSpan span) => _start + (long)(span.TotalSeconds * Clock.TimestampFrequency);
}
