using Microsoft.Extensions.Logging;
using Pgmux.Core.Servers;
using Pgmux.Protocol;
using Pgmux.Transport;

namespace Pgmux.Core.Cancellation;

/// <summary>
/// Sends a cancel request to the server behind a connection, over a connection of its own, and waits for its end: only then has
/// PostgreSQL sent the signal, and only then may the server go to somebody else.
/// </summary>
internal class CancelForwarder(ILogger logger)
{
    /// <summary>
    /// Cancel requests under way at once in the process. They cost the database a fork each, and a storm of them must not keep
    /// logins out; above it a request is dropped, which the protocol allows at any time.
    /// </summary>
    public const int InFlightLimit = 64;

    private int _inFlight;

    /// <summary>
    /// Cancels what the server runs. The server stays with its client until the request has ended, or is closed when that
    /// takes longer than <paramref name="timeout"/> (cancel_wait_timeout).
    /// </summary>
    /// <returns>Completes when the request has ended, and tells whether that was in time.</returns>
    public Task<CancelOutcome> CancelAsync(ServerConnection server, TimeSpan timeout)
    {
        if (!TryStart(server))
        {
            return Task.FromResult(CancelOutcome.Served);
        }

        server.OnCancelStarted();
        return SendAsync(server, server.Loop, timeout, isServerKept: true);
    }

    /// <summary>Cancels what the server runs for a client that has gone; the connection itself is being closed.</summary>
    public void CancelAbandoned(ServerConnection server, TimeSpan timeout)
    {
        if (TryStart(server))
        {
            _ = SendAsync(server, server.Loop, timeout, isServerKept: false);
        }
    }

    private bool TryStart(ServerConnection server)
    {
        if (server.CancelSecret.IsEmpty)
        {
            return false;
        }

        if (Interlocked.Increment(ref _inFlight) <= InFlightLimit)
        {
            return true;
        }

        Interlocked.Decrement(ref _inFlight);
        CancellationLog.Dropped(logger, server.LogName, InFlightLimit);
        return false;
    }

    private async Task<CancelOutcome> SendAsync(ServerConnection server, EventLoop loop, TimeSpan timeout, bool isServerKept)
    {
        // Until the request is on its way nothing can hit the server.
        var isCertain = true;
        using var limit = new CancelDeadline(loop, timeout);
        TransportConnection? transport = null;
        try
        {
            // As the connection itself: its name may stand for another server by now, the key of an encrypted one is not sent in clear, and a server that was entered in clear is not
            // asked for TLS.
            var isEncrypted = server.Tls.Length > 0;
            var connect = server.Target.Connect with { EndPoint = server.Address };
            transport = await loop.ConnectAsync(connect, limit.Token);
            using var abort = limit.Token.Register(static state => ((TransportConnection)state!).Abort(), transport);
            if (isEncrypted)
            {
                var result = await new ServerEncryption(server.Target.Tls, server.EndPoint).RunAsync(transport);
                if (result.Encrypted is null)
                {
                    CancellationLog.Failed(logger, server.LogName, limit.IsOver ? "cancel_wait_timeout" : result.Problem);
                    return OutcomeOf(limit);
                }

                transport = result.Encrypted;
            }

            isCertain = false;
            FrontendMessages.WriteCancelRequest(transport.Output, server.ProcessId, server.CancelSecret.Span);
            await transport.Output.FlushAsync();
            isCertain = await CancelEnd.WaitAsync(transport) && !limit.IsOver;
            return OutcomeOf(limit);
        }
        catch (ConnectException failure)
        {
            CancellationLog.Failed(logger, server.LogName, failure.Message);
            return OutcomeOf(limit);
        }
        catch (OperationCanceledException)
        {
            CancellationLog.Failed(logger, server.LogName, "cancel_wait_timeout");
            return CancelOutcome.TimedOut;
        }
        catch (Exception failure)
        {
            // A fault of ours: nobody awaits this method, and the server must not wait for it for ever.
            CancellationLog.InternalError(logger, failure, server.LogName);
            return CancelOutcome.Served;
        }
        finally
        {
            Interlocked.Decrement(ref _inFlight);
            transport?.Input.Complete();
            transport?.Abort();
            if (isServerKept)
            {
                server.OnCancelEnded(isCertain);
            }
        }
    }

    private static CancelOutcome OutcomeOf(CancelDeadline limit) => limit.IsOver ? CancelOutcome.TimedOut : CancelOutcome.Served;
}
