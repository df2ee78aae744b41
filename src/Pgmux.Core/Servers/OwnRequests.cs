using Pgmux.Core.Statements;
using Pgmux.Protocol;

namespace Pgmux.Core.Servers;

/// <summary>Sends what pgmux itself asks of a server. The replies are swallowed; one request at a time.</summary>
internal sealed class OwnRequests(ServerConnection server)
{
    /// <summary>A statement that nobody has: closing it is answered with CloseComplete and changes nothing.</summary>
    public const string NobodysStatement = "pgmux_probe";

    // A statement, and a portal, for a moment.
    private const string OwnName = "pgmux_own";

    /// <summary>What pgmux waits for.</summary>
    public OwnRequest Current { get; private set; }

    /// <summary>Writes a query; whoever writes more after it flushes for both.</summary>
    public void Send(OwnRequest request, string sql)
    {
        Current = request;
        server.Outstanding.Add(new OutstandingRequest(RequestKind.Query, ReplyAction.Swallow) { Effect = StatementEffect.DropUnnamed });
        FrontendMessages.WriteQuery(server.Transport!.Output, sql);
    }

    /// <summary>The same for statements that may not take the place of the server's unnamed statement and portal, as a query does.</summary>
    public void SendExtended(OwnRequest request, IEnumerable<string> statements)
    {
        Current = request;
        var output = server.Transport!.Output;
        foreach (var sql in statements)
        {
            // One that has failed is still there the next time.
            FrontendMessages.WriteClose(output, StatementOrPortal.Statement, OwnName);
            server.Outstanding.Add(RequestKind.Close, ReplyAction.Swallow);
            FrontendMessages.WriteParse(output, OwnName, sql, []);
            server.Outstanding.Add(RequestKind.Parse, ReplyAction.Swallow);
            FrontendMessages.WriteBind(output, OwnName, OwnName);
            server.Outstanding.Add(RequestKind.Bind, ReplyAction.Swallow);
            FrontendMessages.WriteExecute(output, OwnName);
            server.Outstanding.Add(RequestKind.Execute, ReplyAction.Swallow);
            FrontendMessages.WriteClose(output, StatementOrPortal.Portal, OwnName);
            server.Outstanding.Add(RequestKind.Close, ReplyAction.Swallow);
        }

        FrontendMessages.WriteClose(output, StatementOrPortal.Statement, OwnName);
        server.Outstanding.Add(RequestKind.Close, ReplyAction.Swallow);
        FrontendMessages.WriteSync(output);
        server.Outstanding.Add(RequestKind.Sync, ReplyAction.Swallow);
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
