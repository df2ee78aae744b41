namespace Pgmux.Core.Admin;

/// <summary>A row of SHOW MEM: things of one kind.</summary>
/// <param name="Name">PgBouncer's name for them where it has them too.</param>
/// <param name="Size">Bytes of one; 0 where the runtime does not tell.</param>
/// <param name="Used">How many are in use.</param>
/// <param name="Free">How many are kept for the next use.</param>
/// <param name="TotalBytes">Bytes of all; 0 where the runtime does not tell.</param>
internal sealed record MemoryRow(string Name, long Size, long Used, long Free, long TotalBytes)
{
    /// <summary>Things of a known size.</summary>
    public static MemoryRow OfBlocks(string name, int size, long used, long free) => new(name, size, used, free, size * (used + free));

    /// <summary>Objects of the managed heap, which does not tell how large they are: they are in the row of the heap.</summary>
    public static MemoryRow OfObjects(string name, long used) => new(name, 0, used, 0, 0);
}
