using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Pgmux.Core.Configuration;
using Pgmux.Core.Configuration.Peers;
using Pgmux.Transport;

namespace Pgmux.Core.Cancellation.Peers;

/// <summary>Passes cancel requests on to the processes of [peers]. A pool is made with the first request for its peer, as in PgBouncer.</summary>
internal sealed class PeerForwarder(PeerLink link, ILogger logger)
{
    private readonly ConcurrentDictionary<int, PeerPool> _pools = new();

    /// <summary>How many requests stand where, by peer.</summary>
    public IReadOnlyList<PeerPoolCounts> Counts => [.. _pools.Values.OrderBy(pool => pool.Id).Select(pool => pool.Count())];

    /// <summary>The configuration has changed.</summary>
    public void Apply(ConfigSnapshot configuration)
    {
        foreach (var pool in _pools.Values)
        {
            if (configuration.Peers.TryGetValue(pool.Id, out var peer))
            {
                pool.Resize(SizeOf(configuration, peer));
            }
            else
            {
                // What is on its way goes on; nothing more comes.
                _pools.TryRemove(pool.Id, out _);
            }
        }
    }

    /// <summary>Passes a request on, with what its key may still be passed on counted down.</summary>
    public async Task<CancelOutcome> ForwardAsync(
        EventLoop loop, ConfigSnapshot configuration, PeerOptions peer, int processId, ReadOnlyMemory<byte> secret)
    {
        var name = $"peer {peer.Id}";
        var pool = _pools.GetOrAdd(peer.Id, static id => new PeerPool(id));
        if (pool.TryEnter(SizeOf(configuration, peer)) is not { } turn)
        {
            CancellationLog.Dropped(logger, name, PeerPool.WaitingLimit);
            return CancelOutcome.NotForwarded;
        }

        CancellationLog.ForwardingToPeer(logger, peer.Id);
        using var deadline = new CancelDeadline(loop, configuration.Options.CancelWaitTimeout);
        using var patience = deadline.Token.Register(static state => ((PeerTurn)state!).GiveUp(), turn);
        try
        {
            var problem = await turn.Admission
                ? await link.SendAsync(
                    loop, configuration.Options, PeerLink.EndPointOf(peer.Host, peer.Port), processId, secret, deadline, () => pool.OnSent(turn))
                : "cancel_wait_timeout";
            if (problem is null)
            {
                return CancelOutcome.Served;
            }

            CancellationLog.Failed(logger, name, problem);
            return deadline.IsOver ? CancelOutcome.TimedOut : CancelOutcome.NotForwarded;
        }
        finally
        {
            pool.Leave(turn);
        }
    }

    /// <summary>Requests that may be on their way to a peer at once. Where the setting says no limit, as many as to all servers.</summary>
    internal static int SizeOf(ConfigSnapshot configuration, PeerOptions peer) =>
        configuration.PeerPoolSizeFor(peer) is var size and > 0 ? size : CancelForwarder.InFlightLimit;
}
