using Pgmux.Core.Clients;
using Pgmux.Core.Servers;
using Pgmux.Core.Statements;
using Pgmux.Protocol;
using Pgmux.Testing.FakePostgres;
using Pgmux.Testing.Processes;

namespace Pgmux.Core.Tests.Servers;

/// <summary>
/// A client, pgmux's queue and a model of PostgreSQL, with messages on their way between each of them. Whoever drives it decides
/// who moves next; it checks that the queue never loses count.
/// </summary>
internal sealed class Conversation
{
    private readonly PostgresModel _server = new(new RuntimeParameters([]));
    private readonly Queue<RawMessage> _toServer = [];
    private readonly Queue<RawMessage> _toClient = [];
    private readonly MessageStream _parts = new();
    private readonly List<string> _log = [];

    public OutstandingRequests Queue { get; } = new(new ServerStatements());

    /// <summary>Whether the connection is over: the server has said so.</summary>
    public bool HasEnded { get; private set; }

    /// <summary>Whether the queue has given up: a reply that it could not place.</summary>
    public bool IsClosed { get; private set; }

    /// <summary>What happened, for the message of a failure.</summary>
    public string Log => string.Join(' ', _log);

    // The server ignores COPY messages and Flush that are still on their way when it owes nothing: they harm nobody.
    private bool IsServerClean => _toServer.All(message => message.Type is 'd' or 'c' or 'f' or 'H') && _toClient.Count == 0
        && _server is { IsAtRest: true, HasOpenExtendedQuery: false };

    /// <summary>The client's next message arrives at pgmux, which forwards it.</summary>
    public void Send(byte[] bytes)
    {
        var message = Parse(bytes).Single();
        var type = (FrontendMessageType)message.Type;
        _log.Add($">{message.Type}{(message.Type is 'Q' or 'P' ? $"({message.Text.Trim('\0')})" : "")}");
        if (Queue.IsReady && (RequestKinds.IsCopy(type) || type == FrontendMessageType.Flush))
        {
            return;
        }

        if (RequestKinds.Of(type) is { } kind)
        {
            Queue.Add(kind, ReplyAction.Forward);
        }

        _toServer.Enqueue(message);
    }

    /// <summary>The server deals with its next message.</summary>
    public bool Serve()
    {
        if (HasEnded || !_toServer.TryDequeue(out var message))
        {
            return false;
        }

        _log.Add($"!{message.Type}");
        // Parameters, notices and notifications belong to no request; nobody asks the queue about them.
        foreach (var reply in _server.Handle(message).SelectMany(Parse).Where(reply => reply.Type is not ('S' or 'N' or 'A')))
        {
            _toClient.Enqueue(reply);
        }

        HasEnded |= _server.HasEnded;
        return true;
    }

    /// <summary>The server's next reply arrives at pgmux.</summary>
    public bool Receive()
    {
        if (IsClosed || !_toClient.TryDequeue(out var reply))
        {
            return false;
        }

        _log.Add($"<{reply}");
        var wasUncertain = Queue.NeedsProbe;
        switch (Queue.OnReply((BackendMessageType)reply.Type))
        {
            case ReplyAction.Violation when reply.Severity == "FATAL":
                break;
            case ReplyAction.Violation:
                // Closing is the safe way out, and allowed only where pgmux cannot know better.
                Require(wasUncertain, $"{reply} was not expected");
                IsClosed = true;
                break;
        }

        CheckRelease();
        return true;
    }

    /// <summary>Everything that is on its way arrives; then pgmux asks its own question, if it has one.</summary>
    public void Settle()
    {
        while (Serve() || Receive())
        {
        }

        if (!IsClosed && !HasEnded && Queue.IsReady && Queue.NeedsProbe)
        {
            Queue.Add(RequestKind.Probe, ReplyAction.Swallow);
            _toServer.Enqueue(Parse(RawMessages.Message('C', [(byte)'S', .. RawMessages.String("nobody's")])).Single());
            _toServer.Enqueue(Parse(RawMessages.Flush()).Single());
            Settle();
        }
    }

    /// <summary>A server that owes nothing is released in the end; else its pool would lose it.</summary>
    public void CheckEnd()
    {
        Settle();
        if (!IsClosed && !HasEnded && _server.IsAtRest)
        {
            Send(RawMessages.Sync());
            Settle();
        }

        Require(IsClosed || HasEnded || !_server.IsAtRest || (Queue.IsReady && !Queue.NeedsProbe), $"{Queue.Count} replies are awaited that never come");
    }

    // The heart of the matter: a server that may be released owes nothing.
    private void CheckRelease()
    {
        if (!IsClosed && !HasEnded && Queue.IsReady && !Queue.NeedsProbe)
        {
            Require(IsServerClean, $"released with {_toServer.Count} requests and {_toClient.Count} replies on their way");
        }
    }

    // An exception of its own and no assertion: a property tries many cases, and only the smallest failing one counts.
    private void Require(bool holds, string otherwise)
    {
        if (!holds)
        {
            throw new InvalidOperationException($"{otherwise}: {Log}");
        }
    }

    private IEnumerable<RawMessage> Parse(byte[] bytes)
    {
        _parts.Append(bytes);
        while (_parts.TryTake(out var message))
        {
            yield return message;
        }
    }
}
