using Pgmux.Core.Servers;
using Pgmux.Core.Statements;
using Pgmux.Protocol;

namespace Pgmux.Core.Clients;

/// <summary>
/// Refuses a request of a client in its turn: the server is sent one that must fail, so that it skips and rolls back as after any error,
/// and the client gets pgmux's error in place of the server's.
/// </summary>
internal static class RequestRefusal
{
    /// <summary>In place of a message of an extended query.</summary>
    public static RequestRewrite Refuse(ServerConnection server, StatementNames names, ErrorFields error)
    {
        FrontendMessages.WriteDescribe(server.Transport!.Output, StatementOrPortal.Statement, names.Nobody);
        server.Outstanding.Add(new OutstandingRequest(RequestKind.Describe, ReplyAction.ReplaceError) { Subject = error });
        return RequestRewrite.Dropped;
    }

    /// <summary>In place of a simple query.</summary>
    public static RequestRewrite RefuseQuery(ServerConnection server, StatementNames names, ErrorFields error)
    {
        FrontendMessages.WriteQuery(server.Transport!.Output, [.. "EXECUTE "u8, .. names.Nobody]);
        server.Outstanding.Add(new OutstandingRequest(RequestKind.Query, ReplyAction.ReplaceError) { Subject = error });
        return RequestRewrite.Dropped;
    }
}
