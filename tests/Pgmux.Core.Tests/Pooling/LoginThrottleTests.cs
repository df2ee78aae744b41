using Pgmux.Core.Pooling;
using Pgmux.Protocol;

namespace Pgmux.Core.Tests.Pooling;

[TestFixture]
internal sealed class LoginThrottleTests
{
    private static readonly ErrorFields Refused = ErrorFields.Fatal(SqlState.InvalidPassword, "no");

    [Test]
    public void One_login_at_a_time_until_the_first_has_succeeded_then_several_up_to_the_limit()
    {
        var throttle = new LoginThrottle();
        Assert.That(throttle.MayStart(0, hasSucceeded: false, now: 0), Is.True);
        Assert.That(throttle.MayStart(1, hasSucceeded: false, now: 0), Is.False);
        throttle.OnSucceeded();
        Assert.That(throttle.MayStart(LoginThrottle.InFlightLimit - 1, hasSucceeded: true, now: 0), Is.True);
        Assert.That(throttle.MayStart(LoginThrottle.InFlightLimit, hasSucceeded: true, now: 0), Is.False);
    }

    [Test, Property("Row", "B46")]
    public void Each_failure_doubles_the_wait_up_to_the_limit_and_a_success_ends_it()
    {
        var throttle = new LoginThrottle();
        var waits = Enumerable.Range(0, 40)
            .Select(_ => throttle.OnFailed(Refused, TimeSpan.FromSeconds(15), now: 0, TimeSpan.TicksPerSecond).TotalMilliseconds).ToArray();
        Assert.That(waits.Take(9), Is.EqualTo(new[] { 100.0, 200, 400, 800, 1600, 3200, 6400, 12_800, 15_000 }));
        Assert.That(waits.Skip(8), Is.All.EqualTo(15_000.0));
        Assert.That(throttle.MayStart(0, hasSucceeded: true, now: throttle.RetryAt - 1), Is.False);
        Assert.That(throttle.MayStart(0, hasSucceeded: true, now: throttle.RetryAt), Is.True);
        Assert.That(throttle.MayStart(1, hasSucceeded: true, now: throttle.RetryAt), Is.False, "one try after a failure");
        throttle.OnSucceeded();
        Assert.That(throttle.IsFailing, Is.False);
        Assert.That(throttle.OnFailed(Refused, TimeSpan.FromSeconds(15), 0, TimeSpan.TicksPerSecond), Is.EqualTo(LoginThrottle.FirstRetry));
    }

    [TestCase(SqlState.CannotConnectNow, false, true)]
    [TestCase(SqlState.TooManyConnections, false, true)]
    [TestCase(SqlState.AdminShutdown, false, false)]
    [TestCase(SqlState.ConnectionFailure, false, false)]
    [TestCase(SqlState.InvalidPassword, true, false)]
    [TestCase(SqlState.InvalidCatalogName, true, false)]
    [TestCase(SqlState.InvalidAuthorizationSpecification, true, false)]
    [Property("Row", "B193"), Property("Row", "S15"), Property("Row", "B192")]
    public void Refusals_are_told_apart(string sqlState, bool isPermanent, bool isBusy)
    {
        var error = ErrorFields.Fatal(sqlState, "x");
        var throttle = new LoginThrottle();
        throttle.OnFailed(error, TimeSpan.FromSeconds(15), 0, TimeSpan.TicksPerSecond);
        Assert.That(LoginThrottle.IsPermanent(error), Is.EqualTo(isPermanent));
        Assert.That(throttle.IsServerBusy, Is.EqualTo(isBusy));
        Assert.That(throttle.LastError, Is.SameAs(error));
    }

    [Test]
    public void A_failure_without_words_is_not_permanent() => Assert.That(LoginThrottle.IsPermanent(null), Is.False);
}
