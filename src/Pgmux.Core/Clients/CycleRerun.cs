using System.Buffers;
using Pgmux.Core.Servers;
using Pgmux.Protocol;

namespace Pgmux.Core.Clients;

/// <summary>
/// Keeps a client's query cycle while it may have to be run again, and runs it again: see <see cref="RequestCopy"/>.
/// </summary>
internal static class CycleRerun
{
    /// <summary>A message goes to the server as it is.</summary>
    public static void Note(ClientConnection client, ServerConnection server, FrontendMessageType type, int bodyLength)
    {
        var outstanding = server.Outstanding;
        if (RequestKinds.Of(type) is { } kind)
        {
            outstanding.Add(kind, ReplyAction.Forward);
        }
        else if (type == FrontendMessageType.Flush && bodyLength > 0)
        {
            outstanding.Add(RequestKind.BrokenFlush, ReplyAction.Forward);
        }
        else if (type == FrontendMessageType.Flush)
        {
            client.OnFlush(server);
        }
    }

    /// <summary>A message is about to be sent: the first of a cycle that may have to be run again, or one behind such a cycle.</summary>
    public static void OnMessage(ServerConnection server, bool isStart, bool hasStatements)
    {
        if (isStart)
        {
            server.Outstanding.BeginCycle();
            if (hasStatements && server.TransactionStatus == TransactionStatus.Idle)
            {
                server.Copy.Begin();
                return;
            }
        }

        if (isStart || !server.Copy.IsOpen)
        {
            server.Copy.Drop();
        }
    }

    /// <summary>A part of a message of the cycle is about to be sent.</summary>
    public static void Copy(ClientConnection client, ServerConnection server, in Frame frame)
    {
        var copy = server.Copy;
        copy.Add(frame.Bytes);
        var type = (FrontendMessageType)frame.Type;
        if (copy.State == RequestCopyState.Refused && (copy.IsTooLong || type == FrontendMessageType.Flush))
        {
            // It cannot be run again, or its client wants to hear now.
            client.TellRefusal(server);
        }
        else if (frame.IsComplete && type is FrontendMessageType.Sync or FrontendMessageType.Query or FrontendMessageType.FunctionCall)
        {
            copy.Complete();
        }
    }

    /// <summary>
    /// Sends the query cycle again that the server has refused. Statements that it has made and closed before stay so; portals have ended
    /// with the transaction, so what was bound is bound again.
    /// </summary>
    /// <returns>Whether all has been sent; the rest has to wait for the answers to what was, and this is called again.</returns>
    public static bool RunAgain(ClientConnection client, ServerConnection server)
    {
        var frames = default(FrameReader);
        var copy = server.Copy;
        var outstanding = server.Outstanding;
        if (copy.Resent == 0)
        {
            outstanding.BeginCycle();
        }

        while (frames.Read(copy.Bytes[copy.Resent..], int.MaxValue, out var frame) == FrameStatus.Message)
        {
            var type = (FrontendMessageType)frame.Type;
            var isRequest = RequestKinds.Of(type) is not null;
            var isAnswered = copy.Answered > 0;
            if (!isAnswered || type == FrontendMessageType.Bind)
            {
                outstanding.Rerun = isAnswered ? RerunState.Answered : copy.HasParameters ? RerunState.HasParameters : RerunState.None;
                if (!TryForwardAgain(client, server, type, frame))
                {
                    return false;
                }
            }

            copy.Answered -= isAnswered && isRequest ? 1 : 0;
            copy.HasParameters &= isAnswered || !isRequest;
            copy.Resent += frame.Bytes.Length;
        }

        return true;
    }

    // What comes behind the refused request was not looked into, since the server skipped it: now it may have to wait.
    private static bool TryForwardAgain(ClientConnection client, ServerConnection server, FrontendMessageType type, in Frame frame)
    {
        var replaced = 0;
        if (RequestKinds.MayNameStatement(type) && client.Tracks(type))
        {
            var rewrite = client.Rewriter.Rewrite(client, server, type, frame.Bytes, frame.BodyLength);
            if (rewrite.Wait != RequestWait.None)
            {
                return false;
            }

            replaced = rewrite.Replaced;
        }
        else
        {
            Note(client, server, type, frame.BodyLength);
        }

        server.Transport!.Output.Write(frame.Bytes[Math.Min(replaced, frame.Bytes.Length)..]);
        return true;
    }
}
