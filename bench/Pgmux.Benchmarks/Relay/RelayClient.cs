using System.Buffers;
using Pgmux.Protocol;
using Pgmux.Testing.Transport;
using Pgmux.Transport;

namespace Pgmux.Benchmarks.Relay;

/// <summary>A client of the multiplexer, driven from outside its loop: it sends, the simulation runs, it reads.</summary>
/// <param name="network">What runs.</param>
/// <param name="transport">The client's end.</param>
/// <param name="findFault">Why the server has stopped to answer, when it has.</param>
internal sealed class RelayClient(SimulatedNetwork network, TransportConnection transport, Func<Exception?> findFault)
{
    /// <summary>Logs in; the multiplexer asks for no password.</summary>
    public void LogIn(string applicationName)
    {
        KeyValuePair<string, string>[] startup =
            [new("user", "bench"), new("database", "bench"), new("application_name", applicationName)];
        FrontendMessages.WriteStartup(transport.Output, ProtocolVersion.V3.Code, startup);
        transport.Flush();
        var welcome = Read();
        ReadOnlySpan<byte> ready = [(byte)BackendMessageType.ReadyForQuery, 0, 0, 0, 5, (byte)TransactionStatus.Idle];
        if (!welcome.AsSpan().EndsWith(ready))
        {
            throw new InvalidOperationException($"the login failed: {Convert.ToHexString(welcome)}");
        }
    }

    /// <summary>
    /// Sends an exchange's request and does not wait for the answer. A long one goes as far as the multiplexer takes it, piece by piece.
    /// </summary>
    public void Send(Exchange exchange)
    {
        var rest = exchange.Request.AsSpan();
        while (rest.Length > Exchange.PieceBytes)
        {
            transport.Output.Write(rest[..Exchange.PieceBytes]);
            transport.Flush();
            network.RunUntilIdle();
            if (transport.UnsentBytes > 0)
            {
                throw new InvalidOperationException("nobody takes the request", findFault());
            }

            rest = rest[Exchange.PieceBytes..];
        }

        transport.Output.Write(rest);
        transport.Flush();
    }

    /// <summary>Takes an exchange's whole reply.</summary>
    /// <returns>Bytes received.</returns>
    public int Receive(Exchange exchange)
    {
        var received = 0;
        while (received < exchange.Reply.Length)
        {
            network.RunUntilIdle();
            if (!transport.Input.TryRead(out var result))
            {
                throw new InvalidOperationException($"{received} of {exchange.Reply.Length} bytes came", findFault());
            }

            received += Compare(result.Buffer, exchange.Reply.AsSpan(received));
            transport.Input.AdvanceTo(result.Buffer.End);
        }

        return received;
    }

    /// <summary>Sends a request and takes the whole reply.</summary>
    /// <returns>Bytes received.</returns>
    public int Run(Exchange exchange)
    {
        Send(exchange);
        return Receive(exchange);
    }

    private static int Compare(in ReadOnlySequence<byte> received, ReadOnlySpan<byte> expected)
    {
        var bytes = received.FirstSpan;
        return received.IsSingleSegment && !bytes.IsEmpty && expected.StartsWith(bytes)
            ? bytes.Length
            : throw new InvalidOperationException("another answer came than the server's");
    }

    private byte[] Read()
    {
        network.RunUntilIdle();
        if (!transport.Input.TryRead(out var result))
        {
            return [];
        }

        var bytes = result.Buffer.ToArray();
        transport.Input.AdvanceTo(result.Buffer.End);
        return bytes;
    }
}
