namespace Pgmux.Transport.Loops;

/// <summary>Something to do at a time, unless it is cancelled before.</summary>
internal sealed class Deadline(Action<object?> callback, object? state)
{
    private Action<object?>? _callback = callback;
    private object? _state = state;

    public bool IsCancelled => _callback is null;

    /// <summary>Forgets the work and whatever it holds on to. The entry itself goes when its time comes.</summary>
    public void Cancel()
    {
        _callback = null;
        _state = null;
    }

    public void Run()
    {
        var callback = _callback;
        var state = _state;
        Cancel();
        callback?.Invoke(state);
    }
}
