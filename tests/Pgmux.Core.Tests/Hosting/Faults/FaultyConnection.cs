using System.IO.Pipelines;
using System.Net;
using Pgmux.Transport;

namespace Pgmux.Core.Tests.Hosting.Faults;

/// <summary>A connection whose reads, writes and flushes may fail, where a real one never does.</summary>
internal sealed class FaultyConnection : TransportConnection, IConnectionObserver
{
    private readonly EventLoop _loop;
    private readonly TransportConnection _connection;

    public FaultyConnection(EventLoop loop, TransportConnection connection, FaultPoint? fault)
    {
        _loop = loop;
        _connection = connection;
        Input = new FaultyReader(connection.Input, fault);
        Output = new FaultyWriter(connection.Output, fault);
        connection.Observer = this;
    }

    public override EventLoop Loop => _loop;

    public override PipeReader Input { get; }

    public override PipeWriter Output { get; }

    public override EndPoint LocalEndPoint => _connection.LocalEndPoint;

    public override EndPoint RemoteEndPoint => _connection.RemoteEndPoint;

    public override PeerCredentials? PeerCredentials => _connection.PeerCredentials;

    public override PeerState PeerState => _connection.PeerState;

    public override long UnsentBytes => _connection.UnsentBytes;

    public override int UnreadBytes => _connection.UnreadBytes;

    public override bool IsHeld
    {
        get => _connection.IsHeld;
        set => _connection.IsHeld = value;
    }

    public override bool HasUnreadBytes => _connection.HasUnreadBytes;

    public override void Flush() => _connection.Flush();

    public override void MoveTo(EventLoop target, Action<object?> arrived, object? state) =>
        throw new InvalidOperationException("There is one loop only");

    public override void Close() => _connection.Close();

    public override void Abort() => _connection.Abort();

    void IConnectionObserver.OnPeerClosed(TransportConnection connection) => Observer?.OnPeerClosed(this);

    void IConnectionObserver.OnDrained(TransportConnection connection) => Observer?.OnDrained(this);
}
