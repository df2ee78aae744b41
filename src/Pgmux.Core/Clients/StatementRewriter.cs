using Microsoft.Extensions.Logging;
using Pgmux.Core.Servers;
using Pgmux.Core.Statements;
using Pgmux.Protocol;

namespace Pgmux.Core.Clients;

/// <summary>
/// Sends a client's prepared statements along with it: names in Parse, Bind, Describe and Close are replaced by server-side ones, and what
/// the server lacks is put ahead. Where PostgreSQL would answer with an error, the server is made to give that error itself, so that it
/// skips and rolls back as it should. Stateless: one for the process.
/// </summary>
internal sealed class StatementRewriter
{
    /// <summary>
    /// Longest text of a named statement, and longest simple query that is looked into: it stands in memory as a whole. An IN list of
    /// 65,535 parameters takes half of it.
    /// </summary>
    public const int TextBytesLimit = 1024 * 1024;

    /// <summary>Longest names of portal and statement together: they stand in memory as a whole.</summary>
    public const int NameBytesLimit = 64 * 1024;

    private readonly StatementCommandRewriter _commands;
    private readonly ParseRewriter _parse;
    private readonly StatementLocator _locator;

    public StatementRewriter(StatementRegistry registry, ILogger logger)
    {
        Registry = registry;
        _commands = new StatementCommandRewriter(registry);
        _parse = new ParseRewriter(registry, _commands, logger);
        _locator = new StatementLocator(registry, _commands);
    }

    /// <summary>All statements.</summary>
    public StatementRegistry Registry { get; }

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
            return RequestRewrite.Forward(server, RequestKinds.Of(type)!.Value);
        }

        if (server.Outstanding.ChangesNames && StatementCommandRewriter.MustWait(client, server))
        {
            return RequestRewrite.Later(RequestWait.AllReplies);
        }

        return type switch
        {
            FrontendMessageType.Parse => _parse.Rewrite(client, server, body, bodyLength),
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

    private RequestRewrite OnBind(ClientConnection client, ServerConnection server, ReadOnlySpan<byte> body, int bodyLength)
    {
        var portalLength = body.IndexOf((byte)0);
        var nameLength = portalLength < 0 ? -1 : body[(portalLength + 1)..].IndexOf((byte)0);
        if (nameLength < 0)
        {
            return RequestRewrite.Forward(server, RequestKind.Bind);
        }

        var name = body.Slice(portalLength + 1, nameLength);
        if (_locator.Locate(client, server, name, out var known, out var serverName, out var statement) is var wait && wait != RequestWait.None)
        {
            return RequestRewrite.Later(wait);
        }

        if ((statement?.Commands is not null || client.Statements?.CommandPortals is not null)
            && _commands.OnBind(client, server, body[..portalLength], statement) is { } refusal)
        {
            return refusal;
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
            return RequestRewrite.Forward(server, RequestKind.Describe);
        }

        if (_locator.Locate(client, server, name, out var known, out var serverName, out var statement) is var wait && wait != RequestWait.None)
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
            if (client.Statements?.CommandPortals is { } portals && body.Length >= 2 && body[0] == StatementOrPortal.Portal)
            {
                portals.Set(body[1..^1], statement: null, server.Outstanding.Cycle);
            }

            return RequestRewrite.Forward(server, RequestKind.Close);
        }

        var known = client.Statements?.Find(name);

        // What comes before it may turn out to be COPY FROM STDIN, which a Close breaks off: then the server has to see one.
        var mustBeSeen = server.Outstanding.MayCopy;
        if (mustBeSeen)
        {
            FrontendMessages.WriteClose(server.Transport!.Output, StatementOrPortal.Statement, OwnRequests.NobodysStatement);
        }

        server.Outstanding.Add(new OutstandingRequest(RequestKind.Close, mustBeSeen ? ReplyAction.Forward : ReplyAction.Synthesise)
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
            return RequestRefusal.RefuseQuery(server, Registry.Names, ClientErrors.StatementTooLong);
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
}
