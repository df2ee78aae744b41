namespace Pgmux.Testing.Chaos.Load;

/// <summary>
/// Knows when cancel requests for a client are on their way. A statement that no request could have met must not end with 57014:
/// then somebody else's request has met it, or its own came late.
/// </summary>
internal sealed class CancelWindow
{
    private readonly Lock _gate = new();
    private int _inFlight;
    private long _begun;

    /// <summary>A request is about to be sent.</summary>
    public void Begin()
    {
        lock (_gate)
        {
            _inFlight++;
            _begun++;
        }
    }

    /// <summary>The request's connection has been closed: from now on it has had its effect, or none.</summary>
    public void End()
    {
        lock (_gate)
        {
            _inFlight--;
        }
    }

    /// <summary>To be taken before a statement is sent.</summary>
    public long Mark()
    {
        lock (_gate)
        {
            return _inFlight > 0 ? -1 : _begun;
        }
    }

    /// <summary>Whether a request was on its way at any time since the mark.</summary>
    public bool MayHaveHit(long mark)
    {
        lock (_gate)
        {
            return mark < 0 || mark != _begun;
        }
    }
}
