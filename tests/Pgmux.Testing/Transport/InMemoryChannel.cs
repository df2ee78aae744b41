using Pgmux.Transport.Buffers;
using Pgmux.Transport.Pipes;

namespace Pgmux.Testing.Transport;

/// <summary>One direction of an in-memory link, with the rules of TCP for FIN and RST.</summary>
internal sealed class InMemoryChannel(int capacity)
{
    private readonly ByteRing _ring = new(capacity);
    private bool _isFinished;
    private bool _isReset;
    private bool _isWriterBlocked;

    /// <summary>Who reads this direction.</summary>
    public InMemoryConnection? Receiver { get; set; }

    /// <summary>Who writes it.</summary>
    public InMemoryConnection? Sender { get; set; }

    public bool HasBytes => _ring.Count > 0;

    /// <summary>What the receiver would be told if it asked now.</summary>
    public LinkEvents ReceiverEvents =>
        (HasBytes ? LinkEvents.Readable : LinkEvents.None)
        | (_isFinished ? LinkEvents.HalfClosed : LinkEvents.None)
        | (_isReset ? LinkEvents.Reset : LinkEvents.None);

    /// <summary>What the sender would be told if it asked now.</summary>
    public LinkEvents SenderEvents =>
        (_ring.Free > 0 ? LinkEvents.Writable : LinkEvents.None) | (_isReset ? LinkEvents.Reset : LinkEvents.None);

    public TransferResult Send(BufferBlock head, long bytes)
    {
        if (_isReset)
        {
            return TransferResult.Broken;
        }

        if (Receiver is not { } receiver)
        {
            // Nobody is there any more. As with TCP, the bytes are gone and the answer is RST.
            Reset();
            return TransferResult.Done((int)bytes);
        }

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
            receiver.Tell(LinkEvents.Readable);
        }

        _isWriterBlocked = sent < bytes;
        return _isWriterBlocked ? new TransferResult(TransferStatus.WouldBlock, sent) : TransferResult.Done(sent);
    }

    public TransferResult Receive(Span<byte> room)
    {
        if (_isReset)
        {
            return TransferResult.Broken;
        }

        if (!HasBytes)
        {
            return _isFinished ? TransferResult.EndOfStream : TransferResult.WouldBlock;
        }

        var slice = Math.Min(room.Length, Receiver!.NextSlice(_ring.Count));
        var received = _ring.Read(room[..slice]);
        if (HasBytes)
        {
            // A slice looks like all there is: the rest "arrives" with an event of its own.
            Receiver.Tell(LinkEvents.Readable);
        }

        if (_isWriterBlocked)
        {
            _isWriterBlocked = false;
            Sender?.Tell(LinkEvents.Writable);
        }

        return TransferResult.Done(received);
    }

    /// <summary>The sender's FIN.</summary>
    public void Finish()
    {
        if (!_isFinished)
        {
            _isFinished = true;
            Receiver?.Tell(LinkEvents.Readable | LinkEvents.HalfClosed);
        }
    }

    /// <summary>RST: what is on its way is lost, for both ends.</summary>
    public void Reset()
    {
        if (!_isReset)
        {
            _isReset = true;
            _ring.Clear();
            Receiver?.Tell(LinkEvents.Readable | LinkEvents.Reset);
            Sender?.Tell(LinkEvents.Readable | LinkEvents.Reset);
        }
    }
}
