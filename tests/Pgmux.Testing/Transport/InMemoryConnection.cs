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
internal sealed class InMemoryConnection : LoopConnection, IScheduled
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

    /// <summary>The link that this is an end of.</summary>
    public InMemoryLink Link => _outgoing.Link;

    /// <summary>What is wrong with the way to the peer.</summary>
    public LinkFaults OutgoingFaults => _outgoing.Faults;

    /// <summary>What is wrong with the way from the peer.</summary>
    public LinkFaults IncomingFaults => _incoming.Faults;

    /// <summary>Bytes that the peer has sent and this end has not received.</summary>
    public int PendingBytes => _incoming.PendingBytes;

    /// <summary>Whether RST has come to this end, which may not have heard of it yet: nothing else comes any more.</summary>
    public bool IsBroken => (_incoming.ReceiverEvents & LinkEvents.Reset) != 0;

    public ScheduleEntry Schedule { get; } = new();

    public override EndPoint LocalEndPoint => _local;

    public override EndPoint RemoteEndPoint => _remote;

    public override PeerCredentials? PeerCredentials => _remote is IPEndPoint ? null : Simulated.Network.PeerCredentials;

    private SimulatedLoop Simulated => (SimulatedLoop)Loop;

    /// <summary>Breaks the link: this end closes, the peer sees RST, what is on its way is lost.</summary>
    public void Reset()
    {
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

    /// <summary>Takes note of what was queued with a loop; it is told by <see cref="Deliver"/>.</summary>
    public void Announce(SimulatedLoop loop)
    {
        if (loop == Loop && _isAttached && (_events & ~LinkEvents.Writable) != LinkEvents.None)
        {
            AnnounceReadable();
        }
    }

    internal override LoopCore FindCore(EventLoop loop) => ((SimulatedLoop)loop).Core;

    protected override TransferResult ReceiveFromLink(Span<byte> room) => _incoming.Receive(room);

    protected override TransferResult SendToLink(BufferBlock head, long bytes) => _outgoing.Send(head, bytes);

    protected override bool PeekLink() => _incoming.ReceiverEvents != LinkEvents.None;

    protected override bool FindsLinkBytes() => PeekLink();

    protected override void ShutdownLink() => _outgoing.Finish();

    protected override void CloseLink()
    {
        _isAttached = false;
        Simulated.OnLeaving();
        if (_incoming.Abandon())
        {
            // Closing with unread bytes is answered with RST, as TCP does; bytes already on their way are lost with it.
            _outgoing.Reset();
        }

        _outgoing.Finish();
        _outgoing.Sender = null;
        Link.OnEndClosed();
    }

    protected override void DetachLink(LoopCore target)
    {
        _isAttached = false;
        _events = LinkEvents.None;
        Simulated.OnLeaving();
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
