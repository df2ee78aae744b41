using System.Buffers;
using System.IO.Pipelines;
using Pgmux.Core.Servers;
using Pgmux.Protocol;
using Pgmux.Transport;

namespace Pgmux.Core.Clients;

/// <summary>
/// Walks what a client sends after its login and forwards runs of messages to its server as they are. Where the client has no
/// server, or its server cannot take more, the rest stays unread.
/// </summary>
internal class ClientRequestReader(ClientConnection client)
{
    private FrameReader _frames;
    private RequestSkip _skip;
    private bool _isDropping;

    /// <summary>Bytes of a message that has begun which have not come yet.</summary>
    public int MessageBytesToCome => _frames.BodyRemaining;

    /// <summary>Whether the client has begun nothing: what it sends next is a message of its own.</summary>
    public bool IsAtRest =>
        !_frames.IsMidMessage && _skip == RequestSkip.None && Wait == RequestWait.None && !IsAboutToForward && !HasAnswered;

    /// <summary>What the next message waits for.</summary>
    public RequestWait Wait { get; set; }

    /// <summary>Whether the client has been given what it waited for and has not gone on yet: its server is not to leave it now.</summary>
    public bool IsAboutToForward { get; set; }

    /// <summary>Whether pgmux has answered the client itself; cleared by whoever flushes.</summary>
    public bool HasAnswered { get; set; }

    /// <summary>
    /// The client's wait for a server was cancelled: what it has asked for is dropped up to where PostgreSQL would be ready again.
    /// </summary>
    public void CancelWaiting() => _skip = RequestSkip.Begin;

    /// <summary>Takes what a read has brought, as far as it can go now.</summary>
    public RequestStep Take(in ReadResult result)
    {
        if (client.State == ClientState.Closed)
        {
            return RequestStep.End;
        }

        if (Wait != RequestWait.Parameters)
        {
            Wait = RequestWait.None;
        }

        var buffer = result.Buffer;
        var step = RequestStep.Read;
        using var input = new ContiguousRead(buffer);
        var taken = Take(input.Span, ref step);
        if (client.State == ClientState.Closed)
        {
            return RequestStep.End;
        }

        var position = buffer.GetPosition(taken);
        var isRestIncomplete = step == RequestStep.Read;
        client.Transport.Input.AdvanceTo(position, isRestIncomplete ? buffer.End : position);
        if (client.Server is { } server)
        {
            server.IsMidRequest = _frames.IsMidMessage && !_isDropping;
        }

        return result.IsCompleted && isRestIncomplete ? client.Leave(ClientCloseReason.UnexpectedEof) : step;
    }

    private int Take(ReadOnlySpan<byte> input, ref RequestStep step)
    {
        var offset = 0;
        var runStart = 0;
        while (offset < input.Length)
        {
            var rest = input[offset..];
            var replaced = 0;
            if (!_frames.IsMidMessage)
            {
                if (!FrameReader.TryPeek(rest, int.MaxValue, out var type, out var bodyLength))
                {
                    break;
                }

                var request = (FrontendMessageType)type;
                if (request == FrontendMessageType.Query && client.Environment.RefusesSimpleQueries)
                {
                    ClientsLog.SimpleQueryUsed(client.Environment.Logger, client.LogName);
                    client.Close(ClientCloseReason.SimpleQueryRefused, ClientErrors.SimpleQueryRefused);
                    return offset;
                }

                var isTracked = RequestKinds.MayNameStatement(request) && client.Tracks(request);
                if (isTracked && !StatementRewriter.HasArrived(client, request, rest[FrameReader.HeaderBytes..], bodyLength))
                {
                    // Refused by its length before its bytes are waited for.
                    CheckLimits(request, bodyLength);
                    break;
                }

                if (request == FrontendMessageType.Query && isTracked && TryAnswer(rest, bodyLength))
                {
                    Forward(input[runStart..offset]);
                    runStart = offset += FrameReader.HeaderBytes + bodyLength;
                    continue;
                }

                var isLeaseFresh = IsAboutToForward || client.Server is null;
                if (!TryContinueCycle(request, bodyLength))
                {
                    // What comes before may have to be sent before pgmux says something of its own.
                    Forward(input[runStart..offset]);
                    runStart = offset;
                    step = Admit(request, bodyLength);
                    if (step != RequestStep.Read)
                    {
                        break;
                    }
                }

                if (!_isDropping)
                {
                    var isStart = client.Server!.Outstanding.IsBetweenCycles;
                    if (isTracked)
                    {
                        Forward(input[runStart..offset]);
                        runStart = offset;
                        var rewrite = client.Rewriter.Rewrite(client, client.Server!, request, rest, bodyLength);
                        if (rewrite.Wait != RequestWait.None)
                        {
                            // A lease of which nothing has been made yet stays: two clients would hand the server to and fro.
                            IsAboutToForward = isLeaseFresh;
                            Wait = rewrite.Wait;
                            step = RequestStep.Wait;
                            break;
                        }

                        Count(request);
                        replaced = rewrite.Replaced;
                        _isDropping = replaced == int.MaxValue;
                    }
                    else
                    {
                        CycleRerun.Note(client, client.Server!, request, bodyLength);
                    }

                    CycleRerun.OnMessage(client.Server, isStart, isTracked && !(request == FrontendMessageType.Query && replaced == 0));
                }
            }

            if (_frames.Read(rest, int.MaxValue, out var frame) == FrameStatus.NeedMore)
            {
                break;
            }

            if (client.Server is { Copy.IsOpen: true } server)
            {
                CycleRerun.Copy(client, server, frame);
            }

            runStart += Math.Min(replaced, frame.Bytes.Length);
            offset += frame.Bytes.Length;
            if (_isDropping)
            {
                runStart = offset;
                if (frame.IsComplete)
                {
                    OnDropped((FrontendMessageType)frame.Type);
                }
            }
        }

        ForwardLast(input, runStart, offset);
        return offset;
    }

    // Each message once, though it may have to wait and come again.
    private void Count(FrontendMessageType request)
    {
        switch (request)
        {
            case FrontendMessageType.Parse:
                client.Counters.ClientParses++;
                break;
            case FrontendMessageType.Bind:
                client.Counters.Binds++;
                break;
        }
    }

    // The usual message: one of a query cycle that has begun on a server with room for it.
    private bool TryContinueCycle(FrontendMessageType type, int bodyLength)
    {
        if (client.Server is not { } server || server.Outstanding.IsReady || server.Outstanding.IsFull
            || server.Copy.State == RequestCopyState.ToRunAgain || Wait == RequestWait.Parameters
            || RequestKinds.Of(type) is null || bodyLength > RequestKinds.LimitOf(type) - sizeof(int))
        {
            return false;
        }

        IsAboutToForward = false;
        _isDropping = false;
        client.OnMessage();
        return true;
    }

    private bool TryAnswer(ReadOnlySpan<byte> message, int bodyLength)
    {
        if (_skip != RequestSkip.None || message.Length - FrameReader.HeaderBytes < bodyLength)
        {
            return false;
        }

        // Only a well-formed text: the rest is the server's to refuse.
        var body = message.Slice(FrameReader.HeaderBytes, bodyLength);
        return body.IndexOf((byte)0) == bodyLength - 1 && bodyLength > 0 && StatementCommandRewriter.TryAnswer(client, body[..^1]);
    }

    // Decides what becomes of the message that begins here.
    private RequestStep Admit(FrontendMessageType type, int bodyLength)
    {
        CheckLimits(type, bodyLength);
        IsAboutToForward = false;
        if (type == FrontendMessageType.Terminate)
        {
            // Heard even by a server that skips to the next Sync. What came before it is whole.
            client.Server?.IsMidRequest = false;
            return client.Leave(ClientCloseReason.CloseRequest);
        }

        _isDropping = _skip != RequestSkip.None;
        if (_skip == RequestSkip.Begin)
        {
            BeginSkip(type);
        }

        if (_isDropping)
        {
            return RequestStep.Read;
        }

        if (client.Server is null || client.Server.Outstanding.IsReady)
        {
            if (RequestKinds.IsCopy(type) || RequestKinds.IsFlush(type, bodyLength))
            {
                // PostgreSQL ignores COPY messages when no COPY runs, and there is nothing to flush.
                _isDropping = true;
                return RequestStep.Read;
            }
        }

        if (client.Server is null && !client.TryLease())
        {
            return RequestStep.Wait;
        }

        var server = client.Server!;
        if (Wait != RequestWait.Parameters)
        {
            if (server.Outstanding.IsFull)
            {
                // A pipeline without Sync may be so long that pgmux has to ask for the answers, and to give its own.
                client.FlushRequests(server);
            }

            Wait = server.Outstanding.IsFull ? RequestWait.Room
                : server.Copy.State == RequestCopyState.ToRunAgain ? RequestWait.AllReplies
                : client.IsBetweenLeases ? RequestWait.Release
                : client.TryStartCycle() ? RequestWait.None : RequestWait.Parameters;
        }

        return Wait == RequestWait.None ? RequestStep.Read : RequestStep.Wait;
    }

    private void CheckLimits(FrontendMessageType type, int bodyLength)
    {
        var limit = RequestKinds.LimitOf(type);
        if (limit == 0)
        {
            throw ProtocolViolationException.InvalidFrontendMessageType((byte)type);
        }

        if (bodyLength > Math.Min(limit, client.Configuration.Options.MaxPacketSize) - sizeof(int))
        {
            throw ProtocolViolationException.InvalidMessageLength((byte)type, bodyLength);
        }
    }

    private void BeginSkip(FrontendMessageType type)
    {
        if (type is FrontendMessageType.Query or FrontendMessageType.FunctionCall)
        {
            _skip = RequestSkip.One;
            return;
        }

        BackendMessages.WriteErrorResponse(client.Output, ClientErrors.Cancelled);
        HasAnswered = true;
        _skip = RequestSkip.ToSync;
    }

    private void OnDropped(FrontendMessageType type)
    {
        switch (_skip)
        {
            case RequestSkip.One:
                BackendMessages.WriteErrorResponse(client.Output, ClientErrors.Cancelled);
                break;
            case RequestSkip.ToSync when type == FrontendMessageType.Sync:
                break;
            default:
                return;
        }

        BackendMessages.WriteReadyForQuery(client.Output, TransactionStatus.Idle);
        HasAnswered = true;
        _skip = RequestSkip.None;
    }

    // The last run of what a read has brought: most of COPY data. Its bytes are not looked at again.
    private void ForwardLast(ReadOnlySpan<byte> input, int start, int end)
    {
        if (client.Server is { } server && client.Transport.TryHandOver(server.Transport!, start, end - start))
        {
            client.OnRequestBytes(end - start);
        }
        else
        {
            Forward(input[start..end]);
        }
    }

    /// <summary>Sends a run of bytes to the client's server, if it has one.</summary>
    protected virtual void Forward(ReadOnlySpan<byte> run)
    {
        if (run.IsEmpty || client.Server is not { } server)
        {
            return;
        }

        server.Transport!.Output.Write(run);
        client.OnRequestBytes(run.Length);
    }
}
