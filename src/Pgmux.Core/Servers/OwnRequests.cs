using Pgmux.Core.Statements;
using Pgmux.Protocol;

namespace Pgmux.Core.Servers;

/// <summary>Sends what pgmux itself asks of a server. The replies are swallowed; one request at a time.</summary>
internal sealed class OwnRequests(ServerConnection server)
{
    // Closing a statement that nobody has is answered with CloseComplete and changes nothing.
    private const string NobodysStatement = "pgmux_probe";

    /// <summary>What pgmux waits for.</summary>
    public OwnRequest Current { get; private set; }

    /// <summary>Writes a query; whoever writes more after it flushes for both.</summary>
    public void Send(OwnRequest request, string sql)
    {
        Current = request;
        server.Outstanding.Add(new OutstandingRequest(RequestKind.Query, ReplyAction.Swallow) { Effect = StatementEffect.DropUnnamed });
        FrontendMessages.WriteQuery(server.Transport!.Output, sql);
    }

    /// <summary>
    /// Asks for an answer that is no ReadyForQuery, after a COPY that leaves open whether one more of those comes: see
    /// <see cref="OutstandingRequests.NeedsProbe"/>.
    /// </summary>
    public void SendProbe()
    {
        server.Outstanding.Add(RequestKind.Probe, ReplyAction.Swallow);
        FrontendMessages.WriteClose(server.Transport!.Output, StatementOrPortal.Statement, NobodysStatement);
        FrontendMessages.WriteFlush(server.Transport.Output);
        Flush();
    }

    /// <summary>Sends a Sync whose ReadyForQuery is the client's.</summary>
    public void SendSync()
    {
        server.Outstanding.Add(RequestKind.Sync, ReplyAction.Forward);
        FrontendMessages.WriteSync(server.Transport!.Output);
        Flush();
    }

    /// <summary>Sends what was written.</summary>
    public void Flush() => server.Transport!.Flush();

    /// <summary>The request has ended.</summary>
    public OwnRequest End()
    {
        var ended = Current;
        Current = OwnRequest.None;
        return ended;
    }
}
