namespace Pgmux.Transport.Pipes;

/// <summary>
/// The continuation of the one read or flush that a connection may have waiting. Completed inline on the loop: the context
/// asked for by the awaiter is the loop's anyway.
/// </summary>
internal struct InlineCompletion
{
    private Action<object?>? _continuation;
    private object? _state;
    private WaitCancellation? _cancellation;

    /// <summary>Tells one wait from the next.</summary>
    public short Version { get; private set; }

    public readonly void Check(short token)
    {
        if (token != Version)
        {
            throw new InvalidOperationException("A ValueTask of this connection is awaited a second time");
        }
    }

    public void Watch(IInlineWait wait, CancellationToken token)
    {
        if (token.CanBeCanceled)
        {
            _cancellation = new WaitCancellation(wait, Version, token);
        }
    }

    public void Register(Action<object?> continuation, object? state)
    {
        _continuation = continuation;
        _state = state;
    }

    /// <summary>Runs the continuation, if the wait has been awaited already.</summary>
    public void Run()
    {
        _cancellation?.Unregister();
        var continuation = _continuation;
        var state = _state;
        _continuation = null;
        _state = null;
        continuation?.Invoke(state);
    }

    /// <summary>Ends the wait; the result may be fetched once.</summary>
    public void Finish()
    {
        Version++;
        var cancellation = _cancellation;
        _cancellation = null;
        cancellation?.ThrowIfEndedWait();
    }
}
