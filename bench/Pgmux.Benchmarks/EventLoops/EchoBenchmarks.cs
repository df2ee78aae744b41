using BenchmarkDotNet.Attributes;
using Pgmux.Benchmarks.Throughput;
using Pgmux.Transport.Sockets;

namespace Pgmux.Benchmarks.EventLoops;

/// <summary>
/// Real loops and a real connection over the loopback: nearly all of it is the kernel's. Figures are per round trip, which is two sends and
/// two receives; the bytes of the throughput are those of one way.
/// </summary>
[MemoryDiagnoser]
[ThroughputColumn]
public abstract class EchoBenchmarks(SocketEngine engine)
{
    private const int Rounds = 200;
    private const int ShortBytes = 64;
    private const int LongBytes = 64 * 1024;

    private SocketLoop _loop = null!;
    private SocketLoop _otherLoop = null!;
    private EchoRig _short = null!;
    private EchoRig _long = null!;
    private EchoRig _between = null!;

    [GlobalSetup]
    public void ConnectAndCheck()
    {
        _loop = SocketLoop.Start(engine, new SocketLoopOptions { Index = 0 });
        _otherLoop = SocketLoop.Start(engine, new SocketLoopOptions { Index = 1 });
        _short = EchoRig.Connect(_loop, _loop, Message(ShortBytes));
        _long = EchoRig.Connect(_loop, _loop, Message(LongBytes));
        _between = EchoRig.Connect(_loop, _otherLoop, Message(ShortBytes));
        Expect(On_one_loop());
        Expect(On_one_loop_with_64_KB());
        Expect(Between_two_loops());
    }

    [GlobalCleanup]
    public async Task StopAsync()
    {
        await _loop.DisposeAsync();
        await _otherLoop.DisposeAsync();
    }

    [Benchmark(OperationsPerInvoke = Rounds)]
    public int On_one_loop() => _short.Run(Rounds);

    [Benchmark(OperationsPerInvoke = Rounds)]
    [BytesPerOperation(LongBytes)]
    public int On_one_loop_with_64_KB() => _long.Run(Rounds);

    /// <summary>Each loop sleeps until the other one has sent.</summary>
    [Benchmark(OperationsPerInvoke = Rounds)]
    public int Between_two_loops() => _between.Run(Rounds);

    private static byte[] Message(int bytes) => [.. Enumerable.Range(0, bytes).Select(number => (byte)(number % 251))];

    private static void Expect(int echoed)
    {
        if (echoed != Rounds)
        {
            throw new InvalidOperationException($"{echoed} of {Rounds} messages came back as they were");
        }
    }
}
