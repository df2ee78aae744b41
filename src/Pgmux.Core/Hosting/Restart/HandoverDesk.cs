using Microsoft.Extensions.Logging;
using Pgmux.Core.Cancellation;
using Pgmux.Core.Diagnostics;
using Pgmux.Core.Handover;
using Pgmux.Transport.Sockets;

namespace Pgmux.Core.Hosting.Restart;

/// <summary>
/// The old process's part of an online restart. The console asks for it; a thread of its own then talks with the new process. Until that says
/// that it serves, nothing has changed here and anything may fail.
/// </summary>
internal sealed class HandoverDesk(Multiplexer multiplexer)
{
    private readonly ILogger _logger = multiplexer.Logger;
    private readonly ClientAdoption _adoption = new(multiplexer.Clients);
    private int _isOpen;

    /// <summary>Opens the entrance for a new process.</summary>
    /// <returns>Why not; null when it is open.</returns>
    public string? Invite()
    {
        if (FindObstacle() is { } obstacle)
        {
            return obstacle;
        }

        if (Interlocked.Exchange(ref _isOpen, 1) != 0)
        {
            return "a handover is under way already";
        }

        try
        {
            var entrance = HandoverEntrance.Open(multiplexer.Configuration.Current.Options);
            new Thread(() => Run(entrance)) { IsBackground = true, Name = "pgmux-handover" }.Start();
            return null;
        }
        catch (HandoverException refused)
        {
            Volatile.Write(ref _isOpen, 0);
            return refused.Message;
        }
    }

    private string? FindObstacle() => multiplexer.Switches switch
    {
        { IsShuttingDown: true } => "pooler is shutting down",
        { IsPaused: true } or { IsSuspended: true } or { HasPausedDatabase: true } => "cannot hand over while paused or suspended: RESUME first",
        _ => multiplexer.Configuration.Current.Options.UnixSocketDir.Length == 0 ? "a handover needs unix_socket_dir" : null,
    };

    private void Run(HandoverEntrance entrance)
    {
        try
        {
            DescriptorStream stream;
            using (entrance)
            {
                stream = entrance.Accept(multiplexer.Clients.ProcessUserId);
            }

            using var channel = new HandoverChannel(stream, _logger);
            var successor = stream.Peer!.Value.ProcessId;
            Offer(channel, successor);
            channel.Expect(HandoverMessageKind.Ready);
            Give(channel, successor);
        }
        catch (Exception failure)
        {
            // Whatever it is: clients are served here.
            HandoverLog.Failed(_logger, failure.Message);
        }
        finally
        {
            Volatile.Write(ref _isOpen, 0);
        }
    }

    private void Offer(HandoverChannel channel, int successor)
    {
        var listeners = multiplexer.Listeners();
        HandoverLog.Offered(_logger, successor, listeners.Count);
        var offer = new HandoverOffer
        {
            Format = HandoverLimits.Format,
            Version = ProductVersion.Text,
            ProcessId = Environment.ProcessId,
            Listeners = [.. listeners.Select(listener => new OfferedListener(!multiplexer.HasGivenListeners, listener.OwnsFile))],
        };
        channel.Send(HandoverMessage.Of(
            HandoverMessageKind.Offer, offer, HandoverJson.Default.HandoverOffer, [.. listeners.Select(listener => listener.Descriptor)]));
    }

    private void Give(HandoverChannel channel, int successor)
    {
        var clients = multiplexer.Clients;
        var cancels = new HandoverCancels(channel, clients.Cancels);
        var handover = new ClientHandover(channel, multiplexer.Loops.Count, TakeBack);
        channel.Post(new HandoverParcel(HandoverMessage.Of(HandoverMessageKind.Begun)));
        clients.CancelDesk.Counterpart = cancels;
        multiplexer.BeginHandover(handover, successor);
        try
        {
            channel.Run(message => cancels.Take(message, CancelKeyMark.From(multiplexer.Configuration.Current.Options)));
        }
        finally
        {
            // Who is still here stays, whatever has become of the new process.
            multiplexer.EndHandover(handover);
            clients.CancelDesk.Counterpart = null;
            cancels.End();
        }
    }

    // The new process has gone before it had this client.
    private void TakeBack(ParkedClient parked, int descriptor) => multiplexer.Loops[0].Post(
        _ =>
        {
            if (_adoption.TryTake(multiplexer.Loops[0], descriptor, parked) is { } lost)
            {
                HandoverLog.ClientLost(_logger, parked.Database, parked.User, lost);
            }
        },
        null);
}
