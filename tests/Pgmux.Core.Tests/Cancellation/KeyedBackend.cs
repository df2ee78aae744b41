using System.Buffers.Binary;
using System.Net;
using Pgmux.Testing.FakePostgres;
using Pgmux.Testing.Processes;
using Pgmux.Testing.Transport;
using Pgmux.Transport;

namespace Pgmux.Core.Tests.Cancellation;

/// <summary>A server that hands out a cancel key of any length and never answers a query until it is cancelled with that key.</summary>
internal sealed class KeyedBackend
{
    private const int ProcessId = 4711;

    private readonly byte[] _key;
    private PeerOutput? _session;

    public KeyedBackend(SimulatedLoop loop, int port, byte[] key)
    {
        _key = key;
        loop.Listen(new ListenOptions { EndPoint = new IPEndPoint(IPAddress.Loopback, port) }, transport => _ = ServeAsync(transport));
    }

    /// <summary>Cancel requests: process id and key, as they came.</summary>
    public List<(int ProcessId, byte[] Key)> Cancels { get; } = [];

    private async Task ServeAsync(TransportConnection transport)
    {
        var input = new MessageStream();
        var output = new PeerOutput(transport);
        var isStarted = false;
        while (true)
        {
            var result = await transport.Input.ReadAsync();
            foreach (var segment in result.Buffer)
            {
                input.Append(segment.Span);
            }

            transport.Input.AdvanceTo(result.Buffer.End);
            if (!isStarted && input.TryTakeStartup(out var code, out var body))
            {
                isStarted = true;
                if (code == RawMessages.CancelCode)
                {
                    OnCancel(body);
                    transport.Close();
                    return;
                }

                _session = output;
                output.Write([.. Replies.AuthenticationOk(), .. Replies.BackendKeyData(ProcessId, _key), .. Replies.ReadyForQuery()]);
            }

            if (result.IsCompleted)
            {
                transport.Close();
                return;
            }
        }
    }

    private void OnCancel(byte[] body)
    {
        var (processId, key) = (BinaryPrimitives.ReadInt32BigEndian(body), body[4..]);
        Cancels.Add((processId, key));
        if (processId == ProcessId && key.AsSpan().SequenceEqual(_key))
        {
            _session!.Write([.. Replies.Error("57014", "canceling statement due to user request"), .. Replies.ReadyForQuery()]);
        }
    }
}
