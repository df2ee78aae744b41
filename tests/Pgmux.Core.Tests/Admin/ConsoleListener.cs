using System.Buffers;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Pgmux.Core.Admin;
using Pgmux.Protocol;

namespace Pgmux.Core.Tests.Admin;

/// <summary>The console behind a real socket on loopback, for real drivers. Lets everybody in as administrator.</summary>
internal sealed class ConsoleListener : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _accepting;

    public ConsoleListener()
    {
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public FakeConsoleSource Source { get; } = new();

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Dispose();
        await _accepting;
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        var sessions = new List<Task>();
        try
        {
            while (true)
            {
                sessions.Add(ServeAsync(await _listener.AcceptTcpClientAsync(_stop.Token)));
            }
        }
        catch (OperationCanceledException)
        {
            await Task.WhenAll(sessions);
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using (client)
        {
            try
            {
                await ServeAsync(client.GetStream());
            }
            catch (Exception e) when (e is IOException or OperationCanceledException)
            {
                // The driver went away, or the test is over.
            }
        }
    }

    private async Task ServeAsync(NetworkStream stream)
    {
        var output = new ArrayBufferWriter<byte>();
        var session = new ConsoleSession(Source, new FakeWaiter(), ConsoleRights.Administer, NullLogger.Instance, "");

        // A startup packet has no type byte.
        var length = await ReadAsync(stream, sizeof(int));
        await ReadAsync(stream, System.Buffers.Binary.BinaryPrimitives.ReadInt32BigEndian(length) - sizeof(int));
        BackendMessages.WriteAuthenticationOk(output);
        foreach (var (name, value) in ConsoleWelcome.Parameters)
        {
            BackendMessages.WriteParameterStatus(output, name, value);
        }

        BackendMessages.WriteBackendKeyData(output, 1, [1, 2, 3, 4]);
        BackendMessages.WriteReadyForQuery(output, TransactionStatus.Idle);
        var outcome = ConsoleOutcome.Continue;
        while (outcome == ConsoleOutcome.Continue)
        {
            await stream.WriteAsync(output.WrittenMemory, _stop.Token);
            output.ResetWrittenCount();
            var header = await ReadAsync(stream, FrameReader.HeaderBytes);
            FrameReader.TryPeek(header, ConsoleSession.LongestMessageBytes, out var type, out var bodyLength);
            outcome = await session.HandleAsync(type, await ReadAsync(stream, bodyLength), output);
        }
    }

    private async Task<byte[]> ReadAsync(NetworkStream stream, int count)
    {
        var bytes = new byte[count];
        await stream.ReadExactlyAsync(bytes, _stop.Token);
        return bytes;
    }
}
