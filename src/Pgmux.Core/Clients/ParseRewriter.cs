using Microsoft.Extensions.Logging;
using Pgmux.Core.Servers;
using Pgmux.Core.Statements;
using Pgmux.Protocol;

namespace Pgmux.Core.Clients;

/// <summary>
/// Parse of clients: what the server has already is answered by pgmux, what it lacks is parsed there under a server-side name, and the
/// unnamed statement is parsed as such or shared. Stateless.
/// </summary>
internal sealed class ParseRewriter(StatementRegistry registry, StatementCommandRewriter commands, ILogger logger)
{
    // A name is the client's choice; PostgreSQL itself looks at no more of it.
    private const int LoggedNameBytes = 63;

    /// <summary>Deals with a Parse; see <see cref="StatementRewriter.Rewrite"/>.</summary>
    public RequestRewrite Rewrite(ClientConnection client, ServerConnection server, ReadOnlySpan<byte> body, int bodyLength)
    {
        if (body.Length < bodyLength)
        {
            return OnLongParse(client, server, body);
        }

        if (!Parse.TrySplit(body, out var name, out var definition))
        {
            return RequestRewrite.Forward(server, RequestKind.Parse);
        }

        if (bodyLength > StatementRewriter.TextBytesLimit)
        {
            return OnLongParse(client, server, body);
        }

        return name.IsEmpty
            ? OnParseUnnamed(client, server, definition, FrameReader.HeaderBytes + bodyLength)
            : OnParseNamed(client, server, name, definition, FrameReader.HeaderBytes + bodyLength);
    }

    // Whether pgmux may say ParseComplete: the server would say so too. In a failed transaction it would not, inside of a COPY it would not
    // either, and whether an earlier query cycle fails is not known before its replies have come.
    private static bool MayAnswer(ServerConnection server) =>
        server.Outstanding is { HasEarlierCycle: false, MayCopy: false } && server.TransactionStatus != TransactionStatus.Failed;

    // A text that is not kept: an unnamed statement lives on the server where it is parsed, a named one is refused.
    private RequestRewrite OnLongParse(ClientConnection client, ServerConnection server, ReadOnlySpan<byte> body)
    {
        if (body[0] != 0)
        {
            return RequestRefusal.Refuse(server, registry.Names, ClientErrors.StatementTooLong);
        }

        var statement = registry.CreateUntracked();
        client.Counters.ServerParses++;
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
            return OnNameTaken(client, server, name, definition, messageBytes);
        }

        if (IsFull(client, statements))
        {
            return RequestRefusal.Refuse(server, registry.Names, ClientErrors.TooManyStatements(client.Configuration.Options.MaxClientPreparedStatements));
        }

        if (!statements.HasRoomFor(name) || registry.IsTooMuchFor(statements, definition.Length))
        {
            return RequestRefusal.Refuse(server, registry.Names, ClientErrors.NoRoomForStatement);
        }

        var statement = commands.OnParse(client, server, definition, out var wait, out var refusal);
        if (wait != RequestWait.None)
        {
            return RequestRewrite.Later(wait);
        }

        statement ??= refusal is null ? registry.Intern(StatementLevel.Protocol, definition) : null;
        if (statement is null)
        {
            return RequestRefusal.Refuse(server, registry.Names, refusal ?? ClientErrors.NoRoomForStatement);
        }

        var rewrite = Make(client, server, statements.GetOrAdd(name, statement), statement, messageBytes);
        statement.Release(StatementHolder.Client);
        return rewrite;
    }

    // The server looks at the text first and has its say, then the name is refused, as in PostgreSQL. Neither depends on what the server
    // has under the name.
    private RequestRewrite OnNameTaken(
        ClientConnection client, ServerConnection server, ReadOnlySpan<byte> name, ReadOnlySpan<byte> definition, int messageBytes)
    {
        ClientsLog.StatementNameTaken(logger, client.LogName, WireText.Decode(name.Length > LoggedNameBytes ? name[..LoggedNameBytes] : name));
        FrontendMessages.WriteParse(server.Transport!.Output, name: [], definition);
        server.Outstanding.Add(new OutstandingRequest(RequestKind.Parse, ReplyAction.Prelude)
        {
            Effect = StatementEffect.MakeUnnamed,
            Statement = Statement.Unknown,
        });
        RequestRefusal.Refuse(server, registry.Names, ClientErrors.StatementExists(WireText.Decode(name)));
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
            client.Counters.ServerParses++;
            FrontendMessages.WriteParse(server.Transport!.Output, name: [], statement.Definition);
            outstanding.Add(new OutstandingRequest(RequestKind.Parse, ReplyAction.Forward)
            {
                Effect = StatementEffect.NameAfterParse,
                Subject = name,
                Statement = statement,
            });
            return new RequestRewrite(messageBytes);
        }

        if (!ServerPreparation.TryMakeRoom(server, statement, client.ServerStatementLimit))
        {
            return RequestRewrite.Later(RequestWait.EarlierCycles);
        }

        client.Counters.ServerParses++;
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
            statement = commands.OnParse(client, server, definition, out var wait, out var refusal);
            if (wait != RequestWait.None)
            {
                return RequestRewrite.Later(wait);
            }

            if (refusal is not null)
            {
                return RequestRefusal.Refuse(server, registry.Names, refusal);
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
            client.Counters.ServerParses++;
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

    private static bool IsFull(ClientConnection client, ClientStatements statements)
    {
        var limit = client.Configuration.Options.MaxClientPreparedStatements;
        return statements.MostCount >= limit && statements.Count >= limit;
    }
}
