using Pgmux.Core.Servers;
using Pgmux.Core.Statements;
using Pgmux.Protocol;

namespace Pgmux.Core.Clients.UserLookup;

/// <summary>
/// auth_query as it is sent: one extended query, and so one transaction, in one write. The user's name is a parameter and never a part of
/// the text; what names in the text mean is not left to whoever had the server before, nor to temporary objects (CVE-2025-12819).
/// </summary>
internal static class AuthQueryMessages
{
    /// <summary>
    /// The schemas that auth_query finds its tables, functions and operators in: PostgreSQL's own come first. The rest are those that
    /// PostgreSQL looks through by default; temporary objects, which it would put first, come last.
    /// </summary>
    public const string SearchPath = """pg_catalog, "$user", public, pg_temp""";

    // The end of the transaction ends it.
    private const string SetSearchPath = $"SELECT pg_catalog.set_config('search_path', '{SearchPath}', true)";

    // One row is what is wanted; a second one is enough to know that there are more.
    private const int MostRows = 2;

    /// <summary>Sends the query; its replies are the lessee's.</summary>
    public static void Send(ServerConnection server, string query, string user)
    {
        Write(server, SetSearchPath, []);
        Write(server, query, [WireText.Encode(user)], isDescribed: true);
        server.Outstanding.Add(RequestKind.Sync, ReplyAction.Forward);
        FrontendMessages.WriteSync(server.Transport!.Output);
        server.Transport.Flush();
    }

    private static void Write(ServerConnection server, string query, byte[][] parameters, bool isDescribed = false)
    {
        var output = server.Transport!.Output;

        // The unnamed statement is in the way of nobody: who had it here before makes it again.
        server.Outstanding.Add(new OutstandingRequest(RequestKind.Parse, ReplyAction.Forward) { Effect = StatementEffect.DropUnnamed });
        FrontendMessages.WriteParse(output, "", query, []);
        server.Outstanding.Add(RequestKind.Bind, ReplyAction.Forward);
        FrontendMessages.WriteBind(output, "", "", [], parameters, []);
        if (isDescribed)
        {
            server.Outstanding.Add(RequestKind.Describe, ReplyAction.Forward);
            FrontendMessages.WriteDescribe(output, StatementOrPortal.Portal, "");
        }

        server.Outstanding.Add(RequestKind.Execute, ReplyAction.Forward);
        FrontendMessages.WriteExecute(output, "", MostRows);
    }
}
