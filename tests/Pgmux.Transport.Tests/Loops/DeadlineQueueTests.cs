using Pgmux.Transport.Loops;

namespace Pgmux.Transport.Tests.Loops;

public sealed class DeadlineQueueTests
{
    [Test]
    public void Deadlines_come_in_the_order_of_their_time()
    {
        var order = new List<object?>();
        var queue = new DeadlineQueue();
        queue.Add(new Deadline(order.Add, "late"), 30);
        queue.Add(new Deadline(order.Add, "early"), 10);
        queue.Add(new Deadline(order.Add, "middle"), 20);
        Assert.That(queue.Next, Is.EqualTo(10));
        Assert.That(queue.TakeDue(9), Is.Null);
        while (queue.TakeDue(20) is { } due)
        {
            due.Run();
        }

        Assert.That(order, Is.EqualTo(new[] { "early", "middle" }));
        Assert.That(queue.Next, Is.EqualTo(30));
    }

    [Test]
    public void A_cancelled_deadline_neither_runs_nor_wakes()
    {
        var queue = new DeadlineQueue();
        var deadline = new Deadline(_ => Assert.Fail("cancelled"), null);
        queue.Add(deadline, 10);
        deadline.Cancel();
        Assert.That(queue.Next, Is.EqualTo(long.MaxValue));
        Assert.That(queue.TakeDue(100), Is.Null);
        deadline.Run();
    }
}
