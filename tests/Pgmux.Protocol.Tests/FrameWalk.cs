using System.Buffers;

namespace Pgmux.Protocol.Tests;

/// <summary>Feeds a stream to a <see cref="FrameReader"/> piece by piece, as a read loop does, and puts the messages together again.</summary>
internal sealed class FrameWalk
{
    private readonly ArrayBufferWriter<byte> _current = new();
    private FrameReader _reader;
    private byte[] _unread = [];

    public List<byte[]> Messages { get; } = [];

    public bool IsMidMessage => _reader.IsMidMessage || _unread.Length > 0;

    public void Feed(ReadOnlySpan<byte> piece)
    {
        byte[] input = [.. _unread, .. piece];
        var rest = input.AsSpan();
        while (_reader.Read(rest, int.MaxValue, out var frame) != FrameStatus.NeedMore)
        {
            _current.Write(frame.Bytes);
            rest = rest[frame.Bytes.Length..];
            if (frame.IsComplete)
            {
                Assert.That(_current.WrittenCount, Is.EqualTo(frame.BodyLength + FrameReader.HeaderBytes));
                Messages.Add(_current.WrittenSpan.ToArray());
                _current.ResetWrittenCount();
            }
        }

        _unread = rest.ToArray();
    }
}
