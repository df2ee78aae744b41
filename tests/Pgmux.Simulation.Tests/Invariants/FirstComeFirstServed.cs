using Pgmux.Core.Clients;
using Pgmux.Core.Pooling;
using Pgmux.Core.Servers;

namespace Pgmux.Simulation.Tests.Invariants;

/// <summary>
/// I7: who leaves the queue with a server has waited for as long as anybody who stays in it, but for the millisecond that a waiter of the
/// server's own loop may overtake by.
/// </summary>
/// <remarks>
/// Servers are given out when waiters leave the queue, not when they arrive: a server that dies on its way puts its client back, and what
/// others have got meanwhile stays theirs. So only who stood in the queue before the step and still does can have been passed over, and in
/// a step in which a server dies nobody knows who had it for a moment.
/// </remarks>
internal sealed class FirstComeFirstServed : IInvariant
{
    private readonly Dictionary<ClientConnection, long> _queuedAt = [];
    private readonly Dictionary<Pool, ServerConnection[]> _servers = [];

    public IEnumerable<string> Check(MuxView view)
    {
        foreach (var (pool, _, _) in view.Pools)
        {
            if (_servers.TryGetValue(pool, out var servers) && Array.Exists(servers, server => server.State == ServerState.Closed))
            {
                continue;
            }

            var clients = view.Clients.Where(client => client.Pool == pool && _queuedAt.ContainsKey(client)).ToArray();
            var passedOver = clients.Where(client => QueuedAt(client) == _queuedAt[client]).MinBy(client => _queuedAt[client]);
            foreach (var client in clients)
            {
                if (passedOver is not null && IsServed(client) && _queuedAt[client] - TimeSpan.TicksPerMillisecond > _queuedAt[passedOver])
                {
                    yield return $"I7: {client.LogName} waited since {_queuedAt[client]} and got a server before {passedOver.LogName}, which waits since {_queuedAt[passedOver]}";
                }
            }
        }

        foreach (var (pool, servers, _) in view.Pools)
        {
            _servers[pool] = [.. servers];
        }

        _queuedAt.Clear();
        foreach (var client in view.Clients)
        {
            if (QueuedAt(client) is { } since)
            {
                _queuedAt[client] = since;
            }
        }
    }

    private static long? QueuedAt(ClientConnection client) =>
        client.Request is { State: LeaseRequestState.Queued, IsForWelcome: false } request ? request.QueuedAt : null;

    private static bool IsServed(ClientConnection client) =>
        client.State == ClientState.Active || client.Request is { State: LeaseRequestState.Assigned };
}
