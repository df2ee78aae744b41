using Pgmux.Transport.Loops;

namespace Pgmux.Transport.Tests.Loops;

public sealed class WorkQueueTests
{
    private int _wakes;

    [SetUp]
    public void Reset() => _wakes = 0;

    [Test]
    public void A_loop_that_is_awake_is_not_woken()
    {
        var queue = NewQueue();
        queue.PostRemote(Nothing());
        Assert.That(_wakes, Is.Zero);
    }

    [Test]
    public void A_loop_that_sleeps_is_woken_once()
    {
        var queue = NewQueue();
        Assert.That(queue.TrySleep(), Is.True);
        queue.PostRemote(Nothing());
        queue.PostRemote(Nothing());
        Assert.That(_wakes, Is.EqualTo(1));
        queue.Awake();
        queue.Run();
        Assert.That(queue.IsEmpty, Is.True);
    }

    [Test]
    public void A_loop_with_work_does_not_sleep()
    {
        var queue = NewQueue();
        queue.PostRemote(Nothing());
        Assert.That(queue.TrySleep(), Is.False);
        queue.Run();
        queue.PostLocal(Nothing());
        Assert.That(queue.TrySleep(), Is.False);
        queue.Run();
        Assert.That(queue.TrySleep(), Is.True);
    }

    [Test]
    public void Work_that_posts_waits_for_the_next_run()
    {
        var queue = NewQueue();
        var count = 0;
        queue.PostLocal(new WorkItem((Action<object?>)Again, null));
        queue.Run();
        queue.Run();
        Assert.That(count, Is.EqualTo(2));

        void Again(object? state)
        {
            count++;
            queue.PostLocal(new WorkItem((Action<object?>)Again, null));
        }
    }

    [Test]
    public void Work_that_fails_does_not_keep_the_rest_from_running()
    {
        var failures = new List<Exception>();
        var queue = new WorkQueue(() => { }, failures.Add);
        var ran = false;
        queue.PostLocal(new WorkItem((Action<object?>)(_ => throw new InvalidOperationException("on purpose")), null));
        queue.PostLocal(new WorkItem((Action<object?>)(_ => ran = true), null));
        queue.Run();
        Assert.That(failures, Has.Count.EqualTo(1));
        Assert.That(ran, Is.True);
    }

    private WorkQueue NewQueue() => new(() => _wakes++, exception => Assert.Fail(exception.Message));

    private static WorkItem Nothing() => new((Action<object?>)(_ => { }), null);
}
