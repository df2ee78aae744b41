namespace Pgmux.Transport.Tests.Contract;

/// <summary>Writes down what an observer is told.</summary>
internal sealed class RecordingObserver : IConnectionObserver
{
    private TaskCompletionSource _closed = new();
    private TaskCompletionSource _drained = new();

    public List<PeerState> PeerCloses { get; } = [];

    public int Drains { get; private set; }

    public Task NextPeerClose => _closed.Task;

    public Task NextDrain => _drained.Task;

    public void OnPeerClosed(TransportConnection connection)
    {
        PeerCloses.Add(connection.PeerState);
        var told = _closed;
        _closed = new TaskCompletionSource();
        told.SetResult();
    }

    public void OnDrained(TransportConnection connection)
    {
        Drains++;
        var told = _drained;
        _drained = new TaskCompletionSource();
        told.SetResult();
    }
}
