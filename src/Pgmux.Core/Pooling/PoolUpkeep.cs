using Pgmux.Core.Servers;
using Pgmux.Transport;

namespace Pgmux.Core.Pooling;

/// <summary>
/// What a pool does at every sweep of a loop, by the limits that the configuration sets at that moment. It stands under the pool's lock,
/// which is handed in; closing does not.
/// </summary>
internal sealed class PoolUpkeep(
    Pool pool, Lock gate, PoolServers servers, ServerOpening opening, ServerExpiry expiry, TrialOpening trials)
{
    /// <summary>Closes what has been idle or alive for too long on this loop, refuses tokens that have waited too long, keeps the minimum open.</summary>
    public void Sweep(EventLoop loop)
    {
        var expired = new List<(ServerConnection Server, ServerCloseReason Reason)>();
        lock (gate)
        {
            var policy = pool.Policy;
            var now = loop.Timestamp;
            servers.TakeExpired(loop.Index, server => expiry.ReasonOf(server, policy, servers.Count - expired.Count, now), expired);
            CloseAboveSize(policy, loop, expired);
            foreach (var server in servers.All)
            {
                if (server.Loop == loop && expiry.BusyReasonOf(server, policy, now) is { } reason)
                {
                    expired.Add((server, reason));
                }
            }

            trials.RefuseExpired(expiry, policy.QueryWaitTimeout, now);
            opening.ForgetOldToken();
        }

        foreach (var (server, reason) in expired)
        {
            server.Close(reason);
        }

        pool.OpenWanted(loop);
    }

    // A reload has made the pool smaller. Those that are busy are seen again when they are idle.
    private void CloseAboveSize(PoolPolicy policy, EventLoop loop, List<(ServerConnection Server, ServerCloseReason Reason)> expired)
    {
        if (policy.Size == 0)
        {
            return;
        }

        var tooMany = servers.Count - expired.Count - policy.Size - policy.ReserveSize;
        for (; tooMany > 0 && servers.PopOldest(loop.Index) is { } server; tooMany--)
        {
            expired.Add((server, ServerCloseReason.PoolTooLarge));
        }
    }
}
