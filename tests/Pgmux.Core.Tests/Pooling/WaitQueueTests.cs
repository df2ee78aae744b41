using Pgmux.Core.Pooling;
using Pgmux.Core.Servers;
using Pgmux.Protocol;
using Pgmux.Testing.Transport;

namespace Pgmux.Core.Tests.Pooling;

[TestFixture]
internal sealed class WaitQueueTests
{
    private readonly SimulatedNetwork _network = new();
    private readonly SimulatedLoop[] _loops;

    public WaitQueueTests() => _loops = [_network.CreateLoop(), _network.CreateLoop()];

    [Test, Property("Row", "P01")]
    public void Waiters_leave_in_the_order_in_which_they_came_and_from_anywhere()
    {
        var queue = new WaitQueue();
        var waiters = Enumerable.Range(0, 5).Select(i => Waiter(0, i)).ToArray();
        foreach (var waiter in waiters)
        {
            queue.AddLast(waiter);
        }

        queue.Remove(waiters[2]);
        queue.Remove(waiters[0]);
        queue.Remove(waiters[4]);
        Assert.That((queue.First, queue.Last, queue.Count), Is.EqualTo((waiters[1], waiters[3], 2)));
        queue.PutBack(waiters[0]);
        Assert.That(queue.First, Is.SameAs(waiters[0]));
        foreach (var waiter in new[] { waiters[0], waiters[1], waiters[3] })
        {
            Assert.That(queue.PeekFor(loop: 0, tolerance: 0), Is.SameAs(waiter));
            queue.Remove(waiter);
            Assert.That(waiter.State, Is.EqualTo(LeaseRequestState.None));
        }

        Assert.That((queue.First, queue.Last, queue.Count), Is.EqualTo(((LeaseRequest?)null, (LeaseRequest?)null, 0)));
    }

    [Test, Property("Row", "P01")]
    public void Waiters_whose_servers_died_on_their_way_come_back_in_the_order_in_which_they_came([Values(0, 1, 2)] int first)
    {
        var queue = new WaitQueue();
        var waiters = Enumerable.Range(0, 5).Select(i => Waiter(0, i)).ToArray();
        queue.AddLast(waiters[3]);
        queue.AddLast(waiters[4]);
        foreach (var index in new[] { first, (first + 1) % 3, (first + 2) % 3 })
        {
            queue.PutBack(waiters[index]);
        }

        foreach (var waiter in waiters)
        {
            Assert.That(queue.First, Is.SameAs(waiter));
            queue.Remove(waiter);
        }
    }

    [TestCase(10, 11, 1, 1)]
    [TestCase(10, 12, 1, 0)]
    [TestCase(10, 10, 0, 1)]
    public void A_waiter_of_the_servers_loop_may_overtake_by_the_tolerance_and_no_more(long first, long second, long tolerance, int served)
    {
        var queue = new WaitQueue();
        LeaseRequest[] waiters = [Waiter(1, first), Waiter(0, second)];
        queue.AddLast(waiters[0]);
        queue.AddLast(waiters[1]);
        Assert.That(queue.PeekFor(loop: 0, tolerance), Is.SameAs(waiters[served]));
    }

    [Test]
    public void The_look_for_a_waiter_of_the_own_loop_is_bounded()
    {
        var queue = new WaitQueue();
        for (var i = 0; i < 100; i++)
        {
            queue.AddLast(Waiter(1, 0));
        }

        queue.AddLast(Waiter(0, 0));
        Assert.That(queue.PeekFor(loop: 0, tolerance: 10), Is.SameAs(queue.First));
    }

    private LeaseRequest Waiter(int loop, long queuedAt) => new(_loops[loop], new Nobody()) { QueuedAt = queuedAt };

    private sealed class Nobody : ILeaseReceiver
    {
        public string LogName => "nobody";

        public void OnServerGranted(ServerConnection server) => throw new InvalidOperationException("nothing is granted here");

        public void OnWelcomeKnown() => throw new InvalidOperationException("nothing is told here");

        public void OnLeaseRefused(LeaseOutcome outcome, ErrorFields? error) => throw new InvalidOperationException("nothing is refused here");
    }
}
