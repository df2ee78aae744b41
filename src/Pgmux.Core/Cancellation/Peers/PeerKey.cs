namespace Pgmux.Core.Cancellation.Peers;

/// <summary>
/// The form of a cancel key among peers, which is PgBouncer's (from 1.21 on). Of the eight bytes, process id and secret taken together,
/// the second and third are the peer's id, low byte first; the two lowest bits of the last one say how often the key may still be passed on; the
/// highest bit is 0, as process ids are positive. 45 bits remain random. Keys that are longer go on behind these eight bytes.
/// </summary>
internal static class PeerKey
{
    /// <summary>How often a request is passed on before it is dropped. PgBouncer's CANCELLATION_TTL_MASK.</summary>
    public const int MostHops = 3;

    private const int LowShift = 16;
    private const int HighShift = 8;
    private const int Byte = 0xFF;

    // The first byte without its highest bit, and the last.
    private const int RandomBits = 0x7F0000FF;

    // The last byte of a short secret; longer ones have it in the same place.
    private const int HopsByte = sizeof(int) - 1;

    /// <summary>The process that gave out the key.</summary>
    public static int PeerIdOf(int processId) => ((processId >> LowShift) & Byte) | (((processId >> HighShift) & Byte) << 8);

    /// <summary>Puts the id of a peer into random bits.</summary>
    public static int WithPeerId(int processId, int peerId) =>
        (processId & RandomBits) | ((peerId & Byte) << LowShift) | (((peerId >> 8) & Byte) << HighShift);

    /// <summary>How often the key may still be passed on.</summary>
    public static int HopsOf(ReadOnlySpan<byte> secret) => secret[HopsByte] & MostHops;

    /// <summary>Says how often the key may be passed on.</summary>
    public static void SetHops(Span<byte> secret, int hops) => secret[HopsByte] = (byte)((secret[HopsByte] & ~MostHops) | hops);
}
