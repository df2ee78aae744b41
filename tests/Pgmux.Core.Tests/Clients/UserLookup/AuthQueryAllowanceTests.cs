using Pgmux.Core.Clients.UserLookup;

namespace Pgmux.Core.Tests.Clients.UserLookup;

[TestFixture]
internal sealed class AuthQueryAllowanceTests
{
    private const long TicksPerSecond = 1000;
    private const long Start = 50_000;

    [Test]
    public void A_few_queries_may_follow_each_other_at_once()
    {
        var allowance = default(AuthQueryAllowance);
        Assert.That(Take(ref allowance, Start, 100), Is.EqualTo(AuthQueryAllowance.Burst));
    }

    [Test]
    public void After_that_they_come_at_a_steady_pace()
    {
        var allowance = default(AuthQueryAllowance);
        Take(ref allowance, Start, 100);
        var taken = Enumerable.Range(1, 10_000).Count(at => allowance.TryTake(Start + at, TicksPerSecond));
        Assert.That(taken, Is.EqualTo(10_000 / (int)AuthQueryAllowance.Pace.TotalMilliseconds));
    }

    [Test]
    public void What_was_not_used_is_not_saved_beyond_the_few()
    {
        var allowance = default(AuthQueryAllowance);
        Take(ref allowance, Start, 1);
        Assert.That(Take(ref allowance, Start + 1_000_000, 100), Is.EqualTo(AuthQueryAllowance.Burst));
    }

    [Test]
    public void Nothing_is_left_of_earlier_queries_after_the_recovery()
    {
        var allowance = default(AuthQueryAllowance);
        Take(ref allowance, Start, 100);
        Assert.That(Take(ref allowance, Start + (long)AuthQueryAllowance.Recovery.TotalMilliseconds, 100), Is.EqualTo(AuthQueryAllowance.Burst));
    }

    private static int Take(ref AuthQueryAllowance allowance, long now, int tries)
    {
        var taken = 0;
        for (var i = 0; i < tries; i++)
        {
            taken += allowance.TryTake(now, TicksPerSecond) ? 1 : 0;
        }

        return taken;
    }
}
