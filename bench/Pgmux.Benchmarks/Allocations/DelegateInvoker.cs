using System.Reflection;

namespace Pgmux.Benchmarks.Allocations;

/// <summary>Calls of methods that allocate nothing by themselves: results are not boxed, tasks are waited for as BenchmarkDotNet does.</summary>
internal static class DelegateInvoker
{
    public static Action For(MethodInfo method, object instance)
    {
        var result = method.ReturnType;
        if (result == typeof(void))
        {
            return method.CreateDelegate<Action>(instance);
        }

        if (result == typeof(Task))
        {
            var run = method.CreateDelegate<Func<Task>>(instance);
            return () => run().GetAwaiter().GetResult();
        }

        if (result == typeof(ValueTask))
        {
            var run = method.CreateDelegate<Func<ValueTask>>(instance);
            return () => Wait(run());
        }

        var drop = typeof(DelegateInvoker).GetMethod(nameof(Dropping), BindingFlags.NonPublic | BindingFlags.Static)!;
        return drop.MakeGenericMethod(result).CreateDelegate<Func<Delegate, Action>>()(
            method.CreateDelegate(typeof(Func<>).MakeGenericType(result), instance));
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
}
