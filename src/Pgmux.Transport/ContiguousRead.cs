using System.Buffers;

namespace Pgmux.Transport;

/// <summary>
/// What a read has brought, in one piece. The loops lend one segment at a time, and that is used as it is; other pipes may not, and
/// what they bring is copied for as long as this lives.
/// </summary>
public readonly ref struct ContiguousRead
{
    private readonly byte[]? _copy;

    /// <summary>Takes what was read; valid until the reader is advanced.</summary>
    public ContiguousRead(in ReadOnlySequence<byte> buffer)
    {
        if (buffer.IsSingleSegment)
        {
            Span = buffer.FirstSpan;
            return;
        }

        var length = checked((int)buffer.Length);
        _copy = ArrayPool<byte>.Shared.Rent(length);
        buffer.CopyTo(_copy);
        Span = _copy.AsSpan(0, length);
    }

    /// <summary>The bytes.</summary>
    public ReadOnlySpan<byte> Span { get; }

    /// <summary>Gives the copy back, if there is one.</summary>
    public void Dispose()
    {
        if (_copy is not null)
        {
            ArrayPool<byte>.Shared.Return(_copy);
        }
    }
}
