using BenchmarkDotNet.Attributes;

namespace Pgmux.Benchmarks.Relay;

/// <summary>
/// Prepared statements in transaction mode, where clients meet on one server: named ones, and unnamed ones that are passed on or shared.
/// </summary>
[MemoryDiagnoser]
public class StatementBenchmarks
{
    private const string Name = "s1";
    private const int UnnamedStatements = 7;

    private static readonly Exchange FirstNamed = Exchanges.Statements[0].Run(Name);
    private static readonly Exchange SecondNamed = Exchanges.Statements[1].Run(Name);
    private static readonly Exchange[] Unnamed = [.. Exchanges.Statements.Take(UnnamedStatements).Select(statement => statement.RunUnnamed())];

    private RelayRig _rig = null!;
    private RelayRig _sharing = null!;
    private RelayClient _first = null!;
    private RelayClient _second = null!;
    private RelayClient _sharingFirst = null!;
    private RelayClient _sharingSecond = null!;

    [GlobalSetup]
    public void PrepareAndCheck()
    {
        _rig = new RelayRig();
        _first = _rig.Connect();
        _second = _rig.Connect();
        _sharing = new RelayRig(settings: "share_unnamed_statements = 1");
        _sharingFirst = _sharing.Connect();
        _sharingSecond = _sharing.Connect();
        _first.Run(Exchanges.Statements[0].Prepare(Name));
        _second.Run(Exchanges.Statements[1].Prepare(Name));
        Exchange.Expect(Named_statement(), FirstNamed);
        Exchange.Expect(Clients_with_other_statements_of_one_name(), FirstNamed, SecondNamed);
        Exchange.Expect(Unnamed_statement(), Unnamed[0]);
        Exchange.Expect(Unnamed_statements_in_turn(), Unnamed);
        Exchange.Expect(Shared_unnamed_statement(), Unnamed[0]);
        Exchange.Expect(Shared_unnamed_statements_in_turn(), Unnamed);
        Exchange.Expect(Clients_with_shared_unnamed_statements(), Unnamed[0], Unnamed[1]);
    }

    [GlobalCleanup]
    public void CleanUp()
    {
        _rig.Dispose();
        _sharing.Dispose();
    }

    [Benchmark]
    public int Named_statement() => _first.Run(FirstNamed);

    /// <summary>Both call it s1; on the server each has a name of its own.</summary>
    [Benchmark(OperationsPerInvoke = 2)]
    public int Clients_with_other_statements_of_one_name() => _first.Run(FirstNamed) + _second.Run(SecondNamed);

    [Benchmark]
    public int Unnamed_statement() => _first.Run(Unnamed[0]);

    [Benchmark(OperationsPerInvoke = UnnamedStatements)]
    public int Unnamed_statements_in_turn() => RunAll(_first);

    [Benchmark]
    public int Shared_unnamed_statement() => _sharingFirst.Run(Unnamed[0]);

    [Benchmark(OperationsPerInvoke = UnnamedStatements)]
    public int Shared_unnamed_statements_in_turn() => RunAll(_sharingFirst);

    [Benchmark(OperationsPerInvoke = 2)]
    public int Clients_with_shared_unnamed_statements() => _sharingFirst.Run(Unnamed[0]) + _sharingSecond.Run(Unnamed[1]);

    private static int RunAll(RelayClient client)
    {
        var received = 0;
        foreach (var exchange in Unnamed)
        {
            received += client.Run(exchange);
        }

        return received;
    }
}
