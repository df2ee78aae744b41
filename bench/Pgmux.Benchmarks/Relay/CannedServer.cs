using System.Buffers;
using Pgmux.Protocol;
using Pgmux.Transport;

namespace Pgmux.Benchmarks.Relay;

/// <summary>A server connection that answers what it knows and allocates nothing once it is logged in.</summary>
internal sealed class CannedServer(TransportConnection transport)
{
    // Longer messages are read as they come, others when they are there as a whole.
    private const int LongMessageBytes = 64 * 1024;

    private readonly CannedStatements _statements = new();
    private FrameReader _frames;
    private int _copiedLines;
    private ReadOnlyMemory<byte> _longReply;

    /// <summary>Lets one session in, then answers exchange after exchange until pgmux hangs up.</summary>
    public async Task RunAsync()
    {
        // The startup packet of a login without a password is all that comes before the welcome.
        var startup = await transport.Input.ReadAsync();
        transport.Input.AdvanceTo(startup.Buffer.End);
        transport.Output.Write(CannedWelcome.Bytes);
        await transport.Output.FlushAsync();
        while (true)
        {
            var result = await transport.Input.ReadAsync();
            var taken = result.Buffer.GetPosition(Answer(result.Buffer.FirstSpan));
            transport.Input.AdvanceTo(taken, _longReply.IsEmpty ? result.Buffer.End : taken);
            if (result.IsCompleted)
            {
                transport.Close();
                return;
            }

            await transport.Output.FlushAsync();
            while (!_longReply.IsEmpty)
            {
                var piece = _longReply[..Math.Min(_longReply.Length, Exchange.PieceBytes)];
                _longReply = _longReply[piece.Length..];
                transport.Output.Write(piece.Span);
                await transport.Output.FlushAsync();
            }
        }
    }

    // Up to a request whose reply does not fit, which goes out first.
    private int Answer(ReadOnlySpan<byte> input)
    {
        var offset = 0;
        while (_longReply.IsEmpty && (_frames.IsMidMessage || HasArrived(input[offset..])))
        {
            var status = _frames.Read(input[offset..], int.MaxValue, out var frame);
            if (status == FrameStatus.NeedMore)
            {
                break;
            }

            offset += frame.Bytes.Length;
            if (frame.IsComplete && status == FrameStatus.Message)
            {
                Answer(frame);
            }
            else
            {
                TakePiece(frame, isFirst: status == FrameStatus.Message);
            }
        }

        return offset;
    }

    private static bool HasArrived(ReadOnlySpan<byte> rest) =>
        FrameReader.TryPeek(rest, int.MaxValue, out _, out var bodyLength)
        && (bodyLength > LongMessageBytes || rest.Length >= FrameReader.HeaderBytes + bodyLength);

    private void Answer(in Frame message)
    {
        switch ((FrontendMessageType)message.Type)
        {
            case FrontendMessageType.Query:
                Reply(ReplyTo(message.Bytes));
                break;
            case FrontendMessageType.CopyData:
                _copiedLines += message.Body.SequenceEqual(LongExchanges.CopyLine) ? 1 : throw new InvalidOperationException("another line came");
                break;
            case FrontendMessageType.CopyDone:
                Reply(_copiedLines == LongExchanges.Rows
                    ? LongExchanges.CopyInLines.Reply
                    : throw new InvalidOperationException($"{_copiedLines} lines came"));
                _copiedLines = 0;
                break;
            case FrontendMessageType.Terminate:
                break;
            default:
                _statements.Answer((FrontendMessageType)message.Type, message.Body, transport.Output);
                break;
        }
    }

    private void Reply(byte[] reply)
    {
        if (reply.Length > Exchange.PieceBytes)
        {
            _longReply = reply;
        }
        else
        {
            transport.Output.Write(reply);
        }
    }

    // The only long message is the Bind with a long parameter.
    private void TakePiece(in Frame piece, bool isFirst)
    {
        var expected = LongExchanges.ParameterBind.AsSpan(..^_frames.BodyRemaining);
        if (piece.Type != (byte)FrontendMessageType.Bind || !expected.EndsWith(piece.Bytes))
        {
            throw new InvalidOperationException("another message came than the client's");
        }

        if (isFirst)
        {
            _statements.BeginBind(piece.Body);
        }
        else if (piece.IsComplete)
        {
            CannedStatements.EndBind(transport.Output);
        }
    }

    // The long ones second: who never asks them has no need of their many megabytes.
    private static byte[] ReplyTo(ReadOnlySpan<byte> query) =>
        Find(Exchanges.Queries, query) ?? Find(LongExchanges.Queries, query) ?? throw new InvalidOperationException("an unknown query is asked");

    private static byte[]? Find(Exchange[] exchanges, ReadOnlySpan<byte> query)
    {
        foreach (var exchange in exchanges)
        {
            if (query.SequenceEqual(exchange.Request))
            {
                return exchange.Reply;
            }
        }

        return null;
    }
}
