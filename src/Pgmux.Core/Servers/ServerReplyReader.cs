using System.Buffers;
using Pgmux.Core.Statements;
using Pgmux.Protocol;

namespace Pgmux.Core.Servers;

/// <summary>
/// Walks what a server sends after its login: finds out whose reply each message is, hands runs of messages to the client as
/// they are, and reads only what changes pgmux's own view of the server.
/// </summary>
internal sealed class ServerReplyReader(ServerConnection server, ServerParameters parameters)
{
    // An error is read whole up to this size; the fields that matter stand at its start.
    private const int ErrorBytesRead = 16 * 1024;

    // Longest command tag read whole: PostgreSQL's COMPLETION_TAG_BUFSIZE is 64.
    private const int TagBytesRead = 64;

    private const int ParameterBytesRead = 64 * 1024;
    private const int ReadyForQueryBytes = 1;

    private FrameReader _frames;
    private ReplyAction _current;
    private TransactionStatus _status;
    private bool _isOwnRequestEnded;

    /// <summary>Bytes of a message that has begun which have not come yet.</summary>
    public int MessageBytesToCome => _frames.BodyRemaining;

    /// <summary>Whether the client has got the beginning of a message and not its end.</summary>
    public bool IsMidReply => _frames.IsMidMessage && _current == ReplyAction.Forward;

    /// <summary>The server's errors.</summary>
    public ServerErrorReader Errors { get; } = new(server);

    /// <summary>
    /// Tells the server when a request of pgmux's own has ended. The server may go to another loop then, so what was read has been
    /// given back before.
    /// </summary>
    public void SettleOwnRequest()
    {
        if (_isOwnRequestEnded)
        {
            _isOwnRequestEnded = false;
            server.OnOwnRequestReady(Errors.TakeOwnError());
        }
    }

    /// <summary>Reads as far as messages have arrived.</summary>
    /// <returns>Bytes taken; the rest is needed again, with more.</returns>
    /// <exception cref="ProtocolViolationException">The bytes are not PostgreSQL's protocol, or nobody asked for them.</exception>
    public int Read(ReadOnlySpan<byte> input)
    {
        var offset = 0;
        var runStart = 0;
        try
        {
            Walk(input, ref offset, ref runStart);
            return offset;
        }
        catch (ProtocolViolationException)
        {
            // What came before is the client's, and may be the rest of a message whose beginning it has: only then it can be told why.
            _current = ReplyAction.Violation;
            Forward(input[runStart..offset]);
            throw;
        }
    }

    private void Walk(ReadOnlySpan<byte> input, ref int offset, ref int runStart)
    {
        while (offset < input.Length)
        {
            var rest = input[offset..];
            if (!_frames.IsMidMessage)
            {
                if (server.Outstanding.HasAnswerDue)
                {
                    Forward(input[runStart..offset]);
                    runStart = offset;
                    server.AnswerDue();
                }

                if (IsTooShort(rest))
                {
                    break;
                }
            }

            var status = _frames.Read(rest, server.Target.MaximumMessageBytes, out var frame);
            if (status == FrameStatus.NeedMore)
            {
                break;
            }

            if (status == FrameStatus.Message)
            {
                if ((BackendMessageType)frame.Type is BackendMessageType.ErrorResponse or BackendMessageType.ParameterStatus)
                {
                    // The client may get something else instead, and it is to get it in its turn.
                    Forward(input[runStart..offset]);
                    runStart = offset;
                }

                _current = Classify(frame);
            }

            var end = offset + frame.Bytes.Length;
            if (_current == ReplyAction.Forward)
            {
                if (status == FrameStatus.Message && frame.Type == (byte)BackendMessageType.ReadyForQuery)
                {
                    Forward(input[runStart..end]);
                    runStart = end;
                    OnReadyForQuery(isOwn: false);
                }
                else if (frame is { IsComplete: true, Type: (byte)BackendMessageType.DataRow or (byte)BackendMessageType.CopyData })
                {
                    // What holds for one row holds for those behind it.
                    end += FrameReader.LengthOfRun(input[end..], frame.Type, server.Target.MaximumMessageBytes);
                }
            }
            else
            {
                Forward(input[runStart..offset]);
                runStart = end;
                if (status == FrameStatus.Message && frame.Type == (byte)BackendMessageType.ReadyForQuery)
                {
                    OnReadyForQuery(isOwn: true);
                }
            }

            offset = end;
            if (Errors.IsEnding && !_frames.IsMidMessage)
            {
                // Whatever else it says, its client has heard the last.
                Forward(input[runStart..offset]);
                runStart = offset;
                server.Close(ServerCloseReason.Crashed, Errors.LastError);
            }

            if (server.State == ServerState.Closed)
            {
                return;
            }
        }

        ForwardLast(input, runStart, offset);
        runStart = offset;
        if (!_frames.IsMidMessage)
        {
            server.AnswerDue();
        }
    }

    // Messages that pgmux reads have to be there as a whole, as far as it reads them.
    private static bool IsTooShort(ReadOnlySpan<byte> input)
    {
        var limit = (BackendMessageType)input[0] switch
        {
            BackendMessageType.ReadyForQuery => ReadyForQueryBytes,
            BackendMessageType.CommandComplete => TagBytesRead,
            BackendMessageType.ErrorResponse => ErrorBytesRead,
            BackendMessageType.ParameterStatus => ParameterBytesRead,
            _ => -1,
        };
        return limit >= 0
            && (!FrameReader.TryPeek(input, int.MaxValue, out _, out var bodyLength)
                || input.Length - FrameReader.HeaderBytes < Math.Min(bodyLength, limit));
    }

    private ReplyAction Classify(in Frame frame)
    {
        var type = (BackendMessageType)frame.Type;
        switch (type)
        {
            case BackendMessageType.ParameterStatus:
                return OnParameterStatus(frame);
            case BackendMessageType.NoticeResponse:
                return server.Lessee is null ? ReplyAction.Swallow : server.Outstanding.OutOfBandAction;
            case BackendMessageType.NotificationResponse:
                return server.Lessee is { IsWelcomed: true } ? ReplyAction.Forward : ReplyAction.Swallow;
            case BackendMessageType.ErrorResponse:
                return Errors.Read(frame);
            case BackendMessageType.CopyBothResponse when server.Replication is null:
                throw ProtocolViolationException.UnexpectedBackendMessage(frame.Type);
            case BackendMessageType.ReadyForQuery:
                // Before anybody gets it: what is no ReadyForQuery is not passed on as one.
                if (frame.BodyLength != ReadyForQueryBytes)
                {
                    throw ProtocolViolationException.InvalidMessageLength(frame.Type, frame.BodyLength);
                }

                var body = new PayloadReader(frame.Body);
                _status = ReadyForQuery.Read(ref body).Status;
                break;
        }

        var commands = type == BackendMessageType.CommandComplete && server.Outstanding.Count > 0 ? server.Outstanding.Next.Commands : null;
        var action = server.Outstanding.OnReply(type);
        if (action == ReplyAction.Violation)
        {
            throw ProtocolViolationException.UnexpectedBackendMessage(frame.Type);
        }

        if (type == BackendMessageType.ReadyForQuery && server.Copy.State == RequestCopyState.ToRunAgain)
        {
            // It ends what is run again: the client has not seen that it failed.
            return ReplyAction.Swallow;
        }

        if (type == BackendMessageType.CommandComplete)
        {
            parameters.OnCommandComplete(frame.Body);
            OnCommandComplete(frame.Body, commands, action);
        }

        return action;
    }

    // What SQL does to prepared statements shows in the command tag, whoever asked for it.
    private void OnCommandComplete(ReadOnlySpan<byte> body, StatementCommands? commands, ReplyAction action)
    {
        var tag = body.TrimEnd((byte)0);
        if (tag.SequenceEqual("DISCARD ALL"u8) || tag.SequenceEqual("DEALLOCATE ALL"u8))
        {
            server.Statements.OnAllDropped();
            if (action == ReplyAction.Forward)
            {
                server.Lessee!.OnAllStatementsDropped();
            }
        }
        else if (commands is not null)
        {
            commands.OnCommandComplete(tag, server.Statements);
        }
        else if (action == ReplyAction.Forward && tag.SequenceEqual("PREPARE"u8) && server.Lessee is { TracksStatements: true })
        {
            // In a text too long to be read: the server has a statement under a client's name, which nobody else may get at.
            server.Retire(ServerCloseReason.Retired);
        }
    }

    private ReplyAction OnParameterStatus(in Frame frame)
    {
        if (!frame.IsComplete)
        {
            throw ProtocolViolationException.InvalidMessageLength(frame.Type, frame.BodyLength);
        }

        var body = new PayloadReader(frame.Body);
        var status = ParameterStatus.Read(ref body);
        if (server.Lessee is not { } lessee || server.Outstanding.IsOwnRequestNext)
        {
            parameters.OnReported(status);
            return ReplyAction.Swallow;
        }

        if (parameters.OnReported(status, lessee) is not { } instead)
        {
            return ReplyAction.Forward;
        }

        BackendMessages.WriteParameterStatus(lessee.Output, parameters.NameOf(status.Name), instead);
        return ReplyAction.Swallow;
    }

    private void OnReadyForQuery(bool isOwn)
    {
        server.TransactionStatus = _status;
        if (_status == TransactionStatus.Idle)
        {
            server.Outstanding.OnIdle();
        }

        parameters.OnReadyForQuery();
        if (isOwn)
        {
            Errors.OnOwnRequestEnded();
            _isOwnRequestEnded = true;
            if (server.OwnRequest == OwnRequest.ParameterSync)
            {
                // Replies to the client may follow in the same bytes.
                SettleOwnRequest();
            }
        }
        else
        {
            server.Lessee?.OnReadyForQuery(server.TransactionStatus);
        }
    }

    // The last run of what a read has brought: most of a large result. Its bytes are not looked at again.
    private void ForwardLast(ReadOnlySpan<byte> input, int start, int end)
    {
        if (server.Lessee is { Transport: { } transport } lessee && server.Transport!.TryHandOver(transport, start, end - start))
        {
            lessee.OnForwarded(end - start);
        }
        else
        {
            Forward(input[start..end]);
        }
    }

    private void Forward(ReadOnlySpan<byte> run)
    {
        if (run.IsEmpty || server.Lessee is not { } lessee)
        {
            return;
        }

        lessee.Output.Write(run);
        lessee.OnForwarded(run.Length);
    }
}
