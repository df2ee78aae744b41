using System.Buffers;
using Microsoft.Extensions.Logging;
using Pgmux.Protocol;

namespace Pgmux.Core.Admin;

/// <summary>
/// The console's side of one connection after its login: takes whole messages, writes the answers. Speaks the simple and the
/// extended protocol, so that drivers can read it like a database.
/// </summary>
internal sealed class ConsoleSession
{
    /// <summary>The longest message that is looked at: four times what PgBouncer's console takes.</summary>
    public const int LongestMessageBytes = 16 * 1024;

    private readonly ConsoleExecutor _executor;
    private readonly ConsoleErrors _errors;
    private readonly ConsoleExtendedQuery _extended;

    /// <summary>Starts after the login.</summary>
    /// <param name="source">Where answers come from.</param>
    /// <param name="waiter">Lets commands wait.</param>
    /// <param name="rights">What the user may do; not <see cref="ConsoleRights.None"/>.</param>
    /// <param name="logger">Where events go.</param>
    /// <param name="logPrefix">What stands before each of them: the client's id and names.</param>
    public ConsoleSession(IConsoleSource source, IConsoleWaiter waiter, ConsoleRights rights, ILogger logger, string logPrefix)
    {
        ArgumentOutOfRangeException.ThrowIfEqual(rights, ConsoleRights.None);
        _executor = new ConsoleExecutor(source, waiter, rights, logger, logPrefix);
        _errors = new ConsoleErrors(logger, logPrefix);
        _extended = new ConsoleExtendedQuery(_executor, _errors);
    }

    /// <summary>Takes one message and writes what answers it. The next one may come when this is done.</summary>
    public async ValueTask<ConsoleOutcome> HandleAsync(byte type, ReadOnlyMemory<byte> body, IBufferWriter<byte> output)
    {
        var message = (FrontendMessageType)type;
        if (_extended.IsSkippingToSync && message is not (FrontendMessageType.Sync or FrontendMessageType.Terminate))
        {
            return ConsoleOutcome.Continue;
        }

        try
        {
            switch (message)
            {
                case FrontendMessageType.Query:
                    await QueryAsync(body, output);
                    break;
                case FrontendMessageType.Parse:
                    _extended.Parse(body.Span, output);
                    break;
                case FrontendMessageType.Bind:
                    _extended.Bind(body.Span, output);
                    break;
                case FrontendMessageType.Describe:
                    _extended.Describe(body.Span, output);
                    break;
                case FrontendMessageType.Execute:
                    await _extended.ExecuteAsync(body, output);
                    break;
                case FrontendMessageType.Close:
                    _extended.Close(body.Span, output);
                    break;
                case FrontendMessageType.Sync:
                    _extended.Sync(output);
                    break;
                case FrontendMessageType.FunctionCall:
                    RefuseMessage(message, output, SqlState.FeatureNotSupported, "the console has no functions");
                    break;
                case FrontendMessageType.Flush:
                case FrontendMessageType.CopyData or FrontendMessageType.CopyDone or FrontendMessageType.CopyFail:
                    // Every answer is sent at once; COPY messages outside of a COPY are ignored by PostgreSQL too.
                    break;
                case FrontendMessageType.Terminate:
                    return ConsoleOutcome.Close;
                default:
                    BackendMessages.WriteErrorResponse(
                        output, ErrorFields.Fatal(SqlState.ProtocolViolation, $"unsupported packet type for admin console: {type}"));
                    return ConsoleOutcome.Close;
            }
        }
        catch (ProtocolViolationException e)
        {
            // The frame was whole, so the next message is where it should be: an error, and the connection lives.
            RefuseMessage(message, output, e.SqlState, e.Message);
        }

        return ConsoleOutcome.Continue;
    }

    /// <summary>Answers a message above <see cref="LongestMessageBytes"/>, whose body the caller drops unread.</summary>
    public void RefuseTooLong(byte type, IBufferWriter<byte> output)
    {
        if (!_extended.IsSkippingToSync)
        {
            RefuseMessage(
                (FrontendMessageType)type,
                output,
                SqlState.ProtocolViolation,
                $"invalid command of more than {LongestMessageBytes} bytes, use SHOW HELP;");
        }
    }

    private async ValueTask QueryAsync(ReadOnlyMemory<byte> body, IBufferWriter<byte> output)
    {
        var text = TextOf(body.Span);
        _extended.BeginSimpleQuery();
        var answer = ConsoleCommandParser.TryParse(text, out var command, out var problem)
            ? await _executor.RunAsync(command, text)
            : ConsoleAnswer.Failed(problem);
        if (answer.IsSilent)
        {
            return;
        }

        if (answer.Error is { } error)
        {
            _errors.Write(output, error);
        }
        else
        {
            answer.WriteNotice(output);
            if (answer.Table is { } table)
            {
                var writer = new ResultWriter(ResultFormats.Text);
                writer.WriteRowDescription(output, table.Columns);
                writer.WriteRows(output, table, 0, table.Rows.Count);
            }

            BackendMessages.WriteCommandComplete(output, answer.Tag);
        }

        BackendMessages.WriteReadyForQuery(output, TransactionStatus.Idle);
    }

    // A simple query and a function call end with ReadyForQuery whatever happens; the others with the client's Sync.
    private void RefuseMessage(FrontendMessageType message, IBufferWriter<byte> output, string sqlState, string text)
    {
        _errors.Write(output, sqlState, text);
        if (message is FrontendMessageType.Query or FrontendMessageType.FunctionCall or FrontendMessageType.Sync)
        {
            _extended.Sync(output);
        }
        else
        {
            _extended.SkipToSync();
        }
    }

    private static string TextOf(ReadOnlySpan<byte> body)
    {
        var reader = new PayloadReader(body);
        return WireText.Decode(Query.Read(ref reader).Text);
    }
}
