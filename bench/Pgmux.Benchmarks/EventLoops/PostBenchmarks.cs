using BenchmarkDotNet.Attributes;
using Pgmux.Transport;
using Pgmux.Transport.Epoll;
using Pgmux.Transport.Sockets;

namespace Pgmux.Benchmarks.EventLoops;

/// <summary>Work posted to a loop with a thread of its own. Figures are per callback, from the post to its end.</summary>
[MemoryDiagnoser]
public class PostBenchmarks
{
    private const int OwnPosts = 10_000;
    private const int Posts = 1_000;

    private static readonly Action<object?> PostAgain = static state => ((PostBenchmarks)state!).OnPostedByItself();
    private static readonly Action<object?> Count = static state => ((PostBenchmarks)state!).OnPosted();

    private readonly LoopGate _done = new();
    private EpollLoop _loop = null!;
    private int _left;
    private int _run;

    [GlobalSetup]
    public void StartAndCheck()
    {
        _loop = EpollLoop.Start(new SocketLoopOptions());
        Expect(OwnPosts, From_its_own_thread());
        Expect(Posts, From_another_thread());
        Expect(1, To_a_loop_that_sleeps());
    }

    [GlobalCleanup]
    public async Task StopAsync() => await _loop.DisposeAsync();

    [Benchmark(OperationsPerInvoke = OwnPosts)]
    public int From_its_own_thread()
    {
        _run = 0;
        _left = OwnPosts;
        _loop.Post(PostAgain, this);
        _done.Wait();
        return _run;
    }

    /// <summary>The loop runs meanwhile: it is woken when it has caught up, else not.</summary>
    [Benchmark(OperationsPerInvoke = Posts)]
    public int From_another_thread() => Post(Posts);

    /// <summary>Wakes the loop, and the caller when that is done.</summary>
    [Benchmark]
    public int To_a_loop_that_sleeps() => Post(1);

    private int Post(int count)
    {
        _run = 0;
        _left = count;
        for (var i = 0; i < count; i++)
        {
            _loop.Post(Count, this);
        }

        _done.Wait();
        return _run;
    }

    private void OnPostedByItself()
    {
        if (!OnPosted())
        {
            _loop.Post(PostAgain, this);
        }
    }

    // True when it was the last one. From then on the counts belong to the next run.
    private bool OnPosted()
    {
        _run++;
        var isLast = --_left == 0;
        if (isLast)
        {
            _done.Open();
        }

        return isLast;
    }

    private static void Expect(int posts, int run)
    {
        if (run != posts)
        {
            throw new InvalidOperationException($"{run} of {posts} callbacks ran");
        }
    }
}
