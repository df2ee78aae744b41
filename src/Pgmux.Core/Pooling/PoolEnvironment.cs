using Pgmux.Core.Servers;
using Pgmux.Transport;

namespace Pgmux.Core.Pooling;

/// <summary>What all pools of the process share.</summary>
internal sealed class PoolEnvironment(IReadOnlyList<EventLoop> loops, ServerEnvironment servers, PoolParts parts)
{
    private long _lastId;

    /// <summary>All loops, by index.</summary>
    public IReadOnlyList<EventLoop> Loops { get; } = loops;

    /// <summary>The clock of the loops; safe on any thread.</summary>
    public TimeProvider Clock { get; } = loops[0].TimeProvider;

    /// <summary>What all servers share.</summary>
    public ServerEnvironment Servers { get; } = servers;

    /// <summary>Servers per database and per user.</summary>
    public ConnectionLedger Ledger { get; } = parts.CreateLedger();

    /// <summary>Makes room where a limit over several pools is reached.</summary>
    public ServerEviction Eviction { get; } = new(loops[0]);

    /// <summary>What makes the parts of a pool.</summary>
    public PoolParts Parts { get; } = parts;

    /// <summary>
    /// Whether a server that nobody waits for is closed instead of kept: another process has taken over, and the database must bear both.
    /// </summary>
    public volatile bool ClosesIdleServers;

    /// <summary>The next number for a connection: one counter for clients and servers, as in PgBouncer.</summary>
    public long NextId() => Interlocked.Increment(ref _lastId);
}
