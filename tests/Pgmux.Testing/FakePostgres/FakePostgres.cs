using System.Buffers;
using System.Net;
using System.Net.Security;
using System.Text;
using Pgmux.Testing.Processes;
using Pgmux.Testing.Transport;
using Pgmux.Transport;
using Pgmux.Transport.Tls;

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
    private readonly List<FakeServer> _held = [];
    private readonly TransportListener _listener;

    public FakePostgres(SimulatedNetwork network, SimulatedLoop loop, int port)
    {
        Network = network;
        _loop = loop;
        EndPoint = new IPEndPoint(IPAddress.Loopback, port);
        _listener = loop.Listen(new ListenOptions { EndPoint = EndPoint }, transport => _ = GuardAsync(AcceptAsync(transport)));
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

    /// <summary>The fault dial; null for a server without faults.</summary>
    public BackendFaults? Faults { get; set; }

    /// <summary>How slow and unreliable cancel requests are; null for at once and always.</summary>
    public CancelFaults? CancelFaults { get; set; }

    /// <summary>What SSLRequest is answered with; empty is no answer. A server without TLS says N.</summary>
    public byte[] SslAnswer { get; set; } = "N"u8.ToArray();

    /// <summary>Certificate and more; with them SSLRequest is answered with yes, and the handshake follows.</summary>
    public SslServerAuthenticationOptions? Tls { get; set; }

    /// <summary>SSLRequests so far.</summary>
    public int SslRequests { get; private set; }

    /// <summary>How it finds out who logs in.</summary>
    public LoginMethod LoginMethod { get; set; }

    /// <summary>The users' passwords, for methods that ask for them.</summary>
    public Dictionary<string, string> Passwords { get; } = [];

    /// <summary>The tokens that let a user in by OAUTHBEARER, each with its user.</summary>
    public HashSet<(string User, string Token)> Tokens { get; } = [];

    /// <summary>The tokens that were shown, in their order.</summary>
    public List<(string User, string Token)> ShownTokens { get; } = [];

    /// <summary>Open connections beyond this many are refused with 53300. PostgreSQL's max_connections.</summary>
    public int MaxConnections { get; set; } = int.MaxValue;

    /// <summary>Whether logins are refused with 57P03.</summary>
    public bool IsStartingUp { get; set; }

    /// <summary>Whether statements that wait do not.</summary>
    public bool EndsWaits { get; set; }

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
        FinishLoginsQuietly();
        Network.RunUntilIdle();
    }

    /// <summary>
    /// Ends all that is wrong, and lets nothing happen yet: no more faults, refusals and waits; what was held, stalled or waited goes on;
    /// servers that have fallen silent break.
    /// </summary>
    public void Heal()
    {
        Faults?.Clear();
        CancelFaults = null;
        Refusal = null;
        MaxConnections = int.MaxValue;
        (IsStartingUp, OmitsKey, HoldsCancels, EndsWaits) = (false, false, false, true);
        FinishLoginsQuietly();
        foreach (var cancel in _cancels.Where(cancel => !cancel.IsDone))
        {
            cancel.DeliverQuietly();
        }

        foreach (var server in Open)
        {
            if (server.IsMute)
            {
                server.ResetQuietly();
            }

            server.EndStall();
            server.ReleaseQuietly();
        }
    }

    /// <summary>Takes no more connections.</summary>
    public void StopListening() => _listener.Dispose();

    // A fake that fails would look like a server that hangs.
    private async Task GuardAsync(Task work)
    {
        try
        {
            await work;
        }
        catch (Exception exception)
        {
            _loop.Core.Report(exception);
        }
    }

    private async Task AcceptAsync(TransportConnection transport)
    {
        var input = new MessageStream();
        var startup = await ReadStartupAsync(transport, input);
        while (startup is { Code: RawMessages.SslCode })
        {
            SslRequests++;
            if (await AnswerSslRequestAsync(transport) is not { } next)
            {
                return;
            }

            transport = next;
            startup = await ReadStartupAsync(transport, input);
        }

        if (startup is not var (code, body))
        {
            transport.Close();
            return;
        }

        if (code == RawMessages.CancelCode)
        {
            TakeCancel(transport, body);
            return;
        }

        var words = Encoding.UTF8.GetString(body).Split('\0');
        var parameters = words.Chunk(2).Where(pair => pair is [{ Length: > 0 }, _]).Select(pair => (pair[0], pair[1])).ToArray();
        var server = new FakeServer(this, transport, input, FirstProcessId + _servers.Count, parameters) { IsAutomatic = IsAutomatic };
        _servers.Add(server);
        if (HoldsLogins)
        {
            _held.Add(server);
        }
        else
        {
            await WelcomeAsync(server);
        }
    }

    // Null at the end of the stream.
    private static async Task<(int Code, byte[] Body)?> ReadStartupAsync(TransportConnection transport, MessageStream input)
    {
        while (true)
        {
            if (input.TryTakeStartup(out var code, out var body))
            {
                return (code, body);
            }

            var result = await transport.Input.ReadAsync();
            foreach (var segment in result.Buffer)
            {
                input.Append(segment.Span);
            }

            transport.Input.AdvanceTo(result.Buffer.End);
            if (result.IsCompleted)
            {
                return null;
            }
        }
    }

    // The connection that goes on; null when there is none.
    private async Task<TransportConnection?> AnswerSslRequestAsync(TransportConnection transport)
    {
        transport.Output.Write(Tls is null ? SslAnswer : "S"u8);
        await transport.Output.FlushAsync();
        try
        {
            return Tls is null ? transport : await TlsHandshake.AcceptAsync(transport, Tls, new TlsTuning());
        }
        catch (TlsException)
        {
            // The other side has found something wrong with it, which its test looks at.
            transport.Abort();
            return null;
        }
    }

    private void FinishLoginsQuietly()
    {
        HoldsLogins = false;
        foreach (var server in _held.ToArray())
        {
            _loop.Post(_ => _ = GuardAsync(WelcomeAsync(server)), null);
        }

        _held.Clear();
    }

    private async Task WelcomeAsync(FakeServer server)
    {
        var fault = Faults?.OfLogin();
        if (RefusalOf(server, fault) is { } refusal)
        {
            await server.RefuseAsync(refusal);
            return;
        }

        var password = Passwords.GetValueOrDefault(server.User);
        if (await new LoginExchange(server, password, this).RunAsync(fault == BackendFault.UnknownLogin ? LoginMethod.Unknown : LoginMethod))
        {
            await server.GreetAsync(LoginNoise, hasKey: !OmitsKey);
            await server.ServeAsync();
        }
        else
        {
            server.CloseQuietly();
        }
    }

    private byte[]? RefusalOf(FakeServer server, BackendFault? fault) =>
        Refusal is not null ? Refusal
        : IsStartingUp || fault == BackendFault.StartingUp ? Replies.Fatal("57P03", "the database system is starting up")
        : fault == BackendFault.TooManyConnections || Open.Count > MaxConnections ? Replies.Fatal("53300", "sorry, too many clients already")
        : fault == BackendFault.WrongPassword ? LoginExchange.Failure(server)
        : null;

    private void TakeCancel(TransportConnection transport, byte[] body)
    {
        var processId = System.Buffers.Binary.BinaryPrimitives.ReadInt32BigEndian(body);
        var cancel = new FakeCancel(this, transport, processId, body[4..]);
        _cancels.Add(cancel);
        var (isRefused, hangs, signalDelay, closeDelay) = CancelFaults?.Next() ?? default;
        if (HoldsCancels || hangs)
        {
            return;
        }

        if (isRefused)
        {
            cancel.Refuse();
        }
        else if (CancelFaults is null)
        {
            cancel.DeliverQuietly();
        }
        else
        {
            cancel.Deliver(_loop, signalDelay, closeDelay);
        }
    }
}
