using System.Text;
using Pgmux.Core.Parameters;

namespace Pgmux.Core.Tests.Parameters;

[TestFixture]
internal sealed class ParameterSetTests
{
    [Test]
    public void Equal_sets_become_one_object_and_a_full_cache_starts_anew()
    {
        var cache = new ParameterSetCache();
        var first = cache.Intern(ParameterSet.Unknown(2).With(0, "a"));
        Assert.That(cache.Intern(ParameterSet.Unknown(2).With(1, null).With(0, "a")), Is.SameAs(first));
        for (var i = 0; i < ParameterSetCache.Limit; i++)
        {
            cache.Intern(ParameterSet.Unknown(2).With(1, $"{i}"));
        }

        Assert.That(cache.Intern(ParameterSet.Unknown(2).With(0, "a")), Is.EqualTo(first).And.Not.SameAs(first));
    }

    [Test]
    public void A_set_never_changes()
    {
        var set = ParameterSet.Unknown(2).With(0, "a");
        var other = set.With(1, "b");
        Assert.That(set[1], Is.Null);
        Assert.That(other[0], Is.EqualTo("a"));
        Assert.That(set.With(0, "a"), Is.SameAs(set));
        Assert.That(set, Is.Not.EqualTo(other));
        Assert.That(other.With(1, null), Is.EqualTo(set));
    }

    [TestCase("timezone", "TimeZone")]
    [TestCase("TIMEZONE", "TimeZone")]
    [TestCase("IntervalStyle", "intervalstyle")]
    [TestCase("work_mem", null)]
    [TestCase("", null)]
    public void Names_are_found_in_any_case_as_text_and_as_bytes(string name, string? found)
    {
        var tracked = new TrackedParameters(["intervalstyle", "INTERVALSTYLE", "timezone"]);
        var index = tracked.IndexOf(name);
        Assert.That(index < 0 ? null : tracked.Names[index], Is.EqualTo(found));
        Assert.That(tracked.IndexOf(Encoding.UTF8.GetBytes(name)), Is.EqualTo(index));
        Assert.That(tracked.Count, Is.EqualTo(6), "each name once");
    }
}
