using System.Reflection;
using Pgmux.Core.Pooling;

namespace Pgmux.Core.Tests.Pooling;

[TestFixture]
internal sealed class PoolCountersTests
{
    private static IEnumerable<FieldInfo> Counters => typeof(PoolCounters).GetFields();

    [TestCaseSource(nameof(Counters))]
    public void Each_counter_is_summed_into_itself(object field)
    {
        var counter = (FieldInfo)field;
        var (sum, first, second) = (new PoolCounters(), new PoolCounters(), new PoolCounters());
        counter.SetValue(first, 3L);
        counter.SetValue(second, 4L);
        sum.Add(first);
        sum.Add(second);
        Assert.That(counter.GetValue(sum), Is.EqualTo(7));
        Assert.That(Counters.Where(other => other != counter).Select(other => other.GetValue(sum)), Is.All.EqualTo(0));
    }
}
