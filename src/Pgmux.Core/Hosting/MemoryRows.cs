using System.Globalization;
using Pgmux.Core.Admin;
using Pgmux.Transport;

namespace Pgmux.Core.Hosting;

/// <summary>Makes the rows of SHOW MEM, under PgBouncer's names for what it has too.</summary>
internal sealed class MemoryRows(Multiplexer multiplexer)
{
    // The first receive of a connection goes into one of these, as into PgBouncer's pkt_buf.
    private const int UsualBufferBytes = 16 * 1024;

    private const int HeapUnitBytes = 1024;

    /// <summary>The rows.</summary>
    /// <param name="buffers">The buffers of all loops.</param>
    /// <param name="databases">How many databases are known.</param>
    /// <param name="users">How many users are known.</param>
    public IReadOnlyList<MemoryRow> Of(IEnumerable<BufferUse> buffers, int databases, int users)
    {
        var statements = multiplexer.Clients.Statements.Registry;
        var (count, bytes) = (statements.Count, statements.Bytes);
        return
        [
            MemoryRow.OfObjects("client_cache", multiplexer.Clients.ClientCount),
            MemoryRow.OfObjects("server_cache", multiplexer.Pools.All.Sum(pool => pool.Servers.Count)),
            MemoryRow.OfObjects("db_cache", databases),
            MemoryRow.OfObjects("pool_cache", multiplexer.Pools.All.Count + 1),
            MemoryRow.OfObjects("user_cache", users),
            new MemoryRow("prepared_statement_cache", count == 0 ? 0 : bytes / count, count, 0, bytes),
            .. buffers.GroupBy(use => use.BlockBytes).OrderBy(size => size.Key).Select(size => MemoryRow.OfBlocks(
                NameOf(size.Key), size.Key, size.Sum(use => (long)use.Used), size.Sum(use => (long)use.Free))),
            OfHeap(),
        ];
    }

    private static string NameOf(int blockBytes) => blockBytes == UsualBufferBytes
        ? "iobuf_cache"
        : string.Create(CultureInfo.InvariantCulture, $"iobuf_cache_{blockBytes}");

    // In units of 1 KiB, so that the columns hold it.
    private static MemoryRow OfHeap()
    {
        var committed = GC.GetGCMemoryInfo().TotalCommittedBytes;
        var used = Math.Min(GC.GetTotalMemory(forceFullCollection: false), committed);
        return MemoryRow.OfBlocks("managed_heap", HeapUnitBytes, used / HeapUnitBytes, (committed - used) / HeapUnitBytes);
    }
}
