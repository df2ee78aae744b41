using Pgmux.Core.Servers;
using Pgmux.Protocol;

namespace Pgmux.Core.Pooling;

/// <summary>
/// Brings a server, a welcome or a refusal from wherever it was decided to the loop of the client that waits for it. State changes
/// of requests stand under the pool's lock, which is handed in.
/// </summary>
internal class LeaseDelivery(Pool pool, Lock gate)
{
    private static readonly Action<object?> Arrive = static state =>
    {
        var request = (LeaseRequest)state!;
        request.Delivery!.OnArrived(request);
    };

    private static readonly Action<object?> TellRefusal = static state =>
    {
        var request = (LeaseRequest)state!;
        if (request.Delivery!.TrySettle(request))
        {
            request.Receiver!.OnLeaseRefused(request.Outcome, request.Error);
        }
    };

    private static readonly Action<object?> TellWelcome = static state =>
    {
        var request = (LeaseRequest)state!;
        if (request.Delivery!.TrySettle(request))
        {
            request.Receiver!.OnWelcomeKnown();
        }
    };

    private static readonly Action<object?> LetGo = static state =>
    {
        var request = (LeaseRequest)state!;
        request.Delivery!.HandOver(request);
    };

    /// <summary>Binds a server to the request; it is on its way from now on. Under the lock.</summary>
    public void Assign(LeaseRequest request, ServerConnection server)
    {
        request.State = LeaseRequestState.Assigned;
        request.Server = server;
        request.Delivery = this;
    }

    /// <summary>Ends the request without a server; its receiver is told. Under the lock.</summary>
    public void Refuse(LeaseRequest request, LeaseOutcome outcome, ErrorFields? error)
    {
        request.State = LeaseRequestState.Refused;
        request.Outcome = outcome;
        request.Error = error;
        request.Delivery = this;
        request.Loop.Post(TellRefusal, request);
    }

    /// <summary>Ends the request of a client that waits for the welcome. Under the lock.</summary>
    public void Welcome(LeaseRequest request)
    {
        request.State = LeaseRequestState.Assigned;
        request.Delivery = this;
        request.Loop.Post(TellWelcome, request);
    }

    /// <summary>
    /// Sends the assigned server to the client's loop, which may be its own. From any loop. A server is handed over by posted work only:
    /// its read loop, which may be on the stack now, has to be waiting for bytes when the connection moves.
    /// </summary>
    public static void Deliver(LeaseRequest request)
    {
        var loop = request.Server!.Loop;
        loop.Post(loop == request.Loop ? Arrive : LetGo, request);
    }

    /// <summary>
    /// Whether a server that nobody has asked for anything may have said its last word: it is looked at again after that is read. The
    /// loop may hear of the end only after its client's request, which another loop has taken, so the kernel is asked.
    /// </summary>
    protected virtual bool HasNews(ServerConnection server) => server.Transport is { } transport && transport.FindsUntoldBytes();

    // On the server's loop.
    private void HandOver(LeaseRequest request)
    {
        var server = request.Server!;
        if (server.State == ServerState.Idle && HasNews(server))
        {
            server.Loop.Post(LetGo, request);
            return;
        }

        if (server.State == ServerState.Idle && server.Transport is not { UnsentBytes: 0, HasUnreadBytes: false })
        {
            // Half a message has come while nobody had asked for anything: not a server to lend or to move.
            server.Close(ServerCloseReason.ProtocolViolation);
        }

        if (server.State == ServerState.Idle)
        {
            server.Transport!.MoveTo(request.Loop, Arrive, request);
        }
        else
        {
            pool.Requeue(request);
        }
    }

    private void OnArrived(LeaseRequest request)
    {
        var server = request.Server!;
        if (server.State != ServerState.Idle)
        {
            pool.Requeue(request);
        }
        else if (TrySettle(request))
        {
            request.Receiver!.OnServerGranted(server);
        }
        else
        {
            pool.OnServerReady(server);
        }
    }

    // Ends the request; false when the client has given it up.
    private bool TrySettle(LeaseRequest request)
    {
        lock (gate)
        {
            var isWanted = request.State is LeaseRequestState.Assigned or LeaseRequestState.Refused;
            request.State = LeaseRequestState.None;
            request.Server = null;
            return isWanted;
        }
    }
}
