using System.Buffers;
using Pgmux.Core.Admin;
using Pgmux.Core.Clients;
using Pgmux.Core.Configuration;
using Pgmux.Protocol;
using Pgmux.Transport;

namespace Pgmux.Core.Hosting;

/// <summary>Carries the messages of a client that has logged in to the console.</summary>
internal sealed class ConsoleClient(
    ClientConnection client, IConsoleSource source, ClientEnvironment environment, StatisticsHistory statistics)
{
    private FrameReader _frames;
    private bool _isTooLong;

    /// <summary>Serves the client until it leaves.</summary>
    public async Task RunAsync()
    {
        var options = environment.Configuration.Current.Options;
        var rights = client.IsConsoleOwner || options.AuthType == AuthType.Any
            ? ConsoleRights.Administer
            : ConsoleAccess.RightsOf(options, client.User);
        if (rights == ConsoleRights.None)
        {
            client.Close(ClientCloseReason.AuthenticationFailed, ClientErrors.NotAllowedOnConsole);
            return;
        }

        var session = new ConsoleSession(source, new ConsoleWaiter(client), rights, environment.Logger, client.LogName);
        WriteWelcome();
        while (client.State != ClientState.Closed)
        {
            await client.Output.FlushAsync();
            var result = await client.Transport.Input.ReadAsync();
            if (client.State == ClientState.Closed)
            {
                return;
            }

            var (type, body, taken) = TakeMessage(result.Buffer);
            client.Transport.Input.AdvanceTo(
                result.Buffer.GetPosition(taken), taken == 0 ? result.Buffer.End : result.Buffer.GetPosition(taken));
            if (body is not null)
            {
                await HandleAsync(session, type, body);
            }
            else if (_isTooLong && taken > 0)
            {
                RefuseTooLong(session, type);
            }
            else if (taken == 0 && result.IsCompleted)
            {
                client.Close(ClientCloseReason.UnexpectedEof);
            }
        }
    }

    private async Task HandleAsync(ConsoleSession session, byte type, byte[] body)
    {
        var clock = client.Loop.TimeProvider;
        var began = clock.GetTimestamp();
        if (await session.HandleAsync(type, body, client.Output) == ConsoleOutcome.Close)
        {
            client.Close(ClientCloseReason.CloseRequest);
        }

        if ((FrontendMessageType)type is FrontendMessageType.Query or FrontendMessageType.Execute)
        {
            statistics.OnConsoleCommand(clock.GetTimestamp() - began);
        }
    }

    private void WriteWelcome()
    {
        foreach (var (name, value) in ConsoleWelcome.Parameters)
        {
            BackendMessages.WriteParameterStatus(client.Output, name, value);
        }

        client.WriteBackendKey();
        BackendMessages.WriteReadyForQuery(client.Output, TransactionStatus.Idle);
    }

    private void RefuseTooLong(ConsoleSession session, byte type)
    {
        if (!_frames.IsMidMessage)
        {
            _isTooLong = false;
            session.RefuseTooLong(type, client.Output);
        }
    }

    // A message is taken whole, or, above the console's limit, dropped piece by piece.
    private (byte Type, byte[]? Body, int Taken) TakeMessage(in ReadOnlySequence<byte> buffer)
    {
        using var read = new ContiguousRead(buffer);
        var input = read.Span;
        if (!_frames.IsMidMessage)
        {
            if (!FrameReader.TryPeek(input, int.MaxValue, out var type, out var bodyLength))
            {
                return default;
            }

            _isTooLong = bodyLength > ConsoleSession.LongestMessageBytes;
            if (!_isTooLong)
            {
                var end = FrameReader.HeaderBytes + bodyLength;
                return input.Length < end ? default : (type, input[FrameReader.HeaderBytes..end].ToArray(), end);
            }
        }

        return _frames.Read(input, int.MaxValue, out var frame) == FrameStatus.NeedMore
            ? default
            : (frame.Type, null, frame.Bytes.Length);
    }
}
