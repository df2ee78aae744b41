using BenchmarkDotNet.Attributes;

namespace Pgmux.Benchmarks.Relay;

/// <summary>
/// What pgmux itself does between a client's request and the end of its reply, in transaction mode. Every answer is held against the
/// server's, byte by byte.
/// </summary>
[MemoryDiagnoser]
public class RelayBenchmarks
{
    private RelayRig _rig = null!;
    private RelayClient _client = null!;
    private RelayClient _other = null!;
    private RelayClient _firstProgram = null!;
    private RelayClient _secondProgram = null!;
    private RelayRig _twoLoops = null!;
    private RelayClient _onFirstLoop = null!;
    private RelayClient _onSecondLoop = null!;

    [GlobalSetup]
    public void LogInAndCheck()
    {
        _rig = new RelayRig();
        _client = _rig.Connect();
        _other = _rig.Connect();
        _firstProgram = _rig.Connect(Exchanges.ApplicationNames[1]);
        _secondProgram = _rig.Connect(Exchanges.ApplicationNames[2]);
        _twoLoops = new RelayRig(loopCount: 2);
        _onFirstLoop = _twoLoops.Connect();
        _onSecondLoop = _twoLoops.Connect();
        Exchange.Expect(Simple_query(), Exchanges.Simple);
        Exchange.Expect(Extended_query(), Exchanges.Extended);
        Exchange.Expect(Two_clients_on_one_server(), Exchanges.Simple, Exchanges.Simple);
        Exchange.Expect(Clients_with_other_parameters(), Exchanges.Simple, Exchanges.Simple);
        Exchange.Expect(Server_moves_between_loops(), Exchanges.Simple, Exchanges.Simple);
        Exchange.Expect(Result_of_64_KB(), Exchanges.LargeResult);
        Exchange.Expect(Transaction_of_three_queries(), Exchanges.Begin, Exchanges.InTransaction, Exchanges.Commit);
    }

    [GlobalCleanup]
    public void CleanUp()
    {
        _rig.Dispose();
        _twoLoops.Dispose();
    }

    [Benchmark]
    public int Simple_query() => _client.Run(Exchanges.Simple);

    [Benchmark]
    public int Extended_query() => _client.Run(Exchanges.Extended);

    /// <summary>Both ask at once: the second waits until the first one's transaction is over.</summary>
    [Benchmark(OperationsPerInvoke = 2)]
    public int Two_clients_on_one_server()
    {
        _client.Send(Exchanges.Simple);
        _other.Send(Exchanges.Simple);
        return _client.Receive(Exchanges.Simple) + _other.Receive(Exchanges.Simple);
    }

    /// <summary>The server is given the client's application_name each time, ahead of its query.</summary>
    [Benchmark(OperationsPerInvoke = 2)]
    public int Clients_with_other_parameters() => _firstProgram.Run(Exchanges.Simple) + _secondProgram.Run(Exchanges.Simple);

    /// <summary>The only server is idle on the loop of the client that had it before.</summary>
    [Benchmark(OperationsPerInvoke = 2)]
    public int Server_moves_between_loops() => _onFirstLoop.Run(Exchanges.Simple) + _onSecondLoop.Run(Exchanges.Simple);

    [Benchmark]
    public int Result_of_64_KB() => _client.Run(Exchanges.LargeResult);

    [Benchmark]
    public int Transaction_of_three_queries() =>
        _client.Run(Exchanges.Begin) + _client.Run(Exchanges.InTransaction) + _client.Run(Exchanges.Commit);
}
