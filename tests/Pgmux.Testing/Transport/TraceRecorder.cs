using System.Numerics;

namespace Pgmux.Testing.Transport;

/// <summary>
/// A fingerprint of a run: a running hash of everything that is delivered, and the last of it in words. What the bytes are is left
/// out, since keys and names are random: when how many came on which link is enough to tell two runs apart.
/// </summary>
/// <param name="keeps">How many entries are kept for reading.</param>
internal sealed class TraceRecorder(int keeps = 0)
{
    // Odd numbers with well mixed bits: 2^64 by the golden ratio, and the second prime of XXH64.
    private const ulong Spread = 0x9E37_79B9_7F4A_7C15;
    private const ulong Mix = 0xC2B2_AE3D_27D4_EB4F;

    private readonly TraceEntry[] _kept = new TraceEntry[keeps];

    /// <summary>Of all entries so far.</summary>
    public ulong Hash { get; private set; } = Mix;

    /// <summary>Entries so far.</summary>
    public long Count { get; private set; }

    /// <summary>The last entries, the oldest first.</summary>
    public IReadOnlyList<TraceEntry> Last
    {
        get
        {
            var kept = (int)Math.Min(Count, _kept.Length);
            return [.. Enumerable.Range(0, kept).Select(index => _kept[(Count - kept + index) % _kept.Length])];
        }
    }

    public void Record(long timestamp, int link, bool isBack, TraceKind kind, int count)
    {
        var entry = new TraceEntry(timestamp, link, isBack, kind, count);
        Add((ulong)timestamp);
        Add(((ulong)(uint)link << 32) | (uint)count);
        Add(((ulong)kind << 1) | (isBack ? 1UL : 0));
        if (_kept.Length > 0)
        {
            _kept[Count % _kept.Length] = entry;
        }

        Count++;
    }

    private void Add(ulong value) => Hash = BitOperations.RotateLeft(Hash ^ (value * Spread), 31) * Mix;
}
