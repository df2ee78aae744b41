using System.Buffers;
using System.IO.Pipelines;
using Pgmux.Protocol;
using Pgmux.Transport;

namespace Pgmux.Benchmarks.Relay;

/// <summary>A server connection that answers what it knows and allocates nothing once it is logged in.</summary>
internal sealed class CannedServer(TransportConnection transport)
{
    private static readonly byte[] Welcome = WriteWelcome();

    private readonly CannedStatements _statements = new();

    /// <summary>Lets one session in, then answers exchange after exchange until pgmux hangs up.</summary>
    public async Task RunAsync()
    {
        // The startup packet of a login without a password is all that comes before the welcome.
        var startup = await transport.Input.ReadAsync();
        transport.Input.AdvanceTo(startup.Buffer.End);
        transport.Output.Write(Welcome);
        await transport.Output.FlushAsync();
        while (true)
        {
            var result = await transport.Input.ReadAsync();
            Answer(result);
            if (result.IsCompleted)
            {
                transport.Close();
                return;
            }

            await transport.Output.FlushAsync();
        }
    }

    private void Answer(in ReadResult result)
    {
        var buffer = result.Buffer;
        var rest = buffer.FirstSpan;
        while (FrameReader.TryPeek(rest, int.MaxValue, out var type, out var bodyLength) && rest.Length >= FrameReader.HeaderBytes + bodyLength)
        {
            var message = rest[..(FrameReader.HeaderBytes + bodyLength)];
            if (type == (byte)FrontendMessageType.Query)
            {
                transport.Output.Write(ReplyTo(message));
            }
            else if (type != (byte)FrontendMessageType.Terminate)
            {
                _statements.Answer((FrontendMessageType)type, message[FrameReader.HeaderBytes..], transport.Output);
            }

            rest = rest[message.Length..];
        }

        transport.Input.AdvanceTo(buffer.GetPosition(buffer.FirstSpan.Length - rest.Length), buffer.End);
    }

    private static byte[] ReplyTo(ReadOnlySpan<byte> query)
    {
        foreach (var exchange in Exchanges.Queries)
        {
            if (query.SequenceEqual(exchange.Request))
            {
                return exchange.Reply;
            }
        }

        throw new InvalidOperationException("an unknown query is asked");
    }

    private static byte[] WriteWelcome()
    {
        var output = new ArrayBufferWriter<byte>();
        BackendMessages.WriteAuthenticationOk(output);
        BackendMessages.WriteParameterStatus(output, "application_name", "");
        BackendMessages.WriteParameterStatus(output, "client_encoding", "UTF8");
        BackendMessages.WriteParameterStatus(output, "DateStyle", "ISO, MDY");
        BackendMessages.WriteParameterStatus(output, "TimeZone", "UTC");
        BackendMessages.WriteParameterStatus(output, "standard_conforming_strings", "on");
        BackendMessages.WriteParameterStatus(output, "server_version", "18.0");
        BackendMessages.WriteBackendKeyData(output, processId: 1, [1, 2, 3, 4]);
        BackendMessages.WriteReadyForQuery(output, TransactionStatus.Idle);
        return output.WrittenSpan.ToArray();
    }
}
