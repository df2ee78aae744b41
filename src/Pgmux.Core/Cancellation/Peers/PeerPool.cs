namespace Pgmux.Core.Cancellation.Peers;

/// <summary>
/// The requests that are passed on to one peer: so many at once, the others in the order in which they came. For all loops; its lock is
/// taken three times per cancel request and never on the data path.
/// </summary>
/// <param name="id">The peer's id; 0 where peers have none.</param>
internal sealed class PeerPool(int id)
{
    /// <summary>
    /// Requests that may wait for one peer. Fifty times the default size, so that the last of them, at ten milliseconds a piece, has its turn
    /// within half a second; whatever is more is a storm, and the protocol allows to drop it.
    /// </summary>
    public const int WaitingLimit = 1000;

    private readonly Lock _gate = new();
    private readonly LinkedList<PeerTurn> _waiting = [];
    private int _size;
    private int _connecting;
    private int _sent;

    /// <summary>The peer's id.</summary>
    public int Id => id;

    /// <summary>Takes a place; null when too many wait already.</summary>
    /// <param name="size">How many may be on their way at once.</param>
    public PeerTurn? TryEnter(int size)
    {
        var turn = new PeerTurn();
        lock (_gate)
        {
            if (_waiting.Count >= WaitingLimit && _connecting + _sent >= size)
            {
                return null;
            }

            _waiting.AddLast(turn);
            _size = size;
            Admit();
        }

        return turn;
    }

    /// <summary>The size has changed.</summary>
    public void Resize(int size)
    {
        lock (_gate)
        {
            _size = size;
            Admit();
        }
    }

    /// <summary>The request has been sent.</summary>
    public void OnSent(PeerTurn turn)
    {
        lock (_gate)
        {
            turn.State = PeerTurnState.Sent;
            _connecting--;
            _sent++;
        }
    }

    /// <summary>The request has ended, wherever it stood.</summary>
    public void Leave(PeerTurn turn)
    {
        lock (_gate)
        {
            switch (turn.State)
            {
                case PeerTurnState.Waiting:
                    _waiting.Remove(turn);
                    break;
                case PeerTurnState.Connecting:
                    _connecting--;
                    break;
                case PeerTurnState.Sent:
                    _sent--;
                    break;
            }

            turn.State = PeerTurnState.Over;
            Admit();
        }
    }

    /// <summary>How many stand where.</summary>
    public PeerPoolCounts Count()
    {
        lock (_gate)
        {
            return new PeerPoolCounts(id, _waiting.Count, _connecting, _sent);
        }
    }

    private void Admit()
    {
        while (_connecting + _sent < _size && _waiting.First is { } first)
        {
            _waiting.RemoveFirst();
            if (first.Value.TryAdmit())
            {
                first.Value.State = PeerTurnState.Connecting;
                _connecting++;
            }
            else
            {
                first.Value.State = PeerTurnState.Over;
            }
        }
    }
}
