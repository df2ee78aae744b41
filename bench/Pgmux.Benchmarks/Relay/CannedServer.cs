using System.Buffers;
using System.IO.Pipelines;
using Pgmux.Protocol;
using Pgmux.Transport;

namespace Pgmux.Benchmarks.Relay;

/// <summary>A server connection that answers what it knows and allocates nothing once it is logged in.</summary>
internal sealed class CannedServer(TransportConnection transport)
{
    private static readonly byte[] Welcome = WriteWelcome();

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
        while (Find(rest) is { } exchange)
        {
            transport.Output.Write(exchange.Reply);
            rest = rest[exchange.Request.Length..];
        }

        transport.Input.AdvanceTo(buffer.GetPosition(buffer.FirstSpan.Length - rest.Length), buffer.End);
    }

    private static Exchange? Find(ReadOnlySpan<byte> input)
    {
        foreach (var exchange in Exchanges.All)
        {
            if (input.StartsWith(exchange.Request))
            {
                return exchange;
            }
        }

        return null;
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
