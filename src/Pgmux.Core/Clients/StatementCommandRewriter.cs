using Pgmux.Core.Servers;
using Pgmux.Core.Statements;
using Pgmux.Core.Statements.Sql;
using Pgmux.Protocol;

namespace Pgmux.Core.Clients;

/// <summary>
/// PREPARE, EXECUTE, DEALLOCATE and DISCARD of clients, in simple queries and in Parse. These are rare beside Parse and Bind, so they are
/// handled one at a time: such a text waits until all replies have come, and what names statements waits until it has ended.
/// </summary>
internal sealed class StatementCommandRewriter(StatementRegistry registry)
{
    /// <summary>Whether a text of which only the beginning may be there begins with such a command.</summary>
    public static bool BeginsWithCommand(ReadOnlySpan<byte> text)
    {
        var reader = new StatementCommandReader(text, default);
        return reader.MoveNext(out _) && reader.StatementCount == 1;
    }

    /// <summary>
    /// Answers DEALLOCATE by itself, without a server: the server's copy may serve others. False when it is something else, or the server
    /// has to say what becomes of it.
    /// </summary>
    public static bool TryAnswer(ClientConnection client, ReadOnlySpan<byte> sql)
    {
        if (client.Statements is not { } statements || client.Server is { Outstanding.IsReady: false }
            || client.Server is { TransactionStatus: TransactionStatus.Failed } || !StatementCommandReader.MayContain(sql))
        {
            return false;
        }

        var dialect = client.Dialect;
        var reader = new StatementCommandReader(sql, dialect);
        if (!reader.MoveNext(out var command) || reader.MoveNext(out _) || reader.StatementCount != 1)
        {
            return false;
        }

        if (command.Kind == StatementCommandKind.DeallocateAll)
        {
            statements.ClearNamed();
            client.AnswerQuery("DEALLOCATE ALL");
            return true;
        }

        Span<byte> name = stackalloc byte[SqlIdentifier.MaximumBytes];
        if (command.Kind != StatementCommandKind.Deallocate
            || SqlIdentifier.Fold(sql.Slice(command.NameStart, command.NameLength), name, dialect) is not (> 0 and var length)
            || statements.Find(name[..length]) is not { Binding.View: not null } known)
        {
            return false;
        }

        known.Binding.Set(null, StatementHolder.Client);
        client.AnswerQuery("DEALLOCATE");
        return true;
    }

    /// <summary>A simple query that may hold a command.</summary>
    /// <returns>What became of it; null when there is none in it.</returns>
    public RequestRewrite? OnQuery(ClientConnection client, ServerConnection server, ReadOnlySpan<byte> sql, int messageBytes)
    {
        if (!HasCommand(client, sql))
        {
            return null;
        }

        if (MustWait(client, server))
        {
            return RequestRewrite.Later(RequestWait.AllReplies);
        }

        var translation = new CommandTranslation(registry, client.MakeStatements(), client.Configuration.Options.MaxClientPreparedStatements);
        if (translation.Translate(sql, client.Dialect, isQuery: true, out var refusal) is not { } text)
        {
            return RequestRefusal.RefuseQuery(server, registry.Names, refusal!);
        }

        Prepare(client, server, text.Commands, byQuery: server.Outstanding.IsReady);
        FrontendMessages.WriteQuery(server.Transport!.Output, text.Sql);
        AddCommands(server, RequestKind.Query, text.Commands);
        return new RequestRewrite(messageBytes);
    }

    /// <summary>A Parse whose text may hold a command.</summary>
    /// <param name="client">Whose it is.</param>
    /// <param name="server">Its server.</param>
    /// <param name="definition">Its body after the name.</param>
    /// <param name="wait">What has to come first.</param>
    /// <param name="refusal">Why it is refused.</param>
    /// <returns>
    /// A statement with the text for servers, held once for the client; null when there is no command in it, it has to wait or is refused.
    /// </returns>
    public Statement? OnParse(
        ClientConnection client, ServerConnection server, ReadOnlySpan<byte> definition, out RequestWait wait, out ErrorFields? refusal)
    {
        wait = RequestWait.None;
        refusal = null;
        var length = definition.IndexOf((byte)0);
        var sql = definition[..length];
        if (!HasCommand(client, sql))
        {
            return null;
        }

        if (MustWait(client, server))
        {
            wait = RequestWait.AllReplies;
            return null;
        }

        var statement = Make(client, definition, out refusal);
        if (statement is not null)
        {
            // What the text needs is looked for at Parse already, to find out what columns it has.
            Prepare(client, server, statement.Commands!, byQuery: false);
        }

        return statement;
    }

    /// <summary>
    /// A statement with commands is about to be used: when its names stand for something else by now, the client's name gets a text with
    /// those. A refusal leaves the text as it was.
    /// </summary>
    /// <returns>The statement to use; null when it has to wait for all replies.</returns>
    public Statement? Renew(ClientConnection client, ServerConnection server, ClientStatement name, Statement statement)
    {
        var commands = statement.Commands!;
        if (commands.IsCurrent)
        {
            return statement;
        }

        if (MustWait(client, server))
        {
            return null;
        }

        if (Make(client, commands.Source, out _) is not { } renewed)
        {
            return statement;
        }

        name.Binding.Set(renewed, StatementHolder.Client);
        renewed.Release(StatementHolder.Client);
        return renewed;
    }

    /// <summary>A statement with commands is being bound: its portal will run them.</summary>
    /// <returns>What becomes of it when there are too many portals of this kind; else null.</returns>
    public RequestRewrite? OnBind(ClientConnection client, ServerConnection server, ReadOnlySpan<byte> portal, Statement? statement)
    {
        var statements = client.Statements!;
        if (statement?.Commands is { } commands)
        {
            statements.CommandPortals ??= new CommandPortals();
            if (statements.CommandPortals.IsFull && statements.CommandPortals.Find(portal) is null)
            {
                // Transactions that end under way would make room.
                return MustWait(client, server)
                    ? RequestRewrite.Later(RequestWait.AllReplies)
                    : RequestRefusal.Refuse(server, registry.Names, ClientErrors.TooManyCommandPortals);
            }

            foreach (var step in commands.Steps)
            {
                // Its PREPARE must not find what it made once and the client has dropped since.
                if (step.Kind == StatementCommandKind.Prepare && statements.Find(step.Name)?.Binding.View != step.Statement)
                {
                    CloseIfThere(server, step.Statement!);
                }
            }
        }

        statements.CommandPortals?.Set(portal, statement is { Commands: not null } ? statement : null, server.Outstanding.Cycle);
        return null;
    }

    /// <summary>Execute, while the client has portals with commands.</summary>
    public static RequestRewrite OnExecute(ClientConnection client, ServerConnection server, ReadOnlySpan<byte> body)
    {
        var length = body.IndexOf((byte)0);
        if (length < 0 || client.Statements?.CommandPortals?.Find(body[..length])?.Commands is not { } commands)
        {
            return RequestRewrite.Forward(server, RequestKind.Execute);
        }

        if (commands.ChangesNames && MustWait(client, server))
        {
            return RequestRewrite.Later(RequestWait.AllReplies);
        }

        // Since its Parse the statement that holds the command has taken a place itself, and others have come.
        MakeRoom(client, server, commands);
        AddCommands(server, RequestKind.Execute, commands);
        return RequestRewrite.Unchanged;
    }

    /// <summary>Whether replies are still to come; what has been sent so far is made to be answered.</summary>
    public static bool MustWait(ClientConnection client, ServerConnection server)
    {
        client.FlushRequests(server);
        return server.Outstanding.Count > 0;
    }

    private static void CloseIfThere(ServerConnection server, Statement statement)
    {
        if (server.Statements.Has(statement, server.Outstanding.Cycle) == true || server.Statements.HasStale(statement))
        {
            ServerPreparation.Close(server, statement);
        }
    }

    private static void AddCommands(ServerConnection server, RequestKind kind, StatementCommands commands) =>
        server.Outstanding.Add(new OutstandingRequest(kind, ReplyAction.Forward) { Effect = StatementEffect.Commands, Subject = commands });

    private static bool HasCommand(ClientConnection client, ReadOnlySpan<byte> sql)
    {
        // Most texts are told from their first word.
        if (!StatementCommandReader.MayContain(sql))
        {
            return false;
        }

        var reader = new StatementCommandReader(sql, client.Dialect);
        return reader.MoveNext(out _);
    }

    private Statement? Make(ClientConnection client, ReadOnlySpan<byte> definition, out ErrorFields? refusal)
    {
        var length = definition.IndexOf((byte)0);
        var translation = new CommandTranslation(registry, client.MakeStatements(), client.Configuration.Options.MaxClientPreparedStatements);
        if (translation.Translate(definition, client.Dialect, isQuery: false, out refusal) is not { } text)
        {
            return null;
        }

        var statement = registry.CreateUnshared(StatementLevel.Protocol, [.. text.Sql, .. definition[length..]], text.Commands);
        if (statement is null)
        {
            text.Commands.Release();
            refusal = ClientErrors.NoRoomForStatement;
        }

        return statement;
    }

    // For what the text prepares itself.
    private static void MakeRoom(ClientConnection client, ServerConnection server, StatementCommands commands)
    {
        foreach (var step in commands.Steps)
        {
            if (step.Kind == StatementCommandKind.Prepare)
            {
                ServerPreparation.TryMakeRoom(server, step.Statement!, client.ServerStatementLimit, commands.Required);
            }
        }
    }

    private void Prepare(ClientConnection client, ServerConnection server, StatementCommands commands, bool byQuery)
    {
        var limit = client.ServerStatementLimit;
        foreach (var step in commands.Steps)
        {
            if (step.Kind == StatementCommandKind.Prepare)
            {
                // The text makes it itself, and what is there would be in its way.
                CloseIfThere(server, step.Statement!);
            }
        }

        MakeRoom(client, server, commands);

        if (server.TransactionStatus == TransactionStatus.Failed)
        {
            // Nothing can be prepared now; what the text may still do is to end the transaction.
            return;
        }

        foreach (var statement in commands.Required)
        {
            ServerPreparation.TryPrepare(server, statement, limit, client.Counters, registry.Names, byQuery, commands.Required);
        }

        foreach (var statement in commands.Taken)
        {
            // Lost ones show here. PREPARE would put another text under the name.
            FrontendMessages.WriteDescribe(server.Transport!.Output, StatementOrPortal.Statement, statement.ServerName);
            server.Outstanding.Add(new OutstandingRequest(RequestKind.Describe, ReplyAction.Prelude)
            {
                Effect = StatementEffect.Use,
                Statement = statement,
            });
        }
    }
}
