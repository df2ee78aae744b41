using Pgmux.Core.Statements;

namespace Pgmux.Core.Tests.Statements;

[TestFixture, FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class CommandPortalsTests
{
    private readonly CommandPortals _portals = new();
    private readonly Statement _a;
    private readonly Statement _b;

    public CommandPortalsTests()
    {
        var registry = new StatementRegistry(loops: 1);
        _a = registry.Make("EXECUTE a");
        _b = registry.Make("EXECUTE b");
    }

    [Test]
    public void A_portal_has_the_statement_that_it_was_bound_to()
    {
        Assert.That(_portals.IsEmpty, Is.True);
        _portals.Set("p"u8, _a, cycle: 1);
        _portals.Set([], _b, cycle: 1);
        Assert.That(_portals.Find("p"u8), Is.SameAs(_a));
        Assert.That(_portals.Find([]), Is.SameAs(_b));
        Assert.That(_portals.Find("P"u8), Is.Null);
        Assert.That(_portals.IsEmpty, Is.False);
    }

    [Test]
    public void The_last_Bind_counts()
    {
        _portals.Set("p"u8, _a, cycle: 1);
        _portals.Set("p"u8, _b, cycle: 1);
        Assert.That(_portals.Find("p"u8), Is.SameAs(_b));
        _portals.Set("p"u8, null, cycle: 1);
        Assert.That(_portals.Find("p"u8), Is.Null);
        Assert.That(_portals.IsEmpty, Is.True);
        _portals.Set("q"u8, null, cycle: 1);
        Assert.That(_portals.IsEmpty, Is.True);
    }

    [Test]
    public void It_is_full_at_its_limit()
    {
        for (var i = 0; i < CommandPortals.Limit; i++)
        {
            Assert.That(_portals.IsFull, Is.False);
            _portals.Set([(byte)i], _a, cycle: 1);
        }

        Assert.That(_portals.IsFull, Is.True);
        _portals.Set([0], null, cycle: 1);
        Assert.That(_portals.IsFull, Is.False);
    }

    [Test]
    public void Portals_end_with_the_transaction_of_their_cycle()
    {
        _portals.Set("p"u8, _a, cycle: 1);
        _portals.Set("q"u8, _b, cycle: 2);
        _portals.OnTransactionEnded(1);
        Assert.That((_portals.Find("p"u8), _portals.Find("q"u8)), Is.EqualTo(((Statement?)null, (Statement?)_b)));
        _portals.OnTransactionEnded(2);
        Assert.That(_portals.IsEmpty, Is.True);
    }
}
