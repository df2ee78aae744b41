using System.Net;
using System.Text;
using Pgmux.Testing.Processes;
using Pgmux.Testing.Transport;
using Pgmux.Transport;

namespace Pgmux.Testing.FakePostgres;

/// <summary>
/// A PostgreSQL on the simulated network. By itself it behaves (<see cref="PostgresModel"/>); each fault is a knob, and a test may
/// take over a connection and write every reply itself.
/// </summary>
internal sealed class FakePostgres
{
    // Nothing that could be taken for a count or a port.
    private const int FirstProcessId = 1000;

    private readonly SimulatedLoop _loop;
    private readonly List<FakeServer> _servers = [];
    private readonly List<FakeCancel> _cancels = [];
    private readonly List<(FakeServer Server, TransportConnection Transport, MessageStream Input)> _held = [];
    private readonly TransportListener _listener;

    public FakePostgres(SimulatedNetwork network, SimulatedLoop loop, int port)
    {
        Network = network;
        _loop = loop;
        EndPoint = new IPEndPoint(IPAddress.Loopback, port);
        _listener = loop.Listen(new ListenOptions { EndPoint = EndPoint }, transport => _ = AcceptAsync(transport));
    }

    public SimulatedNetwork Network { get; }

    public IPEndPoint EndPoint { get; }

    /// <summary>What all its backends have in common.</summary>
    public FakeDatabase Database { get; } = new();

    /// <summary>Parse messages so far, on all connections.</summary>
    public int ParseCount => _servers.Sum(server => server.Parses.Count);

    /// <summary>All connections that have sent a startup packet, in their order, the closed ones included.</summary>
    public IReadOnlyList<FakeServer> Servers => _servers;

    /// <summary>Those that are open.</summary>
    public IReadOnlyList<FakeServer> Open => [.. _servers.Where(server => server.IsOpen)];

    /// <summary>Cancel requests in the order of their arrival.</summary>
    public IReadOnlyList<FakeCancel> Cancels => _cancels;

    /// <summary>Startup packets so far.</summary>
    public int Logins => _servers.Count;

    /// <summary>What a login is answered with instead of a welcome; the connection closes after it.</summary>
    public byte[]? Refusal { get; set; }

    /// <summary>Whether logins are left without an answer until <see cref="FinishLogins"/>.</summary>
    public bool HoldsLogins { get; set; }

    /// <summary>Whether cancel requests wait for <see cref="FakeCancel.Deliver"/>.</summary>
    public bool HoldsCancels { get; set; }

    /// <summary>Whether BackendKeyData is left out.</summary>
    public bool OmitsKey { get; set; }

    /// <summary>Sent before, between and after the messages of a login.</summary>
    public byte[] LoginNoise { get; set; } = [];

    /// <summary>Whether new connections answer by themselves.</summary>
    public bool IsAutomatic { get; set; } = true;

    /// <summary>Parameters that are reported beyond the usual ones.</summary>
    public IReadOnlyList<string> AlsoReported { get; set; } = [];

    /// <summary>The only open connection.</summary>
    public FakeServer Single => Open.Single();

    /// <summary>The connection with this process id, closed or not; null when there is none.</summary>
    public FakeServer? Find(int processId) =>
        processId - FirstProcessId is >= 0 and var index && index < _servers.Count ? _servers[index] : null;

    /// <summary>Whether a text has come on any connection, be it in a startup packet or in a message.</summary>
    public bool HasReceived(string text) => _servers.Any(server =>
        server.Startup.Any(pair => pair.Name.Contains(text, StringComparison.Ordinal) || pair.Value.Contains(text, StringComparison.Ordinal))
        || server.Received.Any(message => message.Body.AsSpan().IndexOf(Encoding.UTF8.GetBytes(text)) >= 0));

    /// <summary>Answers the logins that were held.</summary>
    public void FinishLogins()
    {
        HoldsLogins = false;
        foreach (var (server, transport, input) in _held.ToArray())
        {
            _loop.Post(_ => _ = WelcomeAsync(server, transport, input), null);
        }

        _held.Clear();
        Network.RunUntilIdle();
    }

    /// <summary>Takes no more connections.</summary>
    public void StopListening() => _listener.Dispose();

    private async Task AcceptAsync(TransportConnection transport)
    {
        var input = new MessageStream();
        int code;
        byte[]? body;
        while (!input.TryTakeStartup(out code, out body))
        {
            var result = await transport.Input.ReadAsync();
            foreach (var segment in result.Buffer)
            {
                input.Append(segment.Span);
            }

            transport.Input.AdvanceTo(result.Buffer.End);
            if (result.IsCompleted)
            {
                transport.Close();
                return;
            }
        }

        if (code == RawMessages.CancelCode)
        {
            TakeCancel(transport, body);
            return;
        }

        var words = Encoding.UTF8.GetString(body).Split('\0');
        var startup = words.Chunk(2).Where(pair => pair is [{ Length: > 0 }, _]).Select(pair => (pair[0], pair[1])).ToArray();
        var server = new FakeServer(this, transport, FirstProcessId + _servers.Count, startup) { IsAutomatic = IsAutomatic };
        _servers.Add(server);
        if (HoldsLogins)
        {
            _held.Add((server, transport, input));
        }
        else
        {
            await WelcomeAsync(server, transport, input);
        }
    }

    private async Task WelcomeAsync(FakeServer server, TransportConnection transport, MessageStream input)
    {
        if (Refusal is { } refusal)
        {
            server.Refuse(refusal);
            return;
        }

        server.Greet(LoginNoise, hasKey: !OmitsKey);
        await server.ServeAsync(input);
    }

    private void TakeCancel(TransportConnection transport, byte[] body)
    {
        var processId = System.Buffers.Binary.BinaryPrimitives.ReadInt32BigEndian(body);
        var cancel = new FakeCancel(this, transport, processId, body[4..]);
        _cancels.Add(cancel);
        if (!HoldsCancels)
        {
            cancel.DeliverQuietly();
        }
    }
}
