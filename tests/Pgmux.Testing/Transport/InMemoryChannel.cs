using Pgmux.Transport.Buffers;
using Pgmux.Transport.Pipes;

namespace Pgmux.Testing.Transport;

/// <summary>One direction of an in-memory link, with the rules of TCP for FIN and RST.</summary>
internal sealed class InMemoryChannel
{
    private readonly ByteRing _ring;
    private readonly Queue<Flight> _flights = [];
    private long _lastDue;
    private int _arrivedBytes;
    private int _vanishedBytes;
    private ChannelEnd _sentEnd;
    private ChannelEnd _arrivedEnd;
    private bool _isBroken;
    private bool _isWriterBlocked;

    public InMemoryChannel(InMemoryLink link, int capacity)
    {
        Link = link;
        _ring = new ByteRing(capacity);
        Faults = new LinkFaults(this);
    }

    public InMemoryLink Link { get; }

    /// <summary>What is wrong with this direction.</summary>
    public LinkFaults Faults { get; }

    /// <summary>Who reads this direction; null once it is closed.</summary>
    public InMemoryConnection? Receiver { get; set; }

    /// <summary>Who writes it; null once it is closed.</summary>
    public InMemoryConnection? Sender { get; set; }

    public bool HasBytes => _arrivedBytes > 0;

    /// <summary>Bytes that were sent and not received, those that have vanished included.</summary>
    public int PendingBytes => _ring.Count + _vanishedBytes;

    public int Capacity
    {
        get => _ring.Capacity;
        set
        {
            _ring.Capacity = value;
            UnblockWriter();
        }
    }

    /// <summary>Timestamp at which the next thing arrives; <see cref="long.MaxValue"/> when nothing does.</summary>
    public long NextDue => _flights.Count > 0 && !Faults.IsPaused ? _flights.Peek().Due : long.MaxValue;

    /// <summary>Whether something is on its way.</summary>
    public bool IsTravelling => _flights.Count > 0;

    /// <summary>What the receiver would be told if it asked now.</summary>
    public LinkEvents ReceiverEvents =>
        (HasBytes ? LinkEvents.Readable : LinkEvents.None)
        | _arrivedEnd switch { ChannelEnd.Finished => LinkEvents.HalfClosed, ChannelEnd.Reset => LinkEvents.Reset, _ => LinkEvents.None };

    /// <summary>What the sender would be told if it asked now.</summary>
    public LinkEvents SenderEvents =>
        (Room > 0 ? LinkEvents.Writable : LinkEvents.None) | (_isBroken ? LinkEvents.Reset : LinkEvents.None);

    private int Room => Math.Max(0, _ring.Free - _vanishedBytes);

    private bool IsBack => Link.Back == this;

    private SimulatedNetwork Network => Link.Network;

    private long Now => Network.Time.GetTimestamp();

    public TransferResult Send(BufferBlock head, long bytes)
    {
        if (_isBroken)
        {
            return TransferResult.Broken;
        }

        if (Receiver is null && _flights.Count == 0 && Faults.IsClear)
        {
            Refuse();
            return TransferResult.Done((int)bytes);
        }

        var sent = Faults.IsBlackHole ? Lose(bytes) : Take(head, bytes);
        _isWriterBlocked = sent < bytes;
        return _isWriterBlocked ? new TransferResult(TransferStatus.WouldBlock, sent) : TransferResult.Done(sent);
    }

    public TransferResult Receive(Span<byte> room)
    {
        if (_arrivedEnd == ChannelEnd.Reset)
        {
            Network.Trace?.Record(Now, Link.Number, IsBack, TraceKind.Reset, 0);
            return TransferResult.Broken;
        }

        if (!HasBytes)
        {
            if (_arrivedEnd == ChannelEnd.None)
            {
                return TransferResult.WouldBlock;
            }

            Network.Trace?.Record(Now, Link.Number, IsBack, TraceKind.End, 0);
            return TransferResult.EndOfStream;
        }

        var slice = Math.Min(room.Length, Network.NextSlice(_arrivedBytes));
        var received = _ring.Read(room[..slice]);
        _arrivedBytes -= received;
        Network.Trace?.Record(Now, Link.Number, IsBack, TraceKind.Bytes, received);
        if (HasBytes)
        {
            // A slice looks like all there is: the rest "arrives" with an event of its own.
            Receiver!.Tell(LinkEvents.Readable);
        }

        UnblockWriter();
        return TransferResult.Done(received);
    }

    /// <summary>The sender's FIN.</summary>
    public void Finish()
    {
        if (_sentEnd == ChannelEnd.None)
        {
            _sentEnd = ChannelEnd.Finished;
            Depart(FlightKind.End);
        }
    }

    /// <summary>The sender's RST: when it arrives, what the receiver has not read is lost, and what it sends goes nowhere.</summary>
    public void Reset()
    {
        if (_sentEnd != ChannelEnd.Reset)
        {
            _sentEnd = ChannelEnd.Reset;
            Depart(FlightKind.Reset);
        }
    }

    /// <summary>The receiver has closed; tells whether it has left something unread.</summary>
    public bool Abandon()
    {
        Receiver = null;
        var hadBytes = HasBytes;
        _ring.Skip(_arrivedBytes);
        _arrivedBytes = 0;
        return hadBytes;
    }

    /// <summary>RST from nowhere: both ends of this direction see it at once.</summary>
    public void Break()
    {
        Clear();
        _sentEnd = ChannelEnd.Reset;
        _arrivedEnd = ChannelEnd.Reset;
        _isBroken = true;
        Receiver?.Tell(LinkEvents.Readable | LinkEvents.Reset);
        Sender?.Tell(LinkEvents.Readable | LinkEvents.Reset);
    }

    /// <summary>What is on its way is lost without a trace, but for the room that it takes.</summary>
    public void Vanish()
    {
        var lost = _ring.Count - _arrivedBytes;
        _ring.Trim(_arrivedBytes);
        _vanishedBytes += lost;
        _flights.Clear();
    }

    /// <summary>Lets arrive what is due.</summary>
    public void Land()
    {
        while (NextDue <= Now)
        {
            Arrive(_flights.Dequeue());
        }
    }

    private int Lose(long bytes)
    {
        var lost = (int)Math.Min(bytes, Room);
        _vanishedBytes += lost;
        return lost;
    }

    private int Take(BufferBlock head, long bytes)
    {
        var sent = 0;
        for (var block = head; block is not null && sent < bytes; block = block.Next)
        {
            var piece = (int)Math.Min(block.Used, bytes - sent);
            var taken = _ring.Write(block.Span(block.Start, piece));
            sent += taken;
            if (taken < piece)
            {
                break;
            }
        }

        if (sent > 0)
        {
            Depart(FlightKind.Bytes, sent);
        }

        return sent;
    }

    private void Depart(FlightKind kind, int bytes = 0)
    {
        if (Faults.IsBlackHole)
        {
            return;
        }

        if (_flights.Count == 0 && Faults.IsClear)
        {
            Arrive(new Flight(Now, kind, bytes));
            return;
        }

        if (_flights.Count == 0)
        {
            Network.AddTravelling(this);
        }

        _lastDue = Math.Max(_lastDue, Now + Faults.Delay.Ticks);
        _flights.Enqueue(new Flight(_lastDue, kind, bytes));
    }

    private void Arrive(Flight flight)
    {
        switch (flight.Kind)
        {
            case FlightKind.Bytes when Receiver is null:
                _ring.Skip(flight.Bytes);
                Refuse();
                break;
            case FlightKind.Bytes:
                _arrivedBytes += flight.Bytes;
                Receiver.Tell(LinkEvents.Readable);
                break;
            case FlightKind.End:
                _arrivedEnd = ChannelEnd.Finished;
                Receiver?.Tell(LinkEvents.Readable | LinkEvents.HalfClosed);
                break;
            case FlightKind.Reset:
                Clear();
                _arrivedEnd = ChannelEnd.Reset;
                BreakSender();
                break;
            case FlightKind.Refusal:
                BreakSender();
                break;
        }
    }

    // Nobody is there any more. As with TCP, the bytes are gone and the answer is RST.
    private void Refuse() => Link.Opposite(this).Depart(FlightKind.Refusal);

    // RST has come to an end of the link: what that sends from now on fails.
    private void BreakSender()
    {
        var opposite = Link.Opposite(this);
        opposite.Clear();
        opposite._isBroken = true;
        Receiver?.Tell(LinkEvents.Readable | LinkEvents.Reset);
    }

    private void Clear()
    {
        _ring.Clear();
        _flights.Clear();
        _arrivedBytes = 0;
        _vanishedBytes = 0;
    }

    private void UnblockWriter()
    {
        if (_isWriterBlocked && Room > 0)
        {
            _isWriterBlocked = false;
            Sender?.Tell(LinkEvents.Writable);
        }
    }
}
