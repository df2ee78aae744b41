using Pgmux.Transport.Buffers;

namespace Pgmux.Transport.Uring;

/// <summary>
/// A group of buffers that the kernel takes from. <paramref name="Count"/> is a power of two: the receives that end between two turns. Where
/// more do, the rest is asked for again in the next turn. The kernel takes them in turn, so all of them have to stay in the processor's cache.
/// </summary>
/// <param name="Number">Its number in requests.</param>
/// <param name="FirstId">Identifier of its first buffer; no two buffers of a ring have the same.</param>
/// <param name="Count">How many buffers it has.</param>
/// <param name="BlockBytes">Length of each.</param>
internal sealed record BufferGroup(ushort Number, int FirstId, int Count, int BlockBytes)
{
    /// <summary>For the usual message.</summary>
    public static readonly BufferGroup Short = new(0, 0, 64, BufferPool.MediumBytes);

    /// <summary>For who has just received as much as a short one takes: PostgreSQL sends rows by 8 KB, and COPY goes on for a while.</summary>
    public static readonly BufferGroup Long = new(1, Short.FirstId + Short.Count, 16, BufferPool.LargeBytes);
}
