using BenchmarkDotNet.Attributes;

namespace Pgmux.Benchmarks.Relay;

/// <summary>Pipelines: a hundred requests before the first answer is waited for. Figures are per request.</summary>
[MemoryDiagnoser]
public class PipelineBenchmarks
{
    private const int Requests = 100;
    private const string Name = "s1";

    private static readonly Exchange Queries = Exchange.Pipeline([.. Enumerable.Repeat(Exchanges.Simple, Requests)]);
    private static readonly Exchange Cycles = Exchange.Pipeline([.. Enumerable.Repeat(Exchanges.Statements[0].Run(Name), Requests)]);
    private static readonly Exchange Batch = Exchanges.Statements[0].RunBatch(Name, Requests);

    private RelayRig _rig = null!;
    private RelayClient _client = null!;

    [GlobalSetup]
    public void PrepareAndCheck()
    {
        _rig = new RelayRig();
        _client = _rig.Connect();
        _client.Run(Exchanges.Statements[0].Prepare(Name));
        Exchange.Expect(Simple_queries(), Queries);
        Exchange.Expect(Named_statement_each_with_Sync(), Cycles);
        Exchange.Expect(Named_statement_with_one_Sync(), Batch);
    }

    [GlobalCleanup]
    public void CleanUp() => _rig.Dispose();

    [Benchmark(OperationsPerInvoke = Requests)]
    public int Simple_queries() => _client.Run(Queries);

    /// <summary>Bind, Describe, Execute and Sync, a hundred times.</summary>
    [Benchmark(OperationsPerInvoke = Requests)]
    public int Named_statement_each_with_Sync() => _client.Run(Cycles);

    /// <summary>Bind and Execute a hundred times, then Sync: a batch of a driver.</summary>
    [Benchmark(OperationsPerInvoke = Requests)]
    public int Named_statement_with_one_Sync() => _client.Run(Batch);
}
