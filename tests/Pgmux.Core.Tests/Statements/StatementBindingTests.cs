using FsCheck;
using FsCheck.Fluent;
using Pgmux.Core.Statements;

namespace Pgmux.Core.Tests.Statements;

[TestFixture, FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class StatementBindingTests
{
    private const StatementHolder Holder = StatementHolder.Client;

    private readonly Statement _a;
    private readonly Statement _b;
    private StatementBinding _binding;

    public StatementBindingTests()
    {
        var registry = new StatementRegistry(loops: 1);
        _a = registry.Make("a");
        _b = registry.Make("b");
        _a.Release(Holder);
        _b.Release(Holder);
    }

    [Test]
    public void Nothing_holds_at_first() =>
        Assert.That((_binding.View, _binding.Confirmed, _binding.IsEmpty, _binding.IsPending, _binding.IsCertainIn(0)), Is.EqualTo(((Statement?)null, (Statement?)null, true, false, true)));

    [Test]
    public void A_proposal_is_seen_before_it_is_confirmed()
    {
        _binding.Propose(_a, cycle: 1, Holder);
        Assert.That((_binding.View, _binding.Confirmed, _binding.IsEmpty, _binding.IsPending), Is.EqualTo(((Statement?)_a, (Statement?)null, false, true)));
        Assert.That((_binding.IsCertainIn(1), _binding.IsCertainIn(2)), Is.EqualTo((true, false)));
        _binding.Confirm(_a, Holder);
        Assert.That((_binding.View, _binding.Confirmed, _binding.IsEmpty, _binding.IsPending), Is.EqualTo(((Statement?)_a, (Statement?)_a, false, false)));
        Assert.That((_binding.IsCertainIn(2), _a.ClientCount), Is.EqualTo((true, 1)));
    }

    [Test, Property("Row", "B94")]
    public void A_proposal_that_is_taken_back_leaves_what_held_before()
    {
        _binding.Set(_a, Holder);
        _binding.Propose(_b, cycle: 1, Holder);
        _binding.TakeBack(_b, Holder);
        Assert.That((_binding.View, _a.ClientCount, _b.ClientCount), Is.EqualTo(((Statement?)_a, 1, 0)));
        _binding.Propose(null, cycle: 1, Holder);
        Assert.That((_binding.View, _binding.IsEmpty), Is.EqualTo(((Statement?)null, false)));
        _binding.TakeBack(null, Holder);
        Assert.That((_binding.View, _a.ClientCount), Is.EqualTo(((Statement?)_a, 1)));
    }

    [Test]
    public void A_failure_may_leave_nothing()
    {
        _binding.Set(_a, Holder);
        _binding.Propose(_b, cycle: 1, Holder);
        _binding.Destroy(_b, Holder);
        Assert.That((_binding.View, _binding.IsEmpty, _a.ClientCount, _b.ClientCount), Is.EqualTo(((Statement?)null, true, 0, 0)));
    }

    [Test]
    public void The_last_of_several_proposals_is_what_will_hold()
    {
        _binding.Propose(_a, cycle: 1, Holder);
        _binding.Propose(null, cycle: 1, Holder);
        _binding.Propose(_b, cycle: 1, Holder);
        Assert.That(_binding.View, Is.SameAs(_b));
        _binding.Confirm(_a, Holder);
        Assert.That((_binding.View, _binding.Confirmed), Is.EqualTo(((Statement?)_b, (Statement?)_a)));
        _binding.TakeBack(null, Holder);
        _binding.TakeBack(_b, Holder);
        Assert.That((_binding.View, _a.ClientCount, _b.ClientCount), Is.EqualTo(((Statement?)_a, 1, 0)), "the error came behind the first");
    }

    [Test]
    public void A_later_cycle_that_changes_it_anyway_is_certain_of_what_it_finds()
    {
        _binding.Propose(_a, cycle: 1, Holder);
        _binding.Propose(null, cycle: 2, Holder);
        Assert.That((_binding.IsCertainIn(1), _binding.IsCertainIn(2), _binding.View), Is.EqualTo((false, true, (Statement?)null)));
        _binding.Confirm(_a, Holder);
        Assert.That((_binding.IsCertainIn(2), _binding.IsCertainIn(3), _binding.View), Is.EqualTo((true, false, (Statement?)null)));
        _binding.TakeBack(null, Holder);
        Assert.That(_binding.View, Is.SameAs(_a), "the close was skipped after all");
    }

    [Test]
    public void Clearing_leaves_what_is_under_way()
    {
        _binding.Set(_a, Holder);
        _binding.Propose(_b, cycle: 1, Holder);
        _binding.Clear(Holder);
        Assert.That((_binding.View, _binding.Confirmed, _a.ClientCount), Is.EqualTo(((Statement?)_b, (Statement?)null, 0)));
        _binding.Confirm(_b, Holder);
        Assert.That((_binding.View, _b.ClientCount), Is.EqualTo(((Statement?)_b, 1)));
        _binding.Clear(Holder);
        Assert.That((_binding.IsEmpty, _b.ClientCount), Is.EqualTo((true, 0)));
    }

    [Test]
    public void The_same_statement_again_is_one_reference()
    {
        _binding.Set(_a, Holder);
        _binding.Set(_a, Holder);
        _binding.Propose(_a, cycle: 1, Holder);
        Assert.That(_a.ClientCount, Is.EqualTo(2), "one that holds, one that will");
        _binding.Confirm(_a, Holder);
        Assert.That(_a.ClientCount, Is.EqualTo(1));
    }

    [Test]
    public void References_are_what_is_confirmed_and_what_is_under_way() => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(2_000).WithEndSize(100),
        Prop.ForAll<byte[]>(script => CountsEveryReference(script ?? [])));

    // Proposals end in their order: once confirmed, destroyed or taken back.
    private static bool CountsEveryReference(byte[] script)
    {
        var registry = new StatementRegistry(loops: 1);
        Statement?[] values = [null, registry.Make("a"), registry.Make("b")];
        var binding = new StatementBinding();
        var pending = new Queue<Statement?>();
        Statement? confirmed = null;
        foreach (var choice in script)
        {
            var value = values[choice / 8 % values.Length];
            if (choice % 8 < 3)
            {
                binding.Propose(value, cycle: 1, Holder);
                pending.Enqueue(value);
            }
            else if (choice % 8 == 7)
            {
                binding.Clear(Holder);
                confirmed = null;
            }
            else if (pending.TryDequeue(out value))
            {
                confirmed = End(ref binding, choice % 8, value, confirmed);
            }

            var holds = pending.Append(confirmed).ToArray();
            if (binding.View != (pending.Count > 0 ? pending.Last() : confirmed) || binding.Confirmed != confirmed
                || binding.IsPending != (pending.Count > 0) || binding.IsEmpty != holds is [null]
                || values.OfType<Statement>().Any(one => one.ClientCount != 1 + holds.Count(held => held == one)))
            {
                return false;
            }
        }

        return true;
    }

    private static Statement? End(ref StatementBinding binding, int choice, Statement? value, Statement? confirmed)
    {
        switch (choice)
        {
            case 3 or 4:
                binding.Confirm(value, Holder);
                return value;
            case 5:
                binding.Destroy(value, Holder);
                return null;
            default:
                binding.TakeBack(value, Holder);
                return confirmed;
        }
    }
}
