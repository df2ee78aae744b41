using System.Diagnostics;
using System.Reflection;
using BenchmarkDotNet.Attributes;

namespace Pgmux.Benchmarks.Allocations;

/// <summary>A benchmark method that can be run without BenchmarkDotNet to count what it allocates.</summary>
internal sealed class GatedBenchmark
{
    // Methods are compiled anew after 30 calls and some time in the background; only optimised code is what we ship.
    private static readonly TimeSpan WarmUp = TimeSpan.FromMilliseconds(500);
    private const int WarmUpInvocations = 200;

    private const int MeasuredInvocations = 200;

    // The runtime itself allocates now and then, never regularly: the quietest of a few batches is the benchmark's own.
    private const int Batches = 5;

    private readonly MethodInfo _method;
    private readonly int _operationsPerInvoke;

    private GatedBenchmark(MethodInfo method, BenchmarkAttribute attribute)
    {
        _method = method;
        _operationsPerInvoke = attribute.OperationsPerInvoke;
        Name = $"{method.DeclaringType!.Name}.{method.Name}";
    }

    /// <summary>Type and method, as the list of limits names it.</summary>
    public string Name { get; }

    public static IEnumerable<GatedBenchmark> FindAll(Assembly assembly) =>
        from type in assembly.GetTypes()
        from method in type.GetMethods()
        let attribute = method.GetCustomAttribute<BenchmarkAttribute>()
        where attribute is not null
        select new GatedBenchmark(method, attribute);

    public AllocatedBytes Measure()
    {
        var instance = Activator.CreateInstance(_method.DeclaringType!)!;
        InvokeAll<GlobalSetupAttribute>(instance);
        try
        {
            return Measure(ToAction(instance));
        }
        finally
        {
            InvokeAll<GlobalCleanupAttribute>(instance);
        }
    }

    private AllocatedBytes Measure(Action invoke)
    {
        var clock = Stopwatch.StartNew();
        for (var i = 0; i < WarmUpInvocations || clock.Elapsed < WarmUp; i++)
        {
            invoke();
        }

        var least = long.MaxValue;
        for (var batch = 0; batch < Batches; batch++)
        {
            // Of the whole process: a relay's two ends may run on event loops of their own.
            var before = GC.GetTotalAllocatedBytes(precise: true);
            for (var i = 0; i < MeasuredInvocations; i++)
            {
                invoke();
            }

            least = Math.Min(least, GC.GetTotalAllocatedBytes(precise: true) - before);
        }

        return new AllocatedBytes(least, (long)MeasuredInvocations * _operationsPerInvoke);
    }

    /// <summary>A call that allocates nothing by itself: results are not boxed, tasks are waited for as BenchmarkDotNet does.</summary>
    private Action ToAction(object instance)
    {
        var result = _method.ReturnType;
        if (result == typeof(void))
        {
            return _method.CreateDelegate<Action>(instance);
        }

        if (result == typeof(Task))
        {
            var run = _method.CreateDelegate<Func<Task>>(instance);
            return () => run().GetAwaiter().GetResult();
        }

        if (result == typeof(ValueTask))
        {
            var run = _method.CreateDelegate<Func<ValueTask>>(instance);
            return () => Wait(run());
        }

        var drop = typeof(GatedBenchmark).GetMethod(nameof(Dropping), BindingFlags.NonPublic | BindingFlags.Static)!;
        return drop.MakeGenericMethod(result).CreateDelegate<Func<Delegate, Action>>()(
            _method.CreateDelegate(typeof(Func<>).MakeGenericType(result), instance));
    }

    private static Action Dropping<T>(Delegate method)
    {
        var run = (Func<T>)method;
        return () => run();
    }

    private static void Wait(ValueTask pending)
    {
        if (pending.IsCompleted)
        {
            pending.GetAwaiter().GetResult();
        }
        else
        {
            pending.AsTask().GetAwaiter().GetResult();
        }
    }

    private void InvokeAll<TAttribute>(object instance)
        where TAttribute : Attribute
    {
        foreach (var method in instance.GetType().GetMethods().Where(method => method.IsDefined(typeof(TAttribute))))
        {
            (method.Invoke(instance, null) as Task)?.GetAwaiter().GetResult();
        }
    }
}
