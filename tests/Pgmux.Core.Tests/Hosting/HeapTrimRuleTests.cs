using Pgmux.Core.Hosting;

namespace Pgmux.Core.Tests.Hosting;

/// <summary>A process that is looked at three times a second, as by the sweep of a loop.</summary>
[TestFixture]
internal sealed class HeapTrimRuleTests
{
    private const long Burst = 50 * HeapTrimRule.LeastGarbageBytes;

    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(333);

    private HeapTrimRule _rule = new();
    private ProcessActivity _now;

    [SetUp]
    public void StartQuiet()
    {
        _rule = new HeapTrimRule();
        _now = new ProcessActivity(TimeSpan.FromHours(1), 0, TimeSpan.Zero);
        Assert.That(LooksUntilDue(10), Is.Null);
    }

    [Test]
    public void What_a_burst_has_left_is_collected_within_a_second_of_quiet()
    {
        Assert.That(Look(Burst), Is.False);
        Assert.That(LooksUntilDue(3), Is.EqualTo(HeapTrimRule.QuietLooks));
    }

    [Test]
    public void A_quiet_process_is_collected_once_for_each_burst()
    {
        Look(Burst);
        LooksUntilDue(3);
        Trimmed();
        Assert.That(LooksUntilDue(10_000), Is.Null);
        Look(Burst);
        Assert.That(LooksUntilDue(3), Is.Not.Null);
    }

    [Test]
    public void Nothing_is_collected_while_logins_go_on()
    {
        const long LoginsOfALook = HeapTrimRule.QuietBytesPerSecond / 2;
        for (var look = 0; look < 1000; look++)
        {
            Assert.That(Look(LoginsOfALook), Is.False);
        }

        Assert.That(LooksUntilDue(3), Is.Not.Null);
    }

    [Test]
    public void Nothing_is_collected_while_the_processor_is_busy()
    {
        Look(Burst);
        for (var look = 0; look < 1000; look++)
        {
            Assert.That(Look(0, BetweenLooks * 0.11), Is.False);
        }

        Assert.That(LooksUntilDue(3), Is.Not.Null);
    }

    [Test]
    public void One_quiet_look_between_busy_ones_is_not_enough()
    {
        Look(Burst);
        for (var look = 0; look < 1000; look++)
        {
            Assert.That(Look(look % HeapTrimRule.QuietLooks == 0 ? 0 : HeapTrimRule.QuietBytesPerSecond), Is.False);
        }
    }

    [Test]
    public void Little_garbage_is_left_alone()
    {
        Look(HeapTrimRule.LeastGarbageBytes - 1);
        Assert.That(LooksUntilDue(1000), Is.Null);
        Look(1);
        Assert.That(LooksUntilDue(3), Is.Not.Null);
    }

    [Test]
    public void A_big_heap_waits_for_garbage_in_proportion()
    {
        const long Live = 100 * HeapTrimRule.LeastGarbageBytes;
        Look(Burst);
        LooksUntilDue(3);
        Trimmed(Live);
        Look((Live / HeapTrimRule.LeastGarbageDivisor) - 1);
        Assert.That(LooksUntilDue(1000), Is.Null);
        Look(1);
        Assert.That(LooksUntilDue(3), Is.Not.Null);
    }

    [Test]
    public void Collections_take_little_of_the_time_however_long_one_takes()
    {
        var took = TimeSpan.FromMilliseconds(20);
        Look(Burst);
        LooksUntilDue(3);
        Trimmed(took: took);
        var since = _now.At;
        while (!Look(Burst) && LooksUntilDue(HeapTrimRule.QuietLooks) is null)
        {
        }

        Assert.That(took / (_now.At - since), Is.AtMost(1.0 / HeapTrimRule.RestFactor));
    }

    [Test]
    public void A_collection_that_took_long_puts_off_the_next_one_by_half_a_minute_at_most()
    {
        Look(Burst);
        LooksUntilDue(3);
        Trimmed(took: TimeSpan.FromSeconds(10));
        var since = _now.At;
        Look(Burst);
        Assert.That(LooksUntilDue(1000), Is.Not.Null);
        Assert.That(_now.At - since, Is.EqualTo(HeapTrimRule.LongestRest).Within(2 * BetweenLooks));
    }

    private void Trimmed(long liveBytes = 0, TimeSpan took = default) => _rule.OnTrimmed(_now, liveBytes, took);

    // How many quiet looks it takes; null when so many are too few.
    private int? LooksUntilDue(int most)
    {
        for (var look = 1; look <= most; look++)
        {
            if (Look(0))
            {
                return look;
            }
        }

        return null;
    }

    private bool Look(long allocated, TimeSpan processor = default)
    {
        _now = new ProcessActivity(_now.At + BetweenLooks, _now.AllocatedBytes + allocated, _now.ProcessorTime + processor);
        return _rule.IsDue(_now);
    }
}
