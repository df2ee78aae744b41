using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Pgmux.Core.Cancellation;
using Pgmux.Core.Configuration;
using Pgmux.Core.Handover;
using Pgmux.Transport.Sockets;

namespace Pgmux.Core.Hosting.Restart;

/// <summary>
/// The new process's part of an online restart (-R): the listening sockets of the process that runs, then its clients, until that has none left
/// and ends.
/// </summary>
internal sealed class Takeover : IDisposable
{
    private readonly HandoverChannel _channel;
    private readonly HandoverOffer _offer;
    private readonly ILogger _logger;
    private int _taken;

    private Takeover(HandoverChannel channel, HandoverOffer offer, IReadOnlyList<TakenListener> listeners, ILogger logger)
    {
        _channel = channel;
        _offer = offer;
        _logger = logger;
        Listeners = listeners;
    }

    /// <summary>What the old process listens on.</summary>
    public IReadOnlyList<TakenListener> Listeners { get; }

    /// <summary>Finds the process that runs and has its listening sockets handed over; null when none runs.</summary>
    /// <param name="options">The settings, with the Unix socket that it is found by.</param>
    /// <param name="userId">The user of this process, which must be the other's.</param>
    /// <param name="logger">Where events go.</param>
    /// <exception cref="HandoverException">One runs and cannot be taken over from; it goes on undisturbed.</exception>
    public static Takeover? TryBegin(PgmuxOptions options, uint userId, ILogger logger)
    {
        if (Addresses.Unix(options) is not { } unix)
        {
            throw new HandoverException("option -R finds the running process by its Unix socket: set unix_socket_dir");
        }

        using var console = PredecessorConsole.TryConnect(unix.EndPoint.ToString()!);
        if (console is null)
        {
            HandoverLog.NotFound(logger);
            return null;
        }

        console.AskForHandover();
        var path = HandoverPath.Of(options);
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            socket.Connect(HandoverPath.ToEndPoint(path));
        }
        catch (SocketException fault)
        {
            socket.Dispose();
            throw new HandoverException($"cannot connect to {path} to take over: {fault.Message}", fault);
        }

        var stream = new DescriptorStream(socket);
        if (stream.Peer?.UserId != userId)
        {
            stream.Dispose();
            throw new HandoverException($"{path} belongs to another user");
        }

        return Receive(new HandoverChannel(stream, logger), logger);
    }

    /// <summary>
    /// Tells the old process that this one serves, and takes its clients from then on, on a thread of its own. When it returns the old process
    /// accepts nobody any more.
    /// </summary>
    /// <exception cref="HandoverException">The old process has gone or goes on itself.</exception>
    public void Complete(Multiplexer multiplexer)
    {
        try
        {
            _channel.Send(HandoverMessage.Of(HandoverMessageKind.Ready));
            _channel.Expect(HandoverMessageKind.Begun);
        }
        catch (IOException fault)
        {
            throw new HandoverException(fault.Message, fault);
        }

        var cancels = new HandoverCancels(_channel, multiplexer.Clients.Cancels);
        multiplexer.Clients.CancelDesk.Counterpart = cancels;
        new Thread(() => TakeClients(multiplexer, cancels)) { IsBackground = true, Name = "pgmux-takeover" }.Start();
    }

    /// <inheritdoc/>
    public void Dispose() => _channel.End();

    private static Takeover Receive(HandoverChannel channel, ILogger logger)
    {
        try
        {
            var message = channel.Expect(HandoverMessageKind.Offer);
            var offer = message.Content(HandoverJson.Default.HandoverOffer);
            if (offer.Format != HandoverLimits.Format || offer.Listeners.Count != message.Descriptors.Length)
            {
                throw new HandoverException(
                    $"process {offer.ProcessId} ({offer.Version}) hands over in form {offer.Format}, and form {HandoverLimits.Format} is wanted: use so_reuseport");
            }

            HandoverLog.Found(logger, offer.ProcessId, offer.Version);
            var listeners = offer.Listeners.Zip(
                message.Descriptors,
                static (listener, descriptor) => new TakenListener(descriptor, InheritedSockets.EndPointOf(descriptor), listener.IsOwn, listener.OwnsFile));
            return new Takeover(channel, offer, [.. listeners], logger);
        }
        catch (IOException fault)
        {
            channel.Dispose();
            throw new HandoverException(fault.Message, fault);
        }
    }

    private void TakeClients(Multiplexer multiplexer, HandoverCancels cancels)
    {
        var adoption = new ClientAdoption(multiplexer.Clients);
        _channel.Run(message => OnReceived(multiplexer, adoption, cancels, message));
        multiplexer.Clients.CancelDesk.Counterpart = null;
        cancels.End();
        _channel.Dispose();
        HandoverLog.Ended(_logger, _offer.ProcessId, _taken);
    }

    private void OnReceived(Multiplexer multiplexer, ClientAdoption adoption, HandoverCancels cancels, HandoverMessage message)
    {
        switch (message.Kind)
        {
            case HandoverMessageKind.Secrets:
                PoolSecretsExchange.Take(multiplexer.Clients, message.Content(HandoverJson.Default.PoolSecrets));
                break;
            case HandoverMessageKind.Client when message.Descriptors is [var descriptor]:
                TakeClient(multiplexer, adoption, message.Content(HandoverJson.Default.ParkedClient), descriptor);
                break;
            default:
                cancels.Take(message, CancelKeyMark.From(multiplexer.Configuration.Current.Options));
                break;
        }
    }

    // One after another: a cancel request that comes behind a client must find it.
    private void TakeClient(Multiplexer multiplexer, ClientAdoption adoption, ParkedClient parked, int descriptor)
    {
        var loop = multiplexer.Loops[_taken++ % multiplexer.Loops.Count];
        if (LoopQuestion<string?>.AskAsync(loop, () => adoption.TryTake(loop, descriptor, parked)).GetAwaiter().GetResult() is { } lost)
        {
            HandoverLog.ClientLost(_logger, parked.Database, parked.User, lost);
        }
    }
}
