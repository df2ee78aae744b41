using System.Net;
using Pgmux.Transport;
using Pgmux.Transport.Buffers;
using Pgmux.Transport.Loops;
using Pgmux.Transport.Pipes;

namespace Pgmux.Testing.Transport;

/// <summary>
/// One end of an in-memory link. Pipes, backpressure, closing and moving are those of a socket; only the bytes travel
/// through a ring of bounded size.
/// </summary>
internal sealed class InMemoryConnection : LoopConnection
{
    private readonly InMemoryChannel _incoming;
    private readonly InMemoryChannel _outgoing;
    private readonly EndPoint _local;
    private readonly EndPoint _remote;
    private LinkEvents _events;
    private bool _isAttached = true;

    public InMemoryConnection(
        SimulatedLoop loop, InMemoryChannel incoming, InMemoryChannel outgoing, EndPoint local, EndPoint remote, SocketTuning tuning)
        : base(loop.Core, tuning)
    {
        _incoming = incoming;
        _outgoing = outgoing;
        _local = local;
        _remote = remote;
        _incoming.Receiver = this;
        _outgoing.Sender = this;
    }

    public override EndPoint LocalEndPoint => _local;

    public override EndPoint RemoteEndPoint => _remote;

    public override PeerCredentials? PeerCredentials => _remote is IPEndPoint ? null : Simulated.Network.PeerCredentials;

    private SimulatedLoop Simulated => (SimulatedLoop)Loop;

    /// <summary>Breaks the link: both ends see RST, what is on its way is lost.</summary>
    public void Reset()
    {
        _incoming.Reset();
        _outgoing.Reset();
        Abort();
    }

    /// <summary>Sends FIN and keeps on receiving.</summary>
    public void HalfClose() => ShutdownLink();

    /// <summary>Queues news for the loop that owns this end; during a move they wait for the arrival.</summary>
    public void Tell(LinkEvents events)
    {
        if (_isAttached)
        {
            if (_events == LinkEvents.None)
            {
                Simulated.QueueEvents(this);
            }

            _events |= events;
        }
    }

    /// <summary>Delivers what was queued with a loop, unless the connection has left it since.</summary>
    public void Deliver(SimulatedLoop loop)
    {
        var events = _events;
        if (loop == Loop && _isAttached && events != LinkEvents.None)
        {
            _events = LinkEvents.None;
            OnEvents(events);
        }
    }

    /// <summary>How many of the bytes that are there a receive sees.</summary>
    public int NextSlice(int available) => Simulated.Network.NextSlice(available);

    protected override LoopCore FindCore(EventLoop loop) => ((SimulatedLoop)loop).Core;

    protected override TransferResult ReceiveFromLink(Span<byte> room) => _incoming.Receive(room);

    protected override TransferResult SendToLink(BufferBlock head, long bytes) => _outgoing.Send(head, bytes);

    protected override bool PeekLink() => _incoming.HasBytes;

    protected override void ShutdownLink() => _outgoing.Finish();

    protected override void CloseLink()
    {
        _isAttached = false;
        _outgoing.Finish();
        _outgoing.Sender = null;
        _incoming.Receiver = null;
        if (_incoming.HasBytes)
        {
            // Closing with unread bytes is answered with RST, as TCP does; bytes already on their way are lost with it.
            _incoming.Reset();
            _outgoing.Reset();
        }
    }

    protected override void DetachLink()
    {
        _isAttached = false;
        _events = LinkEvents.None;
    }

    protected override bool TryAttachLink()
    {
        _isAttached = true;
        var events = _incoming.ReceiverEvents | _outgoing.SenderEvents;
        if (events != LinkEvents.None)
        {
            Tell(events);
        }

        return true;
    }
}
