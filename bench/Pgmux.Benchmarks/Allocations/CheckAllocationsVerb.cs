using System.Diagnostics;
using System.Text.Json;

namespace Pgmux.Benchmarks.Allocations;

/// <summary>
/// <c>check-allocations [FILE]</c>: runs the benchmarks named in the file as plain operations and fails when one of them allocates more
/// bytes per operation than the file allows. Seconds instead of the minutes that BenchmarkDotNet takes for times nobody reads in CI.
/// </summary>
internal static class CheckAllocationsVerb
{
    public const string Name = "check-allocations";

    // Methods are compiled anew after 30 calls and some time in the background, then once more; only optimised code is what we ship.
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(2);
    private const int WarmUpBatches = 5;

    // On a busy machine the background may not have got to it yet, and a queue may grow once more: what allocates does so each time.
    private const int Attempts = 3;

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
        foreach (var name in benchmarks.Keys.Where(name => !limits.ContainsKey(name)))
        {
            Console.WriteLine($"      {name}: not in {Path.GetFileName(file)}, not checked");
        }

        var failures = 0;
        foreach (var name in limits.Keys.Where(name => !benchmarks.ContainsKey(name)))
        {
            Console.WriteLine($"FAIL  {name}: no such benchmark");
            failures++;
        }

        failures += CountFailures([.. benchmarks.Values.Where(benchmark => limits.ContainsKey(benchmark.Name))], limits);
        Console.WriteLine(failures == 0 ? $"{limits.Count} benchmarks allocate no more than allowed" : $"{failures} of {limits.Count} failed");
        return failures == 0 ? 0 : 1;
    }

    private static int CountFailures(GatedBenchmark[] benchmarks, Dictionary<string, long> limits)
    {
        foreach (var benchmark in benchmarks)
        {
            benchmark.SetUp();
        }

        // All together, so that one waits while the code of the others is compiled.
        var clock = Stopwatch.StartNew();
        for (var batch = 0; batch < WarmUpBatches || clock.Elapsed < WarmUp; batch++)
        {
            foreach (var benchmark in benchmarks)
            {
                benchmark.RunBatch();
            }
        }

        var failures = benchmarks.Count(benchmark => !IsWithin(benchmark, limits[benchmark.Name]));
        foreach (var benchmark in benchmarks)
        {
            benchmark.CleanUp();
        }

        return failures;
    }

    private static bool IsWithin(GatedBenchmark benchmark, long allowedBytes)
    {
        var measured = benchmark.Measure();
        for (var attempt = 1; attempt < Attempts && measured.BytesPerOperation > allowedBytes; attempt++)
        {
            measured = benchmark.Measure();
        }

        var isWithin = measured.BytesPerOperation <= allowedBytes;
        Console.WriteLine(
            $"{(isWithin ? "ok  " : "FAIL")}  {benchmark.Name}: {measured.BytesPerOperation:0.####} B per operation, {allowedBytes} allowed");
        return isWithin;
    }
}
