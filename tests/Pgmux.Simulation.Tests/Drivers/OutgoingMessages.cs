using Pgmux.Testing.Processes;

namespace Pgmux.Simulation.Tests.Drivers;

/// <summary>What a client is about to send, message by message, and how much of it is gone.</summary>
internal sealed class OutgoingMessages
{
    private const int HeaderBytes = 5;

    private readonly Queue<byte[]> _messages = [];
    private int _sentOfFirst;

    /// <summary>Bytes left.</summary>
    public int Bytes { get; private set; }

    /// <summary>Whether a message has begun that has not ended.</summary>
    public bool IsMidMessage => _sentOfFirst > 0;

    public void Add(byte[] message)
    {
        _messages.Enqueue(message);
        Bytes += message.Length;
    }

    /// <summary>Drops the messages that have not begun.</summary>
    public void DropUnbegun()
    {
        var kept = IsMidMessage ? _messages.Dequeue() : null;
        _messages.Clear();
        Bytes = 0;
        if (kept is not null)
        {
            _messages.Enqueue(kept);
            Bytes = kept.Length - _sentOfFirst;
        }
    }

    /// <summary>Takes out what is left of the next message; null when there is none.</summary>
    public byte[]? TakeNext()
    {
        if (!_messages.TryDequeue(out var next))
        {
            return null;
        }

        var rest = next[_sentOfFirst..];
        _sentOfFirst = 0;
        Bytes -= rest.Length;
        return rest;
    }

    /// <summary>The next bytes, and the messages that end among them.</summary>
    public byte[] Take(int count, ICollection<RawMessage> completed)
    {
        var bytes = new byte[count];
        for (var at = 0; at < count;)
        {
            var first = _messages.Peek();
            var piece = Math.Min(first.Length - _sentOfFirst, count - at);
            first.AsSpan(_sentOfFirst, piece).CopyTo(bytes.AsSpan(at));
            at += piece;
            _sentOfFirst += piece;
            if (_sentOfFirst == first.Length)
            {
                _sentOfFirst = 0;
                _messages.Dequeue();
                completed.Add(new RawMessage((char)first[0], first.Length < HeaderBytes ? [] : first[HeaderBytes..]));
            }
        }

        Bytes -= count;
        return bytes;
    }
}
