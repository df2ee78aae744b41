using BenchmarkDotNet.Running;
using Pgmux.Benchmarks.Allocations;
using Pgmux.Benchmarks.Load;

return args switch
{
    [CheckAllocationsVerb.Name, .. var rest] => CheckAllocationsVerb.Run(rest),
    [HoldClientsVerb.Name, .. var rest] => await HoldClientsVerb.RunAsync(rest),
    _ => RunBenchmarks(args),
};

static int RunBenchmarks(string[] args)
{
    var summaries = BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);

    // BenchmarkDotNet prints a benchmark that threw and goes on; whoever started the run must still see it fail.
    return summaries.All(summary => !summary.HasCriticalValidationErrors && summary.Reports.All(report => report.Success)) ? 0 : 1;
}
