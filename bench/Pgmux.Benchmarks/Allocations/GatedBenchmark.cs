using System.Diagnostics;
using System.Reflection;
using BenchmarkDotNet.Attributes;

namespace Pgmux.Benchmarks.Allocations;

/// <summary>A benchmark method that can be run without BenchmarkDotNet to count what it allocates.</summary>
internal sealed class GatedBenchmark
{
    private const int InvocationsPerBatch = 200;

    // Slow operations are repeated less often: one that allocates does so each time.
    private static readonly TimeSpan LongestBatch = TimeSpan.FromMilliseconds(10);

    // The runtime itself allocates now and then, never regularly: the quietest of a few batches is the benchmark's own.
    private const int Batches = 5;

    private readonly Type _type;
    private readonly MethodInfo _method;
    private readonly int _operationsPerInvoke;
    private object? _instance;
    private Action _invoke = static () => { };

    private GatedBenchmark(Type type, MethodInfo method, BenchmarkAttribute attribute)
    {
        _type = type;
        _method = method;
        _operationsPerInvoke = attribute.OperationsPerInvoke;
        Name = $"{type.Name}.{method.Name}";
    }

    /// <summary>Type and method, as the list of limits names it.</summary>
    public string Name { get; }

    public static IEnumerable<GatedBenchmark> FindAll(Assembly assembly) =>
        from type in assembly.GetTypes()
        where !type.IsAbstract
        from method in type.GetMethods()
        let attribute = method.GetCustomAttribute<BenchmarkAttribute>()
        where attribute is not null
        select new GatedBenchmark(type, method, attribute);

    /// <summary>Makes what the benchmark needs, and lets it check its answers.</summary>
    public void SetUp()
    {
        _instance = Activator.CreateInstance(_type)!;
        InvokeAll<GlobalSetupAttribute>(_instance);
        _invoke = DelegateInvoker.For(_method, _instance);
    }

    public void CleanUp() => InvokeAll<GlobalCleanupAttribute>(_instance!);

    /// <summary>Runs it as often as is measured at a time, or as long.</summary>
    /// <returns>How often it ran.</returns>
    public int RunBatch()
    {
        var began = Stopwatch.GetTimestamp();
        var invocations = 0;
        do
        {
            _invoke();
            invocations++;
        }
        while (invocations < InvocationsPerBatch && Stopwatch.GetElapsedTime(began) < LongestBatch);

        return invocations;
    }

    /// <summary>The batch that allocates least for each operation.</summary>
    public AllocatedBytes Measure()
    {
        var least = new AllocatedBytes(long.MaxValue, 1);
        for (var batch = 0; batch < Batches; batch++)
        {
            // Of the whole process: a benchmark may run on event loops of its own.
            var before = GC.GetTotalAllocatedBytes(precise: true);
            var invocations = RunBatch();
            var measured = new AllocatedBytes(GC.GetTotalAllocatedBytes(precise: true) - before, (long)invocations * _operationsPerInvoke);
            least = measured.BytesPerOperation < least.BytesPerOperation ? measured : least;
        }

        return least;
    }

    private static void InvokeAll<TAttribute>(object instance)
        where TAttribute : Attribute
    {
        foreach (var method in instance.GetType().GetMethods().Where(method => method.IsDefined(typeof(TAttribute))))
        {
            (method.Invoke(instance, null) as Task)?.GetAwaiter().GetResult();
        }
    }
}
