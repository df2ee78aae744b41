using System.Threading.Tasks.Sources;

namespace Pgmux.Transport.Pipes;

/// <summary>
/// The one read or flush of a connection that may be waiting. Completed inline on the loop: the context that an awaiter asks
/// for is the loop's anyway.
/// </summary>
internal struct InlineCompletion
{
    private Action<object?>? _continuation;
    private object? _continuationState;
    private WaitCancellation? _cancellation;
    private short _version;

    public WaitState State { get; private set; }

    public readonly bool IsWaiting => State == WaitState.Waiting;

    /// <summary>Starts to wait; the result is the token that tells this wait from the next.</summary>
    public short Start(IInlineWait wait, CancellationToken cancellationToken)
    {
        State = WaitState.Waiting;
        if (cancellationToken.CanBeCanceled)
        {
            _cancellation = new WaitCancellation(wait, _version, cancellationToken);
        }

        return _version;
    }

    /// <summary>The wait is over: runs the continuation, if there is one already.</summary>
    public void Complete()
    {
        State = WaitState.Ready;
        _cancellation?.Unregister();
        var continuation = _continuation;
        var state = _continuationState;
        _continuation = null;
        _continuationState = null;
        continuation?.Invoke(state);
    }

    /// <summary>Ends one certain wait, if it is still on.</summary>
    public void Cancel(short token)
    {
        if (IsWaiting && token == _version)
        {
            Complete();
        }
    }

    /// <summary>The result is fetched, which may be done once.</summary>
    public void Finish(short token)
    {
        Check(token);
        if (State != WaitState.Ready)
        {
            throw new InvalidOperationException("The result is not there yet");
        }

        State = WaitState.Idle;
        _version++;
        var cancellation = _cancellation;
        _cancellation = null;
        cancellation?.ThrowIfEndedWait();
    }

    public readonly ValueTaskSourceStatus GetStatus(short token)
    {
        Check(token);
        return IsWaiting ? ValueTaskSourceStatus.Pending : ValueTaskSourceStatus.Succeeded;
    }

    public void OnCompleted(EventLoop loop, Action<object?> continuation, object? state, short token)
    {
        Check(token);
        if (IsWaiting)
        {
            _continuation = continuation;
            _continuationState = state;
        }
        else
        {
            loop.Post(continuation, state);
        }
    }

    private readonly void Check(short token)
    {
        if (token != _version)
        {
            throw new InvalidOperationException("A ValueTask of this connection is awaited a second time");
        }
    }
}
