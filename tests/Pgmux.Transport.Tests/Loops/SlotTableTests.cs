using Pgmux.Transport.Loops;

namespace Pgmux.Transport.Tests.Loops;

public sealed class SlotTableTests
{
    [Test]
    public void An_event_of_a_former_owner_finds_nobody()
    {
        var slots = new SlotTable<object>();
        var first = new object();
        var slot = slots.Add(first);
        var data = slots.DataOf(slot);
        Assert.That(slots.Find(data), Is.SameAs(first));
        slots.Remove(slot);
        Assert.That(slots.Find(data), Is.Null);
        var second = new object();
        Assert.That(slots.Add(second), Is.EqualTo(slot), "slots are used again");
        Assert.That(slots.Find(data), Is.Null);
        Assert.That(slots.Find(slots.DataOf(slot)), Is.SameAs(second));
    }

    [Test]
    public void The_table_grows_and_counts()
    {
        var slots = new SlotTable<object>();
        var targets = Enumerable.Range(0, 1_000).Select(_ => new object()).ToArray();
        var data = targets.Select(target => slots.DataOf(slots.Add(target))).ToArray();
        Assert.That(slots.Count, Is.EqualTo(1_000));
        Assert.That(data.Select(slots.Find), Is.EqualTo(targets));
        slots.Remove((int)(uint)data[500]);
        Assert.That(slots.Count, Is.EqualTo(999));
        Assert.That(slots.ToArray(), Has.Length.EqualTo(999));
    }
}
