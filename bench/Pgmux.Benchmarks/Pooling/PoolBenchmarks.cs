using BenchmarkDotNet.Attributes;

namespace Pgmux.Benchmarks.Pooling;

/// <summary>
/// Check-out and check-in, once with nobody waiting and once with a thousand clients in the queue. Figures are per lease. Where a server
/// finds its next client, or another loop, the simulated loops' turns are in them.
/// </summary>
[MemoryDiagnoser]
public class PoolBenchmarks
{
    private const int Servers = 20;
    private const int Loops = 4;
    private const int Waiters = 1_000;

    private PoolRig _oneLoop = null!;
    private PoolRig _fourLoops = null!;
    private Borrower _borrower = null!;
    private Borrower[] _onEachLoop = [];
    private Crowd _crowd = null!;
    private Crowd _crowdOnFourLoops = null!;

    [GlobalSetup]
    public void OpenPoolsAndCheck()
    {
        _oneLoop = new PoolRig(loopCount: 1, Servers);
        _borrower = _oneLoop.Join(0);
        _fourLoops = new PoolRig(Loops, serverCount: 1);
        _onEachLoop = [.. Enumerable.Range(0, Loops).Select(number => _fourLoops.Join(number))];
        _crowd = new Crowd(loopCount: 1, Servers, Waiters);
        _crowdOnFourLoops = new Crowd(Loops, Servers, Waiters);
        Expect(Idle_server() == 1, "no server was to be had");
        Expect(Idle_server_of_another_loop() == Loops, "the server was not moved to everybody");
        _crowd.ExpectFairness();
        _crowdOnFourLoops.ExpectFairness();
    }

    [GlobalCleanup]
    public void CleanUp()
    {
        _oneLoop.Dispose();
        _fourLoops.Dispose();
        _crowd.Dispose();
        _crowdOnFourLoops.Dispose();
    }

    [Benchmark]
    public int Idle_server()
    {
        _borrower.Ask();
        var leased = _borrower.Server is null ? 0 : 1;
        _borrower.Return();
        return leased;
    }

    /// <summary>The only server is on the loop of the one who had it before.</summary>
    [Benchmark(OperationsPerInvoke = Loops)]
    public int Idle_server_of_another_loop()
    {
        var leased = 0;
        foreach (var borrower in _onEachLoop)
        {
            borrower.Ask();
            _fourLoops.Network.RunUntilIdle();
            leased += borrower.Server is null ? 0 : 1;
            borrower.Return();
        }

        return leased;
    }

    [Benchmark(OperationsPerInvoke = Waiters)]
    public int Longest_of_a_thousand_waiters() => _crowd.GoRound();

    /// <summary>Who waits on a server's own loop comes first, if not more than a millisecond before its turn.</summary>
    [Benchmark(OperationsPerInvoke = Waiters)]
    public int Longest_of_a_thousand_waiters_on_four_loops() => _crowdOnFourLoops.GoRound();

    private static void Expect(bool isRight, string otherwise)
    {
        if (!isRight)
        {
            throw new InvalidOperationException(otherwise);
        }
    }
}
