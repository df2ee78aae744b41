using System.Threading.Tasks.Sources;

namespace Pgmux.Transport;

/// <summary>
/// Lets one async method of a loop wait until another piece of code on the same loop says go on. Reusable and without
/// allocation. One waiter at a time; a signal that comes before the wait is kept.
/// </summary>
public sealed class LoopSignal : IValueTaskSource
{
    private static readonly Action<object?> Completed = static _ => { };

    private Action<object?>? _continuation;
    private object? _state;
    private EventLoop? _loop;
    private bool _isSet;
    private short _version;

    /// <summary>Waits for <see cref="Set"/>. The rest of the waiter runs as posted work of <paramref name="loop"/>.</summary>
    public ValueTask WaitAsync(EventLoop loop)
    {
        if (_isSet)
        {
            _isSet = false;
            return default;
        }

        _loop = loop;
        _continuation = null;
        return new ValueTask(this, ++_version);
    }

    /// <summary>Lets the waiter go on, after what runs now; kept for the next wait when nobody waits.</summary>
    public void Set()
    {
        var continuation = _continuation;
        if (_loop is null)
        {
            _isSet = true;
        }
        else if (continuation is null)
        {
            _continuation = Completed;
        }
        else if (!ReferenceEquals(continuation, Completed))
        {
            // Posted rather than run here: the caller is in the middle of its own work, which the waiter may change.
            _continuation = Completed;
            _loop.Post(continuation, _state);
        }
    }

    /// <inheritdoc/>
    public ValueTaskSourceStatus GetStatus(short token)
    {
        CheckToken(token);
        return ReferenceEquals(_continuation, Completed) ? ValueTaskSourceStatus.Succeeded : ValueTaskSourceStatus.Pending;
    }

    /// <inheritdoc/>
    public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags)
    {
        CheckToken(token);
        if (ReferenceEquals(_continuation, Completed))
        {
            _loop!.Post(continuation, state);
            return;
        }

        _state = state;
        _continuation = continuation;
    }

    /// <inheritdoc/>
    public void GetResult(short token)
    {
        CheckToken(token);
        _loop = null;
        _state = null;
        _continuation = null;
    }

    private void CheckToken(short token)
    {
        if (token != _version)
        {
            throw new InvalidOperationException("This wait is over: a ValueTask may be awaited once only.");
        }
    }
}
