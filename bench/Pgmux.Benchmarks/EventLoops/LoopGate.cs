namespace Pgmux.Benchmarks.EventLoops;

/// <summary>Lets the thread that measures wait until a loop is done. Without spinning: the loop may need the core.</summary>
internal sealed class LoopGate
{
    private readonly ManualResetEventSlim _event = new(initialState: false, spinCount: 0);

    /// <summary>Lets the one who waits, now or later, go on.</summary>
    public void Open() => _event.Set();

    /// <summary>Waits for <see cref="Open"/>, once for each.</summary>
    public void Wait()
    {
        _event.Wait();
        _event.Reset();
    }
}
