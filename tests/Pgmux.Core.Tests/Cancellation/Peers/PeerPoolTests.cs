using Pgmux.Core.Cancellation.Peers;

namespace Pgmux.Core.Tests.Cancellation.Peers;

[TestFixture]
internal sealed class PeerPoolTests
{
    [Test]
    public void So_many_go_at_once_and_the_others_in_their_order()
    {
        var pool = new PeerPool(7);
        var turns = Enumerable.Range(0, 5).Select(_ => pool.TryEnter(2)!).ToArray();
        Assert.That(Admitted(turns), Is.EqualTo(new[] { true, true, false, false, false }));
        pool.OnSent(turns[0]);
        Assert.That(pool.Count(), Is.EqualTo(new PeerPoolCounts(7, Waiting: 3, Connecting: 1, Sent: 1)));
        pool.Leave(turns[0]);
        Assert.That(Admitted(turns), Is.EqualTo(new[] { true, true, true, false, false }));
        pool.Leave(turns[1]);
        Assert.That(Admitted(turns), Is.EqualTo(new[] { true, true, true, true, false }));
        Array.ForEach(turns[2..], pool.Leave);
        Assert.That(pool.Count(), Is.EqualTo(new PeerPoolCounts(7, 0, 0, 0)));
    }

    [Test]
    public void Who_has_given_up_takes_no_place()
    {
        var pool = new PeerPool(1);
        var turns = Enumerable.Range(0, 4).Select(_ => pool.TryEnter(1)!).ToArray();
        turns[1].GiveUp();
        pool.Leave(turns[0]);
        Assert.That(turns[2].Admission.IsCompletedSuccessfully, Is.True);
        pool.Leave(turns[1]);
        turns[3].GiveUp();
        pool.Leave(turns[3]);
        Assert.That(pool.Count(), Is.EqualTo(new PeerPoolCounts(1, 0, 1, 0)));
        Assert.That(turns[3].Admission.Result, Is.False);
    }

    [Test]
    public void A_larger_size_lets_more_go_and_a_smaller_one_lets_those_under_way_end()
    {
        var pool = new PeerPool(1);
        var turns = Enumerable.Range(0, 4).Select(_ => pool.TryEnter(1)!).ToArray();
        pool.Resize(3);
        Assert.That(Admitted(turns), Is.EqualTo(new[] { true, true, true, false }));
        pool.Resize(1);
        pool.Leave(turns[0]);
        Assert.That(turns[3].Admission.IsCompleted, Is.False);
        pool.Leave(turns[1]);
        pool.Leave(turns[2]);
        Assert.That(turns[3].Admission.IsCompleted, Is.True);
    }

    [Test, Property("Row", "X08")]
    public void The_queue_is_bounded()
    {
        var pool = new PeerPool(1);
        var first = pool.TryEnter(1)!;
        for (var i = 0; i < PeerPool.WaitingLimit; i++)
        {
            Assert.That(pool.TryEnter(1), Is.Not.Null);
        }

        Assert.That(pool.TryEnter(1), Is.Null);
        pool.Leave(first);
        Assert.That(pool.TryEnter(1), Is.Not.Null);
    }

    private static bool[] Admitted(PeerTurn[] turns) => [.. turns.Select(turn => turn.Admission.IsCompletedSuccessfully)];
}
