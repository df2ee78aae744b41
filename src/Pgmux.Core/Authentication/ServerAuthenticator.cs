using System.Buffers;
using System.Diagnostics;
using Pgmux.Protocol;

namespace Pgmux.Core.Authentication;

/// <summary>
/// Answers the authentication requests of one server. Without I/O: the caller hands in the bodies of the server's messages, sends what
/// is written, and runs <see cref="Derivation"/> off the loop. One method per login: a server that asks for a second one after it got
/// an answer is not obeyed, and after SCRAM has begun only a right signature leads on.
/// </summary>
/// <param name="user">Who logs in.</param>
/// <param name="credentials">With what.</param>
/// <param name="keys">Keeps what is derived of passwords.</param>
/// <param name="channelBinding">The hash of the server's certificate (tls-server-end-point); null or empty when the connection is in clear.</param>
/// <param name="isPrivate">Whether nobody else can read what is sent: a token, unlike a proof of SCRAM, is good for whoever has it.</param>
internal sealed class ServerAuthenticator(
    string user, ServerCredentials credentials, ScramSecretCache keys, byte[]? channelBinding = null, bool isPrivate = false)
{
    private ServerAuthenticationState _state = ServerAuthenticationState.AwaitingRequest;
    private ScramClient? _scram;

    /// <summary>Work to run off the loop before <see cref="Resume"/>, after <see cref="AuthenticationStep.NeedsDerivation"/>.</summary>
    public ScramDerivation? Derivation { get; private set; }

    /// <summary>Whether the server has asked for anything, or has let us in.</summary>
    public bool IsAsked => _state != ServerAuthenticationState.AwaitingRequest;

    /// <summary>What the server has said to a token that it does not take: where others are to be had. Null when it has not looked at one.</summary>
    public byte[]? TokenError { get; private set; }

    /// <summary>Why the login failed, after <see cref="AuthenticationStep.Failed"/>.</summary>
    public ServerAuthenticationFailure? Failure { get; private set; }

    /// <summary>The same in words, for the log.</summary>
    public string FailureText { get; private set; } = "";

    /// <summary>Takes the body of a message of type <see cref="BackendMessageType.Authentication"/>.</summary>
    /// <exception cref="ProtocolViolationException">The message breaks the protocol; the server is closed.</exception>
    public AuthenticationStep Handle(ReadOnlySpan<byte> authenticationBody, IBufferWriter<byte> output)
    {
        var reader = new PayloadReader(authenticationBody);
        var request = AuthenticationRequest.Read(ref reader);
        return (_state, request.Kind) switch
        {
            (ServerAuthenticationState.AwaitingRequest, AuthenticationRequestKind.Ok) when credentials.MustShowToken => Fail(
                ServerAuthenticationFailure.TokenNotAsked, "the server lets the user in without asking for the client's OAuth token, so nobody has looked at it"),
            (ServerAuthenticationState.AwaitingRequest or ServerAuthenticationState.PasswordSent or ServerAuthenticationState.ServerVerified
                or ServerAuthenticationState.TokenSent,
                AuthenticationRequestKind.Ok) => Succeed(),
            (ServerAuthenticationState.AwaitingRequest, AuthenticationRequestKind.CleartextPassword) => AnswerCleartext(output),
            (ServerAuthenticationState.AwaitingRequest, AuthenticationRequestKind.Md5Password) => AnswerMd5(request.Salt, output),
            (ServerAuthenticationState.AwaitingRequest, AuthenticationRequestKind.Sasl) => StartSasl(request, output),
            (ServerAuthenticationState.TokenSent, AuthenticationRequestKind.SaslContinue) => TakeTokenError(request.Data, output),
            (ServerAuthenticationState.AwaitingServerFirst, AuthenticationRequestKind.SaslContinue) => AnswerChallenge(request.Data, output),
            (ServerAuthenticationState.AwaitingServerFinal, AuthenticationRequestKind.SaslFinal) => CheckSignature(request.Data),
            (ServerAuthenticationState.AwaitingRequest, not (AuthenticationRequestKind.SaslContinue or AuthenticationRequestKind.SaslFinal)) =>
                Fail(ServerAuthenticationFailure.UnsupportedMethod, $"server asks for unsupported authentication method {(int)request.Kind}"),
            _ => Fail(
                ServerAuthenticationFailure.Malformed,
                $"authentication request {(int)request.Kind} does not belong here"),
        };
    }

    /// <summary>Goes on after <see cref="Derivation"/> has run.</summary>
    public AuthenticationStep Resume(IBufferWriter<byte> output) => _state == ServerAuthenticationState.Deriving
        ? Prove(Derivation!.Run(), output)
        : throw new UnreachableException("nothing was being derived");

    private AuthenticationStep AnswerCleartext(IBufferWriter<byte> output)
    {
        if (credentials.Password is null)
        {
            return FailWithoutPassword("cannot send a cleartext password: wrong password type");
        }

        FrontendMessages.WritePassword(output, credentials.Password);
        _state = ServerAuthenticationState.PasswordSent;
        return AuthenticationStep.Continue;
    }

    private AuthenticationStep AnswerMd5(ReadOnlySpan<byte> salt, IBufferWriter<byte> output)
    {
        var md5Secret = credentials.Md5Secret ?? (credentials.Password is { } password ? Md5Password.HashSecret(user, password) : null);
        if (md5Secret is null)
        {
            return FailWithoutPassword("cannot do MD5 authentication: wrong password type");
        }

        FrontendMessages.WritePassword(output, Md5Password.Respond(md5Secret, salt));
        _state = ServerAuthenticationState.PasswordSent;
        return AuthenticationStep.Continue;
    }

    private AuthenticationStep StartSasl(AuthenticationRequest request, IBufferWriter<byte> output)
    {
        if (!request.Offers(OAuthMechanism.NameBytes))
        {
            return StartScram(request, output);
        }

        if (credentials.Token is not { } token)
        {
            return request.Offers(ScramMechanism.NameBytes) || request.Offers(ScramMechanism.PlusNameBytes)
                ? StartScram(request, output)
                : Fail(
                    ServerAuthenticationFailure.UnsupportedMechanism,
                    "server asks for an OAuth token, and there is none of this user that is still good (method oauth in auth_hba_file)");
        }

        if (!isPrivate)
        {
            return Fail(
                ServerAuthenticationFailure.TokenInClear,
                "server asks for an OAuth token on a connection without TLS, on which it is not shown (server_tls_sslmode)");
        }

        FrontendMessages.WriteSaslInitialResponse(output, OAuthMechanism.Name, OAuthMessages.ClientResponse(token));
        _state = ServerAuthenticationState.TokenSent;
        return AuthenticationStep.Continue;
    }

    private AuthenticationStep TakeTokenError(ReadOnlySpan<byte> data, IBufferWriter<byte> output)
    {
        TokenError = data.ToArray();
        FrontendMessages.WriteSaslResponse(output, OAuthMechanism.ErrorAnswer);
        _state = ServerAuthenticationState.TokenRefused;
        return AuthenticationStep.Continue;
    }

    private AuthenticationStep StartScram(AuthenticationRequest request, IBufferWriter<byte> output)
    {
        // Who can bind does: a man in the middle with a certificate of his own has another hash than the server.
        var binds = channelBinding is { Length: > 0 } && request.Offers(ScramMechanism.PlusNameBytes);
        if (!binds && !request.Offers(ScramMechanism.NameBytes))
        {
            return Fail(
                ServerAuthenticationFailure.UnsupportedMechanism,
                $"server offers no SASL mechanism that is supported: {DescribeMechanisms(request)}");
        }

        if (credentials is { Password: null, ScramKeys: null })
        {
            // PgBouncer's texts.
            return FailWithoutPassword(credentials.HasScramSecret
                ? "cannot do SCRAM authentication: password is SCRAM secret but client authentication did not provide SCRAM keys"
                : "cannot do SCRAM authentication: wrong password type");
        }

        _scram = new ScramClient(ScramBinding.Offered(channelBinding ?? [], binds));
        FrontendMessages.WriteSaslInitialResponse(output, binds ? ScramMechanism.PlusName : ScramMechanism.Name, _scram.CreateClientFirst());
        _state = ServerAuthenticationState.AwaitingServerFirst;
        return AuthenticationStep.Continue;
    }

    private AuthenticationStep AnswerChallenge(ReadOnlySpan<byte> data, IBufferWriter<byte> output)
    {
        switch (_scram!.HandleServerFirst(data))
        {
            case ScramServerFirstOutcome.Accepted:
                break;
            case ScramServerFirstOutcome.TooManyIterations:
                return Fail(
                    ServerAuthenticationFailure.TooManyIterations,
                    $"server asks for more than {ScramLimits.MaximumIterations} SCRAM iterations");
            case ScramServerFirstOutcome.NonceMismatch:
                return Fail(ServerAuthenticationFailure.Malformed, "the nonce of the server's SCRAM message is not ours");
            default:
                return Fail(ServerAuthenticationFailure.Malformed, "malformed SCRAM message from server");
        }

        if (credentials.Password is null)
        {
            return Prove(credentials.ScramKeys!, output);
        }

        Derivation = keys.GetOrAdd(credentials.Password, _scram.Salt, _scram.Iterations);
        if (Derivation.IsDone)
        {
            return Prove(Derivation.Run(), output);
        }

        _state = ServerAuthenticationState.Deriving;
        return AuthenticationStep.NeedsDerivation;
    }

    private AuthenticationStep Prove(ScramKeys scramKeys, IBufferWriter<byte> output)
    {
        FrontendMessages.WriteSaslResponse(output, _scram!.CreateClientFinal(scramKeys));
        _state = ServerAuthenticationState.AwaitingServerFinal;
        return AuthenticationStep.Continue;
    }

    private AuthenticationStep CheckSignature(ReadOnlySpan<byte> data)
    {
        switch (_scram!.HandleServerFinal(data))
        {
            case ScramServerFinalOutcome.Verified:
                _state = ServerAuthenticationState.ServerVerified;
                return AuthenticationStep.Continue;
            case ScramServerFinalOutcome.WrongSignature:
                return Fail(ServerAuthenticationFailure.WrongServerSignature, "invalid SCRAM server signature");
            case ScramServerFinalOutcome.ServerError:
                return Fail(ServerAuthenticationFailure.Malformed, "server ended the SCRAM exchange with an error");
            default:
                return Fail(ServerAuthenticationFailure.Malformed, "malformed SCRAM message from server");
        }
    }

    /// <summary>The list is the server's text: shown in part, for the log.</summary>
    private static string DescribeMechanisms(AuthenticationRequest request)
    {
        const int MaximumShown = 200;
        var list = string.Join(", ", request.GetMechanisms());
        return list.Length > MaximumShown ? list[..MaximumShown] : list;
    }

    private AuthenticationStep Succeed()
    {
        _state = ServerAuthenticationState.Finished;
        return AuthenticationStep.Succeeded;
    }

    private AuthenticationStep FailWithoutPassword(string text) => credentials.MustShowToken
        ? Fail(ServerAuthenticationFailure.TokenNotAsked, "server asks for a password and not for the client's OAuth token")
        : credentials.IsEmpty
        ? Fail(ServerAuthenticationFailure.NoPassword, "server asks for a password and there is none for this user")
        : Fail(ServerAuthenticationFailure.WrongPasswordType, text);

    private AuthenticationStep Fail(ServerAuthenticationFailure failure, string text)
    {
        _state = ServerAuthenticationState.Finished;
        Failure = failure;
        FailureText = text;
        return AuthenticationStep.Failed;
    }
}
