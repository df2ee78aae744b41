using BenchmarkDotNet.Attributes;

namespace Pgmux.Benchmarks.Relay;

/// <summary>The other two pool modes; all else is measured in transaction mode.</summary>
[MemoryDiagnoser]
public class PoolModeBenchmarks
{
    private const string Name = "s1";

    private static readonly Exchange Named = Exchanges.Statements[0].Run(Name);

    private RelayRig _statementRig = null!;
    private RelayRig _sessionRig = null!;
    private RelayClient _statement = null!;
    private RelayClient _session = null!;

    [GlobalSetup]
    public void PrepareAndCheck()
    {
        _statementRig = new RelayRig(poolMode: "statement");
        _statement = _statementRig.Connect();
        _statement.Run(Exchanges.Statements[0].Prepare(Name));
        _sessionRig = new RelayRig(poolMode: "session");
        _session = _sessionRig.Connect();
        _session.Run(Exchanges.Statements[0].Prepare(Name));
        Exchange.Expect(Simple_query_in_statement_mode(), Exchanges.Simple);
        Exchange.Expect(Named_statement_in_statement_mode(), Named);
        Exchange.Expect(Simple_query_in_session_mode(), Exchanges.Simple);
        Exchange.Expect(Named_statement_in_session_mode(), Named);
    }

    [GlobalCleanup]
    public void CleanUp()
    {
        _statementRig.Dispose();
        _sessionRig.Dispose();
    }

    [Benchmark]
    public int Simple_query_in_statement_mode() => _statement.Run(Exchanges.Simple);

    [Benchmark]
    public int Named_statement_in_statement_mode() => _statement.Run(Named);

    [Benchmark]
    public int Simple_query_in_session_mode() => _session.Run(Exchanges.Simple);

    [Benchmark]
    public int Named_statement_in_session_mode() => _session.Run(Named);
}
