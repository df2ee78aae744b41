using Pgmux.Core.Servers;
using Pgmux.Core.Statements;
using Pgmux.Protocol;

namespace Pgmux.Core.Clients;

/// <summary>
/// Finds the statements that Bind and Describe name, and puts ahead what the server lacks of them. A name that stands for nothing reaches
/// the server as it is, so that its error is the right one. Stateless.
/// </summary>
internal sealed class StatementLocator(StatementRegistry registry, StatementCommandRewriter commands)
{
    /// <summary>Finds what a name stands for, and sees to it that the server knows it.</summary>
    /// <param name="client">Whose name it is.</param>
    /// <param name="server">Its server.</param>
    /// <param name="name">The name.</param>
    /// <param name="known">The client's entry; null when it has none.</param>
    /// <param name="serverName">The name on the server.</param>
    /// <param name="statement">What it stands for; null when that is nothing.</param>
    /// <returns>What has to come first; then nothing else is said.</returns>
    public RequestWait Locate(
        ClientConnection client,
        ServerConnection server,
        ReadOnlySpan<byte> name,
        out ClientStatement? known,
        out ReadOnlySpan<byte> serverName,
        out Statement? statement)
    {
        statement = null;
        serverName = name;
        var cycle = server.Outstanding.Cycle;
        known = client.Statements?.Find(name);
        if (known is not null && !known.Binding.IsCertainIn(cycle))
        {
            return RequestWait.EarlierCycles;
        }

        statement = known?.Binding.View;
        if (statement?.Commands is not null)
        {
            statement = commands.Renew(client, server, known!, statement);
            if (statement is null)
            {
                return RequestWait.AllReplies;
            }
        }

        if (name.IsEmpty)
        {
            return LocateUnnamed(client, server, statement, out serverName);
        }

        if (statement is null)
        {
            // No server has a statement of a client's name, so the server's error is the right one. Its own names are not to be had.
            if (name.StartsWith(registry.Names.Prefix))
            {
                serverName = registry.Names.Nobody;
                known = new ClientStatement(name.ToArray());
            }

            return RequestWait.None;
        }

        serverName = statement.ServerName;
        return ServerPreparation.TryPrepare(server, statement, client.ServerStatementLimit, client.Counters, registry.Names)
            ? RequestWait.None
            : RequestWait.EarlierCycles;
    }

    private RequestWait LocateUnnamed(
        ClientConnection client, ServerConnection server, Statement? statement, out ReadOnlySpan<byte> serverName)
    {
        serverName = [];
        ref var unnamed = ref server.Statements.Unnamed;

        // First what its text needs: that may take the server's unnamed statement away.
        if (statement?.Commands is { } commands && !commands.Required.All(
            required => ServerPreparation.TryPrepare(server, required, client.ServerStatementLimit, client.Counters, registry.Names)))
        {
            return RequestWait.EarlierCycles;
        }

        if (!unnamed.IsCertainIn(server.Outstanding.Cycle))
        {
            return RequestWait.EarlierCycles;
        }

        if (ReferenceEquals(unnamed.View, statement))
        {
            return RequestWait.None;
        }

        if (statement is not { IsReplayable: true })
        {
            // The server's is somebody else's: without it the server's error is the right one.
            FrontendMessages.WriteClose(server.Transport!.Output, StatementOrPortal.Statement, name: []);
            server.Outstanding.Add(new OutstandingRequest(RequestKind.Close, ReplyAction.Prelude) { Effect = StatementEffect.DropUnnamed });
            return RequestWait.None;
        }

        if ((client.Configuration.Options.SharesUnnamedStatements && statement.IsShared) || server.Statements.Has(statement, server.Outstanding.Cycle) == true)
        {
            serverName = statement.ServerName;
            return ServerPreparation.TryPrepare(server, statement, client.ServerStatementLimit, client.Counters, registry.Names)
                ? RequestWait.None
                : RequestWait.EarlierCycles;
        }

        client.Counters.ServerParses++;
        FrontendMessages.WriteParse(server.Transport!.Output, name: [], statement.Definition);
        server.Outstanding.Add(new OutstandingRequest(RequestKind.Parse, ReplyAction.Prelude)
        {
            Effect = StatementEffect.MakeUnnamed,
            Statement = statement,
        });
        return RequestWait.None;
    }
}
