using System.Net;
using Pgmux.Transport;

namespace Pgmux.Testing.Transport;

/// <summary>Somebody who listens on the in-memory network.</summary>
internal sealed class SimulatedListener(
    SimulatedNetwork network, SimulatedLoop loop, EndPoint endPoint, ListenOptions options, Action<TransportConnection> accepted)
    : TransportListener
{
    private readonly Queue<InMemoryConnection> _backlog = new();
    private bool _isClosed;
    private bool _isHeld;

    public override EndPoint EndPoint => endPoint;

    public SimulatedLoop Loop => loop;

    public SocketTuning Tuning => options.Tuning;

    public bool IsShared => options.ReusePort;

    /// <summary>Hands over a connection on the listener's loop. Nobody who has stopped to listen gets one: its peer sees RST.</summary>
    public void Hand(InMemoryConnection connection)
    {
        if (_isClosed)
        {
            connection.Reset();
            return;
        }

        if (_isHeld)
        {
            _backlog.Enqueue(connection);
            return;
        }

        try
        {
            accepted(connection);
        }
        catch (Exception exception)
        {
            connection.Abort();
            loop.Core.Report(exception);
        }
    }

    private void EmptyBacklog()
    {
        while (_backlog.TryDequeue(out var connection))
        {
            Hand(connection);
        }
    }

    public override void Hold() => _isHeld = true;

    public override void Release() => loop.Post(_ =>
    {
        _isHeld = false;
        EmptyBacklog();
    }, null);

    public override void Dispose()
    {
        _isClosed = true;
        loop.Post(_ => EmptyBacklog(), null);
        network.Remove(this);
    }
}
