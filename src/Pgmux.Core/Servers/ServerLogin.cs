using System.Buffers;
using Pgmux.Core.Authentication;
using Pgmux.Protocol;
using Pgmux.Transport;

namespace Pgmux.Core.Servers;

/// <summary>From a connected byte stream to the server's first ReadyForQuery.</summary>
internal sealed class ServerLogin(
    ServerConnection server, TransportConnection transport, ServerCredentials credentials, ServerParameters parameters, ScramSecretCache keys)
{
    /// <summary>
    /// Longest message before the login is complete. PostgreSQL's are far shorter; what is longer is not PostgreSQL (rows C02, C10).
    /// </summary>
    public const int MaximumMessageBytes = 64 * 1024;

    // Run-time parameters that a server reports at most; PostgreSQL 18 reports 16.
    private const int MaximumParameters = 256;

    private readonly List<KeyValuePair<string, string>> _welcome = [];
    private readonly ServerAuthenticator _authenticator = new(
        server.Target.User, credentials, keys, transport.Tls?.ServerEndPointBinding, transport.Tls is not null || ServerTarget.IsThisMachine(server.EndPoint));
    private bool _isAuthenticated;
    private bool _isNegotiated;

    /// <summary>What the server said of itself, in its order.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Welcome => _welcome;

    /// <summary>The backend's process id; 0 when it did not say.</summary>
    public int ProcessId { get; private set; }

    /// <summary>The backend's key for cancel requests; empty when it did not say.</summary>
    public ReadOnlyMemory<byte> CancelSecret { get; private set; }

    /// <summary>
    /// Whether the server has refused before it asked for anything: then nothing was shown to it, and the reason may be that the connection
    /// is encrypted, or is not (pg_hba.conf).
    /// </summary>
    public bool IsRefusedUnasked { get; private set; }

    /// <summary>Whether the server has refused after it had asked: the password, most likely.</summary>
    public bool IsRefusedAsked { get; private set; }

    /// <summary>What the server has said to a token that it does not take; null when it has not looked at one.</summary>
    public byte[]? TokenError => _authenticator.TokenError;

    /// <summary>Why the secret that there is cannot answer what the server asks, for the log; null when nothing is wrong with it.</summary>
    public string? SecretTrouble { get; private set; }

    /// <summary>Logs in.</summary>
    /// <returns>Why it failed; null when it succeeded, or when the connection was closed meanwhile.</returns>
    /// <exception cref="ProtocolViolationException">The server does not speak the protocol.</exception>
    public async ValueTask<ErrorFields?> RunAsync()
    {
        WriteStartup();
        await transport.Output.FlushAsync();
        while (true)
        {
            var result = await transport.Input.ReadAsync();
            if (server.State == ServerState.Closed)
            {
                return null;
            }

            var step = TakeMessage(result.Buffer, out var taken, out var refusal);
            transport.Input.AdvanceTo(
                result.Buffer.GetPosition(taken), step == LoginStep.NeedMore ? result.Buffer.End : result.Buffer.GetPosition(taken));
            switch (step)
            {
                case LoginStep.Ready:
                    parameters.OnLoginCompleted();
                    return null;
                case LoginStep.Refused:
                    return refusal;
                case LoginStep.Derive:
                    await transport.Loop.OffloadAsync(_authenticator.Derivation!.Run);
                    _authenticator.Resume(transport.Output);
                    break;
                case LoginStep.NeedMore when result.IsCompleted:
                    return ErrorFields.Fatal(SqlState.ConnectionFailure, ServerCloseReason.Crashed.Describe());
            }

            await transport.Output.FlushAsync();
        }
    }

    private enum LoginStep
    {
        NeedMore,
        Next,
        Derive,
        Ready,
        Refused,
    }

    private void WriteStartup()
    {
        var target = server.Target;
        var parameters = server.Replication?.Over(target.Options.StartupParameters) ?? target.Options.StartupParameters;
        FrontendMessages.WriteStartup(
            transport.Output,
            target.Version.Code,
            [
                KeyValuePair.Create("user", target.User),
                KeyValuePair.Create("database", target.Database),
                .. parameters,
            ]);
    }

    private LoginStep TakeMessage(in ReadOnlySequence<byte> buffer, out int taken, out ErrorFields? refusal)
    {
        taken = 0;
        refusal = null;
        using var read = new ContiguousRead(buffer);
        var input = read.Span;
        if (!FrameReader.TryPeek(input, MaximumMessageBytes, out var type, out var bodyLength)
            || input.Length - FrameReader.HeaderBytes < bodyLength)
        {
            return LoginStep.NeedMore;
        }

        taken = FrameReader.HeaderBytes + bodyLength;
        return Handle((BackendMessageType)type, input[FrameReader.HeaderBytes..taken], out refusal);
    }

    private LoginStep Handle(BackendMessageType type, ReadOnlySpan<byte> body, out ErrorFields? refusal)
    {
        refusal = null;
        var reader = new PayloadReader(body);
        switch (type)
        {
            case BackendMessageType.Authentication when !_isAuthenticated:
                return Authenticate(body, out refusal);
            case BackendMessageType.ErrorResponse:
                refusal = ErrorFields.Read(body);
                IsRefusedAsked = _authenticator.IsAsked;
                IsRefusedUnasked = !IsRefusedAsked;
                return LoginStep.Refused;
            case BackendMessageType.NoticeResponse:
            case BackendMessageType.NotificationResponse:
                return LoginStep.Next;
            case BackendMessageType.NegotiateProtocolVersion when !_isNegotiated:
                Negotiate(NegotiateProtocolVersion.Read(ref reader));
                return LoginStep.Next;
            case BackendMessageType.ParameterStatus when _welcome.Count < MaximumParameters:
                var status = ParameterStatus.Read(ref reader);
                parameters.OnReported(status);
                TakeWelcome(WireText.Decode(status.Name), WireText.Decode(status.Value));
                return LoginStep.Next;
            case BackendMessageType.BackendKeyData when _isAuthenticated:
                var key = BackendKeyData.Read(ref reader);
                ProcessId = key.ProcessId;
                CancelSecret = key.Secret.ToArray();
                return LoginStep.Next;
            case BackendMessageType.ReadyForQuery when _isAuthenticated:
                return ReadyForQuery.Read(ref reader).Status == TransactionStatus.Idle
                    ? LoginStep.Ready
                    : throw ProtocolViolationException.UnexpectedBackendMessage((byte)type);
            default:
                throw ProtocolViolationException.UnexpectedBackendMessage((byte)type);
        }
    }

    // pgmux asks for no options, so the only reason to say it is that the server goes on with an older version: with 3.0, since 3.1 never was.
    // Longer keys than 3.0 has are taken from any server, as libpq before 18 takes them.
    private void Negotiate(in NegotiateProtocolVersion answer)
    {
        _isNegotiated = true;
        if (answer.NewestMinor != ProtocolVersion.V3.Minor || server.Target.Version == ProtocolVersion.V3 || answer.UnrecognizedOptions.Count > 0)
        {
            throw ProtocolViolationException.InvalidNegotiation(
                new ProtocolVersion(ProtocolVersion.SupportedMajor, answer.NewestMinor), answer.UnrecognizedOptions.Count);
        }
    }

    private void TakeWelcome(string name, string value)
    {
        _welcome.RemoveAll(pair => pair.Key == name);
        _welcome.Add(KeyValuePair.Create(name, value));
    }

    private LoginStep Authenticate(ReadOnlySpan<byte> body, out ErrorFields? refusal)
    {
        refusal = null;
        switch (_authenticator.Handle(body, transport.Output))
        {
            case AuthenticationStep.Succeeded:
                _isAuthenticated = true;
                return LoginStep.Next;
            case AuthenticationStep.Failed when _authenticator.Failure == ServerAuthenticationFailure.WrongPasswordType:
                // PgBouncer's words: clients are told less than the log.
                SecretTrouble = _authenticator.FailureText;
                refusal = ErrorFields.Fatal(SqlState.InvalidPassword, "server login failed: wrong password type");
                return LoginStep.Refused;
            case AuthenticationStep.Failed:
                refusal = ErrorFields.Fatal(SqlState.InvalidPassword, $"server login failed: {_authenticator.FailureText}");
                return LoginStep.Refused;
            case AuthenticationStep.NeedsDerivation:
                return LoginStep.Derive;
            default:
                return LoginStep.Next;
        }
    }
}
