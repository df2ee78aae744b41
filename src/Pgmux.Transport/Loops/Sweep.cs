namespace Pgmux.Transport.Loops;

/// <summary>A periodic callback of a loop; disposing it, on any thread, ends it.</summary>
internal sealed class Sweep(Action callback) : IDisposable
{
    private volatile Action? _callback = callback;

    public bool IsDisposed => _callback is null;

    public void Run() => _callback?.Invoke();

    public void Dispose() => _callback = null;
}
