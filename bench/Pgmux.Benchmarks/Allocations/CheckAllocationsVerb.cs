using System.Text.Json;

namespace Pgmux.Benchmarks.Allocations;

/// <summary>
/// <c>check-allocations [FILE]</c>: runs the benchmarks named in the file as plain operations and fails when one of them allocates more
/// bytes per operation than the file allows. Seconds instead of the minutes that BenchmarkDotNet takes for times nobody reads in CI.
/// </summary>
internal static class CheckAllocationsVerb
{
    public const string Name = "check-allocations";

    private static readonly string DefaultFile = Path.Combine(AppContext.BaseDirectory, "allocations.json");

    public static int Run(IReadOnlyList<string> arguments)
    {
        if (arguments.Count > 1)
        {
            Console.Error.WriteLine($"usage: {Name} [FILE]");
            return 2;
        }

        var file = arguments.Count == 1 ? arguments[0] : DefaultFile;
        var limits = JsonSerializer.Deserialize<Dictionary<string, long>>(File.ReadAllText(file));
        if (limits is null or { Count: 0 })
        {
            Console.Error.WriteLine($"{file}: names no benchmark");
            return 2;
        }

        var benchmarks = GatedBenchmark.FindAll(typeof(CheckAllocationsVerb).Assembly).ToDictionary(benchmark => benchmark.Name);
        var failures = 0;
        foreach (var (name, allowedBytes) in limits)
        {
            failures += benchmarks.TryGetValue(name, out var benchmark) && IsWithin(benchmark, allowedBytes) ? 0 : 1;
            if (benchmark is null)
            {
                Console.WriteLine($"FAIL  {name}: no such benchmark");
            }
        }

        foreach (var name in benchmarks.Keys.Where(name => !limits.ContainsKey(name)))
        {
            Console.WriteLine($"      {name}: not in {Path.GetFileName(file)}, not checked");
        }

        Console.WriteLine(failures == 0 ? $"{limits.Count} benchmarks allocate no more than allowed" : $"{failures} of {limits.Count} failed");
        return failures == 0 ? 0 : 1;
    }

    private static bool IsWithin(GatedBenchmark benchmark, long allowedBytes)
    {
        var measured = benchmark.Measure();
        var isWithin = measured.Bytes <= allowedBytes * measured.Operations;
        Console.WriteLine(
            $"{(isWithin ? "ok  " : "FAIL")}  {benchmark.Name}: {measured.BytesPerOperation:0.####} B per operation, {allowedBytes} allowed");
        return isWithin;
    }
}
