using System.Net;
using Microsoft.Extensions.Logging;
using Pgmux.Core.Configuration;
using Pgmux.Transport;

namespace Pgmux.Core.Cancellation.Peers;

/// <summary>
/// Passes cancel requests on where peers have no ids (peers_dns): to all processes behind the name at once. They come marked, so that nobody
/// passes them on again, and only the one whose client has the key does anything.
/// </summary>
internal sealed class SiblingForwarder(PeerLink link, SiblingLookup lookup, ILogger logger)
{
    private readonly PeerPool _pool = new(0);
    private volatile bool _isUsed;

    // What was wrong with the name last: whoever sends requests must not fill the log with it.
    private volatile string? _toldProblem;

    /// <summary>How many requests stand where; null until there was one.</summary>
    public PeerPoolCounts? Counts => _isUsed ? _pool.Count() : null;

    /// <summary>Passes a request on to everybody else.</summary>
    /// <returns>Completes when all have dealt with it, or the time is over.</returns>
    public async Task<CancelOutcome> ForwardAsync(EventLoop loop, ConfigSnapshot configuration, int processId, ReadOnlyMemory<byte> secret)
    {
        var options = configuration.Options;
        var size = options.DefaultPoolSize > 0 ? options.DefaultPoolSize : CancelForwarder.InFlightLimit;
        if (_pool.TryEnter(size) is not { } turn)
        {
            CancellationLog.Dropped(logger, options.PeersDns, PeerPool.WaitingLimit);
            return CancelOutcome.NotForwarded;
        }

        using var deadline = new CancelDeadline(loop, options.CancelWaitTimeout);
        using var patience = deadline.Token.Register(static state => ((PeerTurn)state!).GiveUp(), turn);
        try
        {
            if (!await turn.Admission)
            {
                CancellationLog.Failed(logger, options.PeersDns, "cancel_wait_timeout");
                return CancelOutcome.TimedOut;
            }

            _isUsed = true;
            var (addresses, problem) = await lookup.FindAsync(loop, options.PeersDns, options.CancelWaitTimeout, deadline.Token);
            Tell(options.PeersDns, problem);
            if (addresses.Count == 0)
            {
                return problem.Length > 0 ? CancelOutcome.NotForwarded : CancelOutcome.NoSuchKey;
            }

            _pool.OnSent(turn);
            var failures = await Task.WhenAll(addresses.Select(address => SendAsync(loop, options, address, processId, secret, deadline)));
            return failures.All(failure => failure is null) ? CancelOutcome.Served
                : deadline.IsOver ? CancelOutcome.TimedOut : CancelOutcome.NotForwarded;
        }
        catch (OperationCanceledException)
        {
            CancellationLog.Failed(logger, options.PeersDns, "cancel_wait_timeout");
            return CancelOutcome.TimedOut;
        }
        finally
        {
            _pool.Leave(turn);
        }
    }

    private void Tell(string name, string problem)
    {
        if (problem.Length > 0 && problem != _toldProblem)
        {
            CancellationLog.NameUnresolved(logger, name, problem);
        }

        _toldProblem = problem;
    }

    private async Task<string?> SendAsync(
        EventLoop loop, PgmuxOptions options, IPAddress address, int processId, ReadOnlyMemory<byte> secret, CancelDeadline deadline)
    {
        var problem = await link.SendAsync(
            loop, options, new IPEndPoint(address, options.ListenPort), processId, secret, deadline, static () => { });
        if (problem is not null)
        {
            CancellationLog.Failed(logger, $"{options.PeersDns} ({address})", problem);
        }

        return problem;
    }
}
