using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Pgmux.Core.Configuration;
using Pgmux.Transport;

namespace Pgmux.Core.Cancellation.Peers;

/// <summary>
/// Passes cancel requests on where peers have no ids (peers_dns): to all processes behind the name at once. They come marked, so that nobody
/// passes them on again, and only the one whose client has the key does anything.
/// </summary>
internal sealed class SiblingForwarder(PeerLink link, IPeerLookup lookup, ILogger logger)
{
    /// <summary>Processes that one request is passed on to at most; a headless service with more is asked for these only.</summary>
    public const int MostSiblings = 100;

    /// <summary>How long an answer of the name service serves: pods come and go in seconds, and a storm of cancels must not become one of questions.</summary>
    public static readonly TimeSpan AnswerAge = TimeSpan.FromSeconds(5);

    private readonly PeerPool _pool = new(0);
    private volatile Answer? _answer;

    /// <summary>How many requests stand where; null until there was one.</summary>
    public PeerPoolCounts? Counts => _answer is null ? null : _pool.Count();

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

            var addresses = await FindAsync(loop, options.PeersDns);
            _pool.OnSent(turn);
            var problems = await Task.WhenAll(addresses.Select(address => SendAsync(loop, options, address, processId, secret, deadline)));
            return addresses.Count == 0 ? CancelOutcome.NoSuchKey
                : problems.All(problem => problem is null) ? CancelOutcome.Served
                : deadline.IsOver ? CancelOutcome.TimedOut : CancelOutcome.NotForwarded;
        }
        finally
        {
            _pool.Leave(turn);
        }
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

    // Takes as long as the system's resolver waits at most (resolv.conf), with a place of the pool. A name that cannot be resolved now is asked
    // for again after the same time; meanwhile the last answer serves.
    private async Task<IReadOnlyList<IPAddress>> FindAsync(EventLoop loop, string name)
    {
        var last = _answer;
        if (last?.Name == name && loop.TimeProvider.GetElapsedTime(last.At, loop.Timestamp) < AnswerAge)
        {
            return last.Addresses;
        }

        IReadOnlyList<IPAddress> found;
        try
        {
            var all = await lookup.FindAsync(loop, name);
            found = all.Length > MostSiblings ? all[..MostSiblings] : all;
        }
        catch (SocketException failure)
        {
            CancellationLog.NameUnresolved(logger, name, failure.Message);
            found = last?.Name == name ? last.Addresses : [];
        }

        _answer = new Answer(name, found, loop.Timestamp);
        return found;
    }

    private sealed record Answer(string Name, IReadOnlyList<IPAddress> Addresses, long At);
}
