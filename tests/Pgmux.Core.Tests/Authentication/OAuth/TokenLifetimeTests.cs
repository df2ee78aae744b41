using System.Text;
using Pgmux.Core.Authentication.OAuth;
using Pgmux.Testing.OAuth;

namespace Pgmux.Core.Tests.Authentication.OAuth;

[TestFixture]
internal sealed class TokenLifetimeTests
{
    private static readonly DateTimeOffset Now = DateTimeOffset.FromUnixTimeSeconds(1_800_000_000);

    [TestCase("{\"exp\":1800000060}", 60.0)]
    [TestCase("{\"exp\":1800000060.5}", 60.5)]
    [TestCase("{\"exp\":1700000000}", 0.0)]
    [TestCase("{\"exp\":-1e300}", 0.0)]
    [TestCase("{\"exp\":\"1800000060\"}", null)]
    [TestCase("{}", null)]
    [TestCase("[1]", null)]
    [TestCase("nonsense", null)]
    public void A_JWT_says_when_it_ends(string claims, double? seconds) =>
        Assert.That(TokenLifetime.RemainingOf($"x.{TestIssuer.Encode(Encoding.UTF8.GetBytes(claims))}.x", Now)?.TotalSeconds, Is.EqualTo(seconds));

    [TestCase("opaque")]
    [TestCase("a.b")]
    [TestCase("a.%.c")]
    [TestCase("..")]
    public void Another_token_does_not(string token) => Assert.That(TokenLifetime.RemainingOf(token, Now), Is.Null);

    [Test]
    public void A_day_beyond_all_days_is_far_away() =>
        Assert.That(TokenLifetime.RemainingOf($"x.{TestIssuer.Encode("{\"exp\":1e300}"u8)}.x", Now), Is.GreaterThan(TimeSpan.FromDays(10_000)));
}
