using System.Buffers.Binary;
using System.Net;
using Pgmux.Testing.FakePostgres;
using Pgmux.Testing.Processes;
using Pgmux.Testing.Transport;
using Pgmux.Transport;

namespace Pgmux.Core.Tests.Servers;

/// <summary>A second server, at an address and with a cancel key of the test's choice.</summary>
internal sealed class OtherBackend
{
    private const int ProcessId = 4711;

    private readonly byte[] _key;
    private readonly List<TransportConnection> _open = [];
    private PeerOutput? _waiting;

    public OtherBackend(SimulatedNetwork network, IPEndPoint endPoint, byte[]? key = null)
    {
        _key = key ?? RawMessages.Int32(ProcessId);
        network.Loops[^1].Listen(new ListenOptions { EndPoint = endPoint }, transport => _ = ServeAsync(transport));
    }

    /// <summary>Cancel requests: process id and key, as they came.</summary>
    public List<(int ProcessId, byte[] Key)> Cancels { get; } = [];

    /// <summary>What was executed on all connections.</summary>
    public List<string> Executed { get; } = [];

    /// <summary>Startup packets so far.</summary>
    public int Logins { get; private set; }

    /// <summary>Connections that are open.</summary>
    public int OpenCount => _open.Count;

    /// <summary>Versions that the startup packets have asked for.</summary>
    public List<int> Versions { get; } = [];

    /// <summary>What it says after the startup packet and before everything else.</summary>
    public byte[] FirstWords { get; set; } = [];

    /// <summary>Closes all connections.</summary>
    public void CloseAll()
    {
        foreach (var transport in _open.ToArray())
        {
            transport.Close();
        }
    }

    private async Task ServeAsync(TransportConnection transport)
    {
        var input = new MessageStream();
        var output = new PeerOutput(transport);
        var model = new PostgresModel(new RuntimeParameters([]));
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
                if (code == RawMessages.SslCode)
                {
                    output.Write("N"u8.ToArray());
                    continue;
                }

                isStarted = true;
                if (code == RawMessages.CancelCode)
                {
                    OnCancel(body);
                    break;
                }

                Logins++;
                _open.Add(transport);
                Versions.Add(code);
                output.Write([.. FirstWords, .. Replies.AuthenticationOk(), .. Replies.BackendKeyData(ProcessId, _key), .. Replies.ReadyForQuery()]);
            }

            while (isStarted && input.TryTake(out var message))
            {
                Answer(model, message, output);
            }

            if (result.IsCompleted || model.HasEnded)
            {
                break;
            }
        }

        _open.Remove(transport);
        transport.Close();
    }

    private void Answer(PostgresModel model, RawMessage message, PeerOutput output)
    {
        var before = model.Executed.Count;
        foreach (var reply in model.Handle(message))
        {
            if (ReferenceEquals(reply, StatementRunner.Wait))
            {
                // To its cancel request.
                _waiting = output;
                break;
            }

            output.Write(reply);
        }

        Executed.AddRange(model.Executed.Skip(before));
    }

    private void OnCancel(byte[] body)
    {
        var (processId, key) = (BinaryPrimitives.ReadInt32BigEndian(body), body[4..]);
        Cancels.Add((processId, key));
        if (processId == ProcessId && key.AsSpan().SequenceEqual(_key))
        {
            _waiting!.Write([.. Replies.Error("57014", "canceling statement due to user request"), .. Replies.ReadyForQuery()]);
        }
    }
}
