namespace Pgmux.Testing.Transport;

/// <summary>Bytes on their way, first in first out. Grows to what is used, up to a limit.</summary>
internal sealed class ByteRing(int capacity)
{
    private const int FirstBytes = 256;

    private byte[] _bytes = [];
    private int _start;

    public int Count { get; private set; }

    /// <summary>What it takes at most. Below what is in it already, it takes nothing until that is gone.</summary>
    public int Capacity { get; set; } = capacity;

    public int Free => Math.Max(0, Capacity - Count);

    /// <summary>Takes as much as there is room for.</summary>
    public int Write(ReadOnlySpan<byte> bytes)
    {
        var taken = Math.Min(bytes.Length, Free);
        if (Count + taken > _bytes.Length)
        {
            Grow(Count + taken);
        }

        var position = (_start + Count) % Math.Max(_bytes.Length, 1);
        var first = Math.Min(taken, _bytes.Length - position);
        bytes[..first].CopyTo(_bytes.AsSpan(position));
        bytes[first..taken].CopyTo(_bytes);
        Count += taken;
        return taken;
    }

    /// <summary>Gives as much as there is room for.</summary>
    public int Read(Span<byte> room)
    {
        var given = Math.Min(room.Length, Count);
        var first = Math.Min(given, _bytes.Length - _start);
        _bytes.AsSpan(_start, first).CopyTo(room);
        _bytes.AsSpan(0, given - first).CopyTo(room[first..]);
        Skip(given);
        return given;
    }

    /// <summary>Drops the first bytes.</summary>
    public void Skip(int bytes)
    {
        Count -= bytes;
        _start = Count == 0 ? 0 : (_start + bytes) % _bytes.Length;
    }

    /// <summary>Keeps only the first bytes.</summary>
    public void Trim(int bytes) => Count = bytes;

    public void Clear() => Skip(Count);

    private void Grow(int needed)
    {
        var bigger = new byte[Math.Min(Capacity, Math.Max(FirstBytes, Math.Max(needed, _bytes.Length * 2)))];
        var count = Count;
        Read(bigger);
        _bytes = bigger;
        Count = count;
        _start = 0;
    }
}
