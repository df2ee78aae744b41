using Pgmux.Core.Clients;
using Pgmux.Core.Pooling;

namespace Pgmux.Simulation.Tests.Invariants;

/// <summary>
/// I7: who gets a server has waited for as long as anybody who still waits, but for the millisecond that a waiter of the server's own loop
/// may overtake by.
/// </summary>
internal sealed class FirstComeFirstServed : IInvariant
{
    private readonly Dictionary<ClientConnection, long> _waitingSince = [];

    public IEnumerable<string> Check(MuxView view)
    {
        foreach (var (pool, _, counts) in view.Pools)
        {
            var oldest = counts.Waiting > 0 ? view.Now - counts.LongestWait.Ticks : long.MaxValue;
            foreach (var client in view.Clients)
            {
                if (client.Pool == pool && client.State == ClientState.Active && _waitingSince.TryGetValue(client, out var since)
                    && since - TimeSpan.TicksPerMillisecond > oldest)
                {
                    yield return $"I7: {client.LogName} waited since {since} and got a server before one that waits since {oldest}";
                }
            }
        }

        _waitingSince.Clear();
        foreach (var client in view.Clients)
        {
            if (client.WaitingSince is { } since)
            {
                _waitingSince[client] = since;
            }
        }
    }
}
