using System.Buffers;
using Pgmux.Core.Pooling;
using Pgmux.Core.Servers;
using Pgmux.Core.Statements;
using Pgmux.Protocol;

namespace Pgmux.Core.Clients;

/// <summary>
/// Puts ahead of a client's request what its server lacks: the Parse of the statement, the Close of the one that makes room. Written, not
/// flushed: all goes out with the request itself. The replies are swallowed; an error takes the place of the answer to the request.
/// </summary>
internal static class ServerPreparation
{
    /// <summary>
    /// Sees to it that the server has the statement when the next request reaches it. False when replies to earlier query cycles have to
    /// come first.
    /// </summary>
    /// <param name="server">The server of the client.</param>
    /// <param name="statement">What the request needs.</param>
    /// <param name="limit">Most statements of a server. max_prepared_statements.</param>
    /// <param name="counters">Where the Parse is counted.</param>
    /// <param name="names">Server-side names.</param>
    /// <param name="byQuery">Whether PREPARE may be a simple query: the request is one, and no extended query is open before it.</param>
    /// <param name="spared">Statements that the same text needs.</param>
    public static bool TryPrepare(
        ServerConnection server,
        Statement statement,
        int limit,
        PoolCounters counters,
        StatementNames names,
        bool byQuery = false,
        IReadOnlyList<Statement>? spared = null)
    {
        if (!TryPrepareRequired(server, statement, limit, counters, names))
        {
            return false;
        }

        switch (server.Statements.Has(statement, server.Outstanding.Cycle))
        {
            case null:
                return false;
            case true:
                server.Statements.Touch(statement);
                return true;
        }

        if (!TryMakeRoom(server, statement, limit, spared))
        {
            return false;
        }

        counters.ServerParses++;
        if (statement.Level == StatementLevel.Protocol)
        {
            FrontendMessages.WriteParse(server.Transport!.Output, statement.ServerName, statement.Definition);
            server.Outstanding.Add(new OutstandingRequest(RequestKind.Parse, ReplyAction.Prelude)
            {
                Effect = StatementEffect.Make,
                Statement = statement,
            });
        }
        else if (byQuery)
        {
            PrepareByQuery(server, statement);
        }
        else
        {
            PrepareBySql(server, statement, names.Portal);
        }

        return true;
    }

    /// <summary>The same for the statements that the text of this one runs by EXECUTE and its kin.</summary>
    public static bool TryPrepareRequired(ServerConnection server, Statement statement, int limit, PoolCounters counters, StatementNames names)
    {
        if (statement.Commands is { } commands)
        {
            foreach (var required in commands.Required)
            {
                if (!TryPrepare(server, required, limit, counters, names))
                {
                    return false;
                }
            }
        }

        return true;
    }

    /// <summary>
    /// Closes what has to go before the statement can be made: a stale copy of it, and the least recently used one where the server is full.
    /// False when replies to earlier query cycles have to come first.
    /// </summary>
    /// <param name="server">The server of the client.</param>
    /// <param name="statement">What is to be made.</param>
    /// <param name="limit">Most statements of a server.</param>
    /// <param name="spared">Statements that the same text needs.</param>
    public static bool TryMakeRoom(ServerConnection server, Statement statement, int limit, IReadOnlyList<Statement>? spared = null)
    {
        if (server.Statements.HasStale(statement))
        {
            Close(server, statement);
        }

        while (server.Statements.Count >= Math.Max(limit, 1))
        {
            if (server.Statements.FindVictim(server.Outstanding.Cycle, spared ?? statement.Commands?.Required) is not { } victim)
            {
                // With a limit of 1 a text that needs another statement is one too many for a moment.
                return !server.Outstanding.HasEarlierCycle;
            }

            Close(server, victim);
        }

        return true;
    }

    /// <summary>Closes the server's copy.</summary>
    public static void Close(ServerConnection server, Statement statement)
    {
        FrontendMessages.WriteClose(server.Transport!.Output, StatementOrPortal.Statement, statement.ServerName);
        server.Outstanding.Add(new OutstandingRequest(RequestKind.Close, ReplyAction.Prelude)
        {
            Effect = StatementEffect.Drop,
            Statement = statement,
        });
    }

    // Ahead of a Query an Execute would not do: without a Sync behind it PostgreSQL takes what follows for the same transaction.
    private static void PrepareByQuery(ServerConnection server, Statement statement)
    {
        FrontendMessages.WriteQuery(server.Transport!.Output, [.. "PREPARE "u8, .. statement.ServerName, .. statement.Definition]);
        server.Outstanding.Add(new OutstandingRequest(RequestKind.Query, ReplyAction.Prelude)
        {
            Effect = StatementEffect.Make,
            Statement = statement,
        });
    }

    // PREPARE as an extended query: a Query would end the client's implicit transaction. The portal has a name, because the client's
    // unnamed one may still be in use.
    private static void PrepareBySql(ServerConnection server, Statement statement, ReadOnlySpan<byte> portal)
    {
        var output = server.Transport!.Output;
        var outstanding = server.Outstanding;

        FrontendMessages.WriteParse(output, name: [], [.. "PREPARE "u8, .. statement.ServerName, .. statement.Definition, 0, 0, 0]);
        outstanding.Add(new OutstandingRequest(RequestKind.Parse, ReplyAction.Prelude)
        {
            Effect = StatementEffect.MakeUnnamed,
            Statement = Statement.Unknown,
        });
        FrontendMessages.WriteBindHead(output, portal, statement: [], NoParameters.Length);
        output.Write(NoParameters);
        outstanding.Add(RequestKind.Bind, ReplyAction.Prelude);
        FrontendMessages.WriteExecute(output, portal);
        outstanding.Add(new OutstandingRequest(RequestKind.Execute, ReplyAction.Prelude)
        {
            Effect = StatementEffect.Make,
            Statement = statement,
        });
        FrontendMessages.WriteClose(output, StatementOrPortal.Portal, portal);
        outstanding.Add(RequestKind.Close, ReplyAction.Prelude);
    }

    // No parameter formats, no parameters, no result formats.
    private static ReadOnlySpan<byte> NoParameters => [0, 0, 0, 0, 0, 0];
}
