using Pgmux.Transport;

namespace Pgmux.Core.Clients;

/// <summary>
/// What a client's one long-lived method waits for besides bytes. The signals are borrowed from the loop for as long as a wait takes.
/// </summary>
internal struct ClientWaits
{
    private LoopSignal? _wake;
    private LoopSignal? _drained;
    private bool _isWoken;

    /// <summary>Whether <see cref="Wake"/> is waited for.</summary>
    public readonly bool IsWaiting => _wake is not null;

    /// <summary>Waits for <see cref="Wake"/>, which may have come already. <see cref="EndWait"/> has to follow.</summary>
    public ValueTask WaitAsync(EventLoop loop, ClientSpares spares)
    {
        if (_isWoken)
        {
            _isWoken = false;
            return default;
        }

        _wake = spares.TakeSignal();
        return _wake.WaitAsync(loop);
    }

    /// <summary>The wait is over.</summary>
    public void EndWait(ClientSpares spares)
    {
        if (_wake is { } signal)
        {
            _wake = null;
            spares.Return(signal);
        }
    }

    /// <summary>What the client waits for may have come; kept for the next wait when it waits for nothing.</summary>
    public void Wake()
    {
        if (_wake is { } signal)
        {
            signal.Set();
        }
        else
        {
            _isWoken = true;
        }
    }

    /// <summary>Waits for <see cref="OnDrained"/>, which must not have come yet. <see cref="EndDrain"/> has to follow.</summary>
    public ValueTask DrainAsync(EventLoop loop, ClientSpares spares)
    {
        _drained = spares.TakeSignal();
        return _drained.WaitAsync(loop);
    }

    /// <summary>The wait is over.</summary>
    public void EndDrain(ClientSpares spares)
    {
        spares.Return(_drained!);
        _drained = null;
    }

    /// <summary>Everything that was to be sent to the client has been.</summary>
    public readonly void OnDrained() => _drained?.Set();

    /// <summary>The connection is closed: nothing is waited for any more.</summary>
    public void OnClosed()
    {
        Wake();
        OnDrained();
    }
}
