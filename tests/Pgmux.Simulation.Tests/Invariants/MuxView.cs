using Pgmux.Core.Clients;
using Pgmux.Core.Pooling;
using Pgmux.Core.Servers;
using Pgmux.Testing.FakePostgres;
using Pgmux.Testing.Mux;

namespace Pgmux.Simulation.Tests.Invariants;

/// <summary>The multiplexer between two steps, as the invariants look at it.</summary>
internal sealed class MuxView(TestMux mux)
{
    private readonly List<ClientConnection> _clients = [];
    private readonly List<(Pool Pool, IReadOnlyList<ServerConnection> Servers, PoolCounts Counts)> _pools = [];

    public TestMux Mux { get; } = mux;

    /// <summary>All clients that have not closed.</summary>
    public IReadOnlyList<ClientConnection> Clients => _clients;

    /// <summary>All pools, with their servers of the moment.</summary>
    public IReadOnlyList<(Pool Pool, IReadOnlyList<ServerConnection> Servers, PoolCounts Counts)> Pools => _pools;

    /// <summary>Whether nothing is left to do at this instant: nothing is on its way between loops or over links.</summary>
    public bool IsAtRest { get; private set; }

    /// <summary>The time of the moment, in ticks.</summary>
    public long Now => Mux.Network.Time.GetTimestamp();

    /// <summary>Looks again.</summary>
    public void Refresh(bool isAtRest)
    {
        IsAtRest = isAtRest;
        _clients.Clear();
        foreach (var registry in Mux.Mux.Clients.Registries)
        {
            _clients.AddRange(registry.Clients);
        }

        _pools.Clear();
        foreach (var pool in Mux.Mux.Pools.All)
        {
            _pools.Add((pool, pool.Servers, pool.Count()));
        }
    }

    /// <summary>The other end of a server connection; null before it has logged in.</summary>
    public FakeServer? BackendOf(ServerConnection server) => Mux.Postgres.Find(server.ProcessId);
}
