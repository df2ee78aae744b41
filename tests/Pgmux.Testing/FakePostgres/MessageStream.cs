using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using Pgmux.Testing.Processes;

namespace Pgmux.Testing.FakePostgres;

/// <summary>Cuts received bytes into messages.</summary>
internal sealed class MessageStream
{
    private const int HeaderBytes = 5;

    private byte[] _bytes = [];
    private int _start;
    private int _end;

    /// <summary>Bytes that are not part of a whole message yet.</summary>
    public int Rest => _end - _start;

    /// <summary>Those bytes.</summary>
    public ReadOnlySpan<byte> Unread => _bytes.AsSpan(_start, Rest);

    /// <summary>Whether a message has come whose length cannot be: nothing can be taken any more.</summary>
    public bool IsBroken { get; private set; }

    public void Append(ReadOnlySpan<byte> bytes)
    {
        if (_end + bytes.Length > _bytes.Length)
        {
            var larger = new byte[Math.Max(256, 2 * (Rest + bytes.Length))];
            _bytes.AsSpan(_start, Rest).CopyTo(larger);
            (_bytes, _start, _end) = (larger, 0, Rest);
        }

        bytes.CopyTo(_bytes.AsSpan(_end));
        _end += bytes.Length;
    }

    /// <summary>A message with a type byte.</summary>
    public bool TryTake([NotNullWhen(true)] out RawMessage? message)
    {
        message = null;
        if (Rest < HeaderBytes)
        {
            return false;
        }

        var length = BinaryPrimitives.ReadInt32BigEndian(_bytes.AsSpan(_start + 1));
        IsBroken = length < HeaderBytes - 1;
        if (IsBroken || Rest - 1 < length)
        {
            return false;
        }

        message = new RawMessage((char)_bytes[_start], _bytes[(_start + HeaderBytes)..(_start + 1 + length)]);
        _start += length + 1;
        return true;
    }

    /// <summary>A packet of the start-up phase: its code and what follows.</summary>
    public bool TryTakeStartup(out int code, [NotNullWhen(true)] out byte[]? body)
    {
        code = 0;
        body = null;
        if (Rest < 8)
        {
            return false;
        }

        var length = BinaryPrimitives.ReadInt32BigEndian(_bytes.AsSpan(_start));
        if (Rest < length)
        {
            return false;
        }

        code = BinaryPrimitives.ReadInt32BigEndian(_bytes.AsSpan(_start + 4));
        body = _bytes[(_start + 8)..(_start + length)];
        _start += length;
        return true;
    }
}
