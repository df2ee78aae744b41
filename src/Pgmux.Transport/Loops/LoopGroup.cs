namespace Pgmux.Transport.Loops;

/// <summary>The loops of a process. New connections are spread over them in turn.</summary>
/// <typeparam name="TLoop">The kind of loop.</typeparam>
public sealed class LoopGroup<TLoop> : IAsyncDisposable
    where TLoop : EventLoop, IAsyncDisposable
{
    private readonly TLoop[] _loops;
    private uint _next;

    /// <summary>Starts <paramref name="count"/> loops; <paramref name="start"/> gets the index of each.</summary>
    public LoopGroup(int count, Func<int, TLoop> start)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        _loops = [.. Enumerable.Range(0, count).Select(start)];
    }

    /// <summary>The loops, by index.</summary>
    public IReadOnlyList<TLoop> Loops => _loops;

    /// <summary>The loop that is next in turn. May be called on any thread.</summary>
    public TLoop Next() => _loops[(Interlocked.Increment(ref _next) - 1) % (uint)_loops.Length];

    /// <summary>Ends all loops.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var loop in _loops)
        {
            await loop.DisposeAsync();
        }
    }
}
