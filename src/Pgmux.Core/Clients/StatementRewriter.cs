using Pgmux.Core.Pooling;
using Pgmux.Core.Servers;
using Pgmux.Core.Statements;
using Pgmux.Protocol;

namespace Pgmux.Core.Clients;

/// <summary>
/// Sends a client's prepared statements along with it: names in Parse, Bind, Describe and Close are replaced by server-side ones, and what
/// the server lacks is put ahead. Where PostgreSQL would answer with an error, the server is made to give that error itself, so that it
/// skips and rolls back as it should. Stateless: one for the process.
/// </summary>
internal sealed class StatementRewriter(StatementRegistry registry)
{
    /// <summary>
    /// Longest text of a named statement, and longest simple query that is looked into: it stands in memory as a whole. An IN list of
    /// 65,535 parameters takes half of it.
    /// </summary>
    public const int TextBytesLimit = 1024 * 1024;

    /// <summary>Longest names of portal and statement together: they stand in memory as a whole.</summary>
    public const int NameBytesLimit = 64 * 1024;

    private readonly StatementCommandRewriter _commands = new(registry);

    /// <summary>All statements.</summary>
    public StatementRegistry Registry => registry;

    /// <summary>Whether as much of the message has arrived as <see cref="Rewrite"/> needs.</summary>
    /// <exception cref="ProtocolViolationException">Names are longer than <see cref="NameBytesLimit"/>.</exception>
    public static bool HasArrived(ClientConnection client, FrontendMessageType type, ReadOnlySpan<byte> arrived, int bodyLength)
    {
        if (arrived.Length >= bodyLength)
        {
            return true;
        }

        switch (type)
        {
            case FrontendMessageType.Parse or FrontendMessageType.Query when bodyLength > TextBytesLimit:
                return type == FrontendMessageType.Query || HasName(arrived, type, bodyLength);
            case FrontendMessageType.Bind:
                return arrived.IndexOf((byte)0) is >= 0 and var portal && HasName(arrived[(portal + 1)..], type, bodyLength)
                    || (arrived.Length > NameBytesLimit && HasName(arrived, type, bodyLength));
            default:
                return false;
        }
    }

    /// <summary>
    /// Deals with a message of which <see cref="HasArrived"/> has said yes: writes what the server gets instead of its beginning and notes
    /// all requests. The client has its server, which has room.
    /// </summary>
    /// <param name="client">Whose message it is.</param>
    /// <param name="server">Its server.</param>
    /// <param name="type">The message's type.</param>
    /// <param name="message">What of the message has arrived, from its header on.</param>
    /// <param name="bodyLength">How long its body is.</param>
    public RequestRewrite Rewrite(
        ClientConnection client, ServerConnection server, FrontendMessageType type, ReadOnlySpan<byte> message, int bodyLength)
    {
        var arrived = message[FrameReader.HeaderBytes..];
        var body = arrived.Length > bodyLength ? arrived[..bodyLength] : arrived;
        if (server.Outstanding.IsSkipping || server.Outstanding.IsCopyInOpen)
        {
            // The server drops it unread, or refuses it for what it is.
            server.Outstanding.Add(RequestKinds.Of(type)!.Value, ReplyAction.Forward);
            return RequestRewrite.Unchanged;
        }

        if (server.Outstanding.ChangesNames && StatementCommandRewriter.MustWait(client, server))
        {
            return RequestRewrite.Later(RequestWait.AllReplies);
        }

        return type switch
        {
            FrontendMessageType.Parse => OnParse(client, server, body, bodyLength),
            FrontendMessageType.Bind => OnBind(client, server, body, bodyLength),
            FrontendMessageType.Describe => OnDescribe(client, server, body),
            FrontendMessageType.Close => OnClose(client, server, body),
            FrontendMessageType.Execute => StatementCommandRewriter.OnExecute(client, server, body),
            _ => OnQuery(client, server, body, bodyLength),
        };
    }

    private static bool HasName(ReadOnlySpan<byte> arrived, FrontendMessageType type, int bodyLength)
    {
        if (arrived.Contains((byte)0))
        {
            return true;
        }

        return arrived.Length <= NameBytesLimit ? false : throw ProtocolViolationException.InvalidMessageLength((byte)type, bodyLength);
    }

    // Whether pgmux may say ParseComplete: the server would say so too. In a failed transaction it would not, and whether an earlier
    // query cycle fails is not known before its replies have come.
    private static bool MayAnswer(ServerConnection server) =>
        !server.Outstanding.HasEarlierCycle && server.TransactionStatus != TransactionStatus.Failed;

    private static RequestRewrite Forward(ServerConnection server, RequestKind kind)
    {
        server.Outstanding.Add(kind, ReplyAction.Forward);
        return RequestRewrite.Unchanged;
    }

    private static PoolCounters CountersOf(ClientConnection client) => client.Pool!.CountersOf(client.Loop);

    private static int LimitOf(ClientConnection client) => client.Configuration.Options.MaxPreparedStatements;

    private RequestRewrite OnParse(ClientConnection client, ServerConnection server, ReadOnlySpan<byte> body, int bodyLength)
    {
        CountersOf(client).ClientParses++;
        if (body.Length < bodyLength)
        {
            return OnLongParse(client, server, body);
        }

        if (!Parse.TrySplit(body, out var name, out var definition))
        {
            return Forward(server, RequestKind.Parse);
        }

        if (bodyLength > TextBytesLimit)
        {
            return OnLongParse(client, server, body);
        }

        return name.IsEmpty
            ? OnParseUnnamed(client, server, definition, FrameReader.HeaderBytes + bodyLength)
            : OnParseNamed(client, server, name, definition, FrameReader.HeaderBytes + bodyLength);
    }

    // A text that is not kept: an unnamed statement lives on the server where it is parsed, a named one is refused.
    private RequestRewrite OnLongParse(ClientConnection client, ServerConnection server, ReadOnlySpan<byte> body)
    {
        if (body[0] != 0)
        {
            return Refuse(server, ClientErrors.StatementTooLong);
        }

        var statement = registry.CreateUntracked();
        CountersOf(client).ServerParses++;
        AddParseUnnamed(server, client.MakeStatements().Unnamed, statement);
        statement.Release(StatementHolder.Client);
        return RequestRewrite.Unchanged;
    }

    private RequestRewrite OnParseNamed(
        ClientConnection client, ServerConnection server, ReadOnlySpan<byte> name, ReadOnlySpan<byte> definition, int messageBytes)
    {
        var statements = client.MakeStatements();
        var outstanding = server.Outstanding;
        var known = statements.Find(name);
        if (known is not null && !known.Binding.IsCertainIn(outstanding.Cycle))
        {
            return RequestRewrite.Later(RequestWait.EarlierCycles);
        }

        if (known?.Binding.View is not null)
        {
            return OnNameTaken(server, name, definition, messageBytes);
        }

        if (IsFull(client, statements))
        {
            return Refuse(server, ClientErrors.TooManyStatements(client.Configuration.Options.MaxClientPreparedStatements));
        }

        if (!statements.HasRoomFor(name) || registry.IsTooMuchFor(statements, definition.Length))
        {
            return Refuse(server, ClientErrors.NoRoomForStatement);
        }

        var statement = _commands.OnParse(client, server, definition, out var wait, out var refusal);
        if (wait != RequestWait.None)
        {
            return RequestRewrite.Later(wait);
        }

        statement ??= refusal is null ? registry.Intern(StatementLevel.Protocol, definition) : null;
        if (statement is null)
        {
            return Refuse(server, refusal ?? ClientErrors.NoRoomForStatement);
        }

        var rewrite = Make(client, server, statements.GetOrAdd(name, statement), statement, messageBytes);
        statement.Release(StatementHolder.Client);
        return rewrite;
    }

    // The server looks at the text first and has its say, then the name is refused, as in PostgreSQL. Neither depends on what the server
    // has under the name.
    private RequestRewrite OnNameTaken(
        ServerConnection server, ReadOnlySpan<byte> name, ReadOnlySpan<byte> definition, int messageBytes)
    {
        FrontendMessages.WriteParse(server.Transport!.Output, name: [], definition);
        server.Outstanding.Add(new OutstandingRequest(RequestKind.Parse, ReplyAction.Prelude)
        {
            Effect = StatementEffect.MakeUnnamed,
            Statement = Statement.Unknown,
        });
        Refuse(server, ClientErrors.StatementExists(WireText.Decode(name)));
        return new RequestRewrite(messageBytes);
    }

    // The client's name, or its unnamed statement, is to stand for a statement that servers keep.
    private static RequestRewrite Make(
        ClientConnection client, ServerConnection server, ClientStatement name, Statement statement, int messageBytes)
    {
        var outstanding = server.Outstanding;
        var has = server.Statements.Has(statement, outstanding.Cycle);
        if (has is null)
        {
            return RequestRewrite.Later(RequestWait.EarlierCycles);
        }

        if (has.Value && MayAnswer(server))
        {
            server.Statements.Touch(statement);
            statement.CountHit(client.Loop.Index);
            outstanding.Add(new OutstandingRequest(RequestKind.Parse, ReplyAction.Synthesise)
            {
                Effect = StatementEffect.Name,
                Subject = name,
                Statement = statement,
            });
            return new RequestRewrite(messageBytes);
        }

        if (has.Value)
        {
            // The server has to say whether it would parse the text now. The copy that it has stays.
            server.Statements.Touch(statement);
            CountersOf(client).ServerParses++;
            FrontendMessages.WriteParse(server.Transport!.Output, name: [], statement.Definition);
            outstanding.Add(new OutstandingRequest(RequestKind.Parse, ReplyAction.Forward)
            {
                Effect = StatementEffect.NameAfterParse,
                Subject = name,
                Statement = statement,
            });
            return new RequestRewrite(messageBytes);
        }

        if (!ServerPreparation.TryMakeRoom(server, statement, LimitOf(client)))
        {
            return RequestRewrite.Later(RequestWait.EarlierCycles);
        }

        CountersOf(client).ServerParses++;
        FrontendMessages.WriteParse(server.Transport!.Output, statement.ServerName, statement.Definition);
        outstanding.Add(new OutstandingRequest(RequestKind.Parse, ReplyAction.Forward)
        {
            Effect = StatementEffect.Make,
            Subject = name,
            Statement = statement,
        });
        return new RequestRewrite(messageBytes);
    }

    private RequestRewrite OnParseUnnamed(
        ClientConnection client, ServerConnection server, ReadOnlySpan<byte> definition, int messageBytes)
    {
        var unnamed = client.MakeStatements().Unnamed;
        var statement = unnamed.Binding.View is { IsShared: true, Level: StatementLevel.Protocol } same && definition.SequenceEqual(same.Definition)
            ? same
            : null;
        var isNew = statement is null;
        if (statement is null)
        {
            statement = _commands.OnParse(client, server, definition, out var wait, out var refusal);
            if (wait != RequestWait.None)
            {
                return RequestRewrite.Later(wait);
            }

            if (refusal is not null)
            {
                return Refuse(server, refusal);
            }
        }

        statement ??= registry.Intern(StatementLevel.Protocol, definition) ?? registry.CreateUntracked();
        RequestRewrite rewrite;
        if (client.Configuration.Options.SharesUnnamedStatements && statement is { IsReplayable: true, IsShared: true } && MayAnswer(server))
        {
            rewrite = Make(client, server, unnamed, statement, messageBytes);
        }
        else
        {
            CountersOf(client).ServerParses++;
            AddParseUnnamed(server, unnamed, statement);
            rewrite = RequestRewrite.Unchanged;
            if (statement.Commands is not null)
            {
                // Its text has server-side names.
                FrontendMessages.WriteParse(server.Transport!.Output, name: [], statement.Definition);
                rewrite = new RequestRewrite(messageBytes);
            }
        }

        if (isNew)
        {
            // The requests under way hold it now.
            statement.Release(StatementHolder.Client);
        }

        return rewrite;
    }

    private static void AddParseUnnamed(ServerConnection server, ClientStatement unnamed, Statement statement) =>
        server.Outstanding.Add(new OutstandingRequest(RequestKind.Parse, ReplyAction.Forward)
        {
            Effect = StatementEffect.MakeUnnamed,
            Subject = unnamed,
            Statement = statement,
        });

    private RequestRewrite OnBind(ClientConnection client, ServerConnection server, ReadOnlySpan<byte> body, int bodyLength)
    {
        CountersOf(client).Binds++;
        var portalLength = body.IndexOf((byte)0);
        var nameLength = portalLength < 0 ? -1 : body[(portalLength + 1)..].IndexOf((byte)0);
        if (nameLength < 0)
        {
            return Forward(server, RequestKind.Bind);
        }

        var name = body.Slice(portalLength + 1, nameLength);
        if (Locate(client, server, name, out var known, out var serverName, out var statement) is var wait && wait != RequestWait.None)
        {
            return RequestRewrite.Later(wait);
        }

        if ((statement?.Commands is not null || client.Statements?.CommandPortals is not null)
            && !StatementCommandRewriter.OnBind(client, server, body[..portalLength], statement))
        {
            return Refuse(server, ClientErrors.TooManyCommandPortals);
        }

        server.Outstanding.Add(new OutstandingRequest(RequestKind.Bind, ReplyAction.Forward)
        {
            Effect = statement is null ? StatementEffect.None : StatementEffect.Use,
            Subject = known,
            Statement = statement,
        });
        if (serverName.SequenceEqual(name))
        {
            return RequestRewrite.Unchanged;
        }

        var headLength = portalLength + 1 + nameLength + 1;
        FrontendMessages.WriteBindHead(server.Transport!.Output, body[..portalLength], serverName, bodyLength - headLength);
        return new RequestRewrite(FrameReader.HeaderBytes + headLength);
    }

    private RequestRewrite OnDescribe(ClientConnection client, ServerConnection server, ReadOnlySpan<byte> body)
    {
        if (!TryReadStatementName(body, out var name))
        {
            return Forward(server, RequestKind.Describe);
        }

        if (Locate(client, server, name, out var known, out var serverName, out var statement) is var wait && wait != RequestWait.None)
        {
            return RequestRewrite.Later(wait);
        }

        server.Outstanding.Add(new OutstandingRequest(RequestKind.Describe, ReplyAction.Forward)
        {
            Effect = statement is null ? StatementEffect.None : StatementEffect.Use,
            Subject = known,
            Statement = statement,
        });
        if (serverName.SequenceEqual(name))
        {
            return RequestRewrite.Unchanged;
        }

        FrontendMessages.WriteDescribe(server.Transport!.Output, StatementOrPortal.Statement, serverName);
        return new RequestRewrite(FrameReader.HeaderBytes + body.Length);
    }

    // A statement that a client closes stays on the server: others use it, and it goes when it has not been used for long.
    private static RequestRewrite OnClose(ClientConnection client, ServerConnection server, ReadOnlySpan<byte> body)
    {
        if (!TryReadStatementName(body, out var name))
        {
            return Forward(server, RequestKind.Close);
        }

        var known = client.Statements?.Find(name);
        server.Outstanding.Add(new OutstandingRequest(RequestKind.Close, ReplyAction.Synthesise)
        {
            Effect = known is null ? StatementEffect.None : StatementEffect.Forget,
            Subject = known,
        });
        return new RequestRewrite(FrameReader.HeaderBytes + body.Length);
    }

    private RequestRewrite OnQuery(ClientConnection client, ServerConnection server, ReadOnlySpan<byte> body, int bodyLength)
    {
        // Whole and well-formed, as far as it is looked into; the rest is the server's to judge.
        if (body.Length == bodyLength && bodyLength is > 0 and <= TextBytesLimit && body.IndexOf((byte)0) == bodyLength - 1
            && _commands.OnQuery(client, server, body[..^1], FrameReader.HeaderBytes + bodyLength) is { } rewrite)
        {
            return rewrite;
        }

        if (bodyLength > TextBytesLimit && StatementCommandRewriter.BeginsWithCommand(body))
        {
            return RefuseQuery(server, ClientErrors.StatementTooLong);
        }

        var unnamed = client.Statements?.Unnamed;
        var hasUnnamed = unnamed is { Binding.IsEmpty: false } || !server.Statements.Unnamed.IsEmpty;
        server.Outstanding.Add(new OutstandingRequest(RequestKind.Query, ReplyAction.Forward)
        {
            Effect = hasUnnamed ? StatementEffect.DropUnnamed : StatementEffect.None,
            Subject = hasUnnamed ? unnamed : null,
        });
        return RequestRewrite.Unchanged;
    }

    private static bool TryReadStatementName(ReadOnlySpan<byte> body, out ReadOnlySpan<byte> name)
    {
        // Anything else than one whole name is for the server to refuse.
        if (body.Length >= 2 && body[0] == StatementOrPortal.Statement && body[1..].IndexOf((byte)0) == body.Length - 2)
        {
            name = body[1..^1];
            return true;
        }

        name = default;
        return false;
    }

    // Finds what a name stands for, and sees to it that the server knows it under serverName.
    private RequestWait Locate(
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
            statement = _commands.Renew(client, server, known!, statement);
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
        return ServerPreparation.TryPrepare(server, statement, LimitOf(client), CountersOf(client), registry.Names)
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
            required => ServerPreparation.TryPrepare(server, required, LimitOf(client), CountersOf(client), registry.Names)))
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
            return ServerPreparation.TryPrepare(server, statement, LimitOf(client), CountersOf(client), registry.Names)
                ? RequestWait.None
                : RequestWait.EarlierCycles;
        }

        CountersOf(client).ServerParses++;
        FrontendMessages.WriteParse(server.Transport!.Output, name: [], statement.Definition);
        server.Outstanding.Add(new OutstandingRequest(RequestKind.Parse, ReplyAction.Prelude)
        {
            Effect = StatementEffect.MakeUnnamed,
            Statement = statement,
        });
        return RequestWait.None;
    }

    private static bool IsFull(ClientConnection client, ClientStatements statements)
    {
        var limit = client.Configuration.Options.MaxClientPreparedStatements;
        return statements.MostCount >= limit && statements.Count >= limit;
    }

    private RequestRewrite RefuseQuery(ServerConnection server, ErrorFields error)
    {
        _commands.Refuse(server, error);
        return RequestRewrite.Dropped;
    }

    // A request that fails on the server, whose error the client gets in pgmux's words.
    private RequestRewrite Refuse(ServerConnection server, ErrorFields error)
    {
        FrontendMessages.WriteDescribe(server.Transport!.Output, StatementOrPortal.Statement, registry.Names.Nobody);
        server.Outstanding.Add(new OutstandingRequest(RequestKind.Describe, ReplyAction.ReplaceError) { Subject = error });
        return RequestRewrite.Dropped;
    }
}
