using Pgmux.Core.Clients;
using Pgmux.Core.Servers;

namespace Pgmux.Simulation.Tests.Invariants;

/// <summary>I1: a server has at most one client and a client at most one server, and both say the same.</summary>
internal sealed class OneOwner : IInvariant
{
    public IEnumerable<string> Check(MuxView view)
    {
        foreach (var client in view.Clients)
        {
            if (client.Server is { } held && (!ReferenceEquals(held.Lessee, client) || held.State != ServerState.Leased))
            {
                yield return $"I1: {client.LogName} holds {held.LogName}, which is {held.State} and belongs to {Name(held.Lessee)}";
            }

            if (client.Server is null && client.State == ClientState.Active)
            {
                yield return $"I1: {client.LogName} is active without a server";
            }
        }

        foreach (var (_, servers, _) in view.Pools)
        {
            foreach (var server in servers)
            {
                var isLent = server.State == ServerState.Leased;
                if (isLent != server.Lessee is ClientConnection)
                {
                    yield return $"I1: {server.LogName} is {server.State} and belongs to {Name(server.Lessee)}";
                }

                if (server.Lessee is ClientConnection owner && !ReferenceEquals(owner.Server, server))
                {
                    yield return $"I1: {server.LogName} belongs to {owner.LogName}, which holds {owner.Server?.LogName ?? "none"}";
                }

                if (server.Lessee is ClientConnection other && other.Loop != server.Loop)
                {
                    yield return $"I1: {server.LogName} is on loop {server.Loop.Index} and its client on {other.Loop.Index}";
                }
            }
        }
    }

    private static string Name(IServerLessee? lessee) => lessee is ClientConnection client ? client.LogName : "nobody";
}
