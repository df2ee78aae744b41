using Pgmux.Core.Cancellation.Peers;
using Pgmux.Core.Configuration;
using Pgmux.Protocol;
using Pgmux.Transport;
using Pgmux.Transport.Loops;

namespace Pgmux.Core.Cancellation;

/// <summary>Brings a cancel request to whom it is for: a client of this process, or the process that gave out its key.</summary>
internal sealed class CancelDesk(CancelRegistry registry, PeerForwarder peers, SiblingForwarder siblings)
{
    /// <summary>Set during an online restart: the process that has the other part of the clients.</summary>
    public ICancelCounterpart? Counterpart { get; set; }

    /// <summary>Deals with a request that has come in on <paramref name="loop"/>.</summary>
    /// <returns>Completes when the request can hit nothing any more: drivers take the end of its connection for that word.</returns>
    public async ValueTask<CancelOutcome> ServeAsync(EventLoop loop, ConfigSnapshot configuration, StartupRequest request)
    {
        var mark = CancelKeyMark.From(configuration.Options);

        // First of all ours: keys from before a reload carry another id, or none.
        if (await TryServeHereAsync(mark, request) is { } outcome)
        {
            return outcome;
        }

        if (Counterpart is { } counterpart)
        {
            if (await counterpart.TryCancelAsync(request.ProcessId, request.CancelSecret.ToArray()))
            {
                return CancelOutcome.Served;
            }

            // A client that was on its way here while the other process was asked is here by the time of its answer.
            if (await TryServeHereAsync(mark, request) is { } late)
            {
                return late;
            }
        }

        var hops = PeerKey.HopsOf(request.CancelSecret.Span);
        if (configuration.Options.PeersDns.Length > 0)
        {
            // Nobody can tell whose key it is. Each process asks all others, and nobody that was asked asks on.
            return hops == PeerKey.MostHops
                ? await siblings.ForwardAsync(loop, configuration, request.ProcessId, WithHops(request, 0))
                : CancelOutcome.NoSuchKey;
        }

        var peerId = PeerKey.PeerIdOf(request.ProcessId);
        if (mark.PeerId == 0 || peerId == mark.PeerId)
        {
            return CancelOutcome.NoSuchKey;
        }

        if (hops == 0)
        {
            return CancelOutcome.HopsExhausted;
        }

        return configuration.Peers.TryGetValue(peerId, out var peer)
            ? await peers.ForwardAsync(loop, configuration, peer, request.ProcessId, WithHops(request, hops - 1))
            : CancelOutcome.NoSuchPeer;
    }

    private async ValueTask<CancelOutcome?> TryServeHereAsync(CancelKeyMark mark, StartupRequest request) =>
        registry.Find(mark, request.ProcessId, request.CancelSecret.Span) is { } target ? await target.Loop.RunAsync(target.CancelAsync) : null;

    private static byte[] WithHops(StartupRequest request, int hops)
    {
        var secret = request.CancelSecret.ToArray();
        PeerKey.SetHops(secret, hops);
        return secret;
    }
}
