using Pgmux.Core.Servers;
using Pgmux.Testing.FakePostgres;

namespace Pgmux.Simulation.Tests.Invariants;

/// <summary>
/// I4 and I12: a server that may be lent is idle at its other end too, owes nothing, and has exactly the parameters that the multiplexer
/// takes it to have.
/// </summary>
internal sealed class CleanServers : IInvariant
{
    public IEnumerable<string> Check(MuxView view)
    {
        foreach (var (pool, servers, _) in view.Pools)
        {
            foreach (var server in servers)
            {
                if (server.State != ServerState.Idle || view.BackendOf(server) is not { Fault: null, IsOpen: true } backend)
                {
                    continue;
                }

                if (!server.Outstanding.IsReady || server.CancelsInFlight > 0)
                {
                    yield return $"I4: {server.LogName} is idle and owes {server.Outstanding.Count}, {server.CancelsInFlight} cancels";
                }

                if (pool.Policy.TracksStatements && backend.DirtyState is { } dirt)
                {
                    yield return $"I4: {server.LogName} is idle and its backend is not: {dirt}";
                }

                if (Difference(view, server, backend) is { } difference)
                {
                    yield return $"I12: {server.LogName} is idle: {difference}";
                }
            }
        }
    }

    private static string? Difference(MuxView view, ServerConnection server, FakeServer backend)
    {
        var tracked = view.Mux.Mux.Clients.Tracked;
        for (var i = 0; i < tracked.Count; i++)
        {
            if (server.Parameters[i] is { } known && known != backend.Parameters[tracked.Names[i]])
            {
                return $"{tracked.Names[i]} is taken for {known} and is {backend.Parameters[tracked.Names[i]]}";
            }
        }

        return null;
    }
}
