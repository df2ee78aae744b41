using System.Buffers;
using System.Diagnostics;
using Pgmux.Core.Configuration.OAuth;
using Pgmux.Protocol;

namespace Pgmux.Core.Authentication.OAuth;

/// <summary>OAUTHBEARER with a client, step by step as PostgreSQL 18 does it: a client that only asks where tokens are to be had fails, too.</summary>
internal sealed class OAuthExchange(ClientLogin login, OAuthOptions options) : PasswordExchange
{
    private OAuthExchangeState _state = OAuthExchangeState.AwaitingMechanism;
    private AuthenticationFailure? _pending;

    public override void Start(IBufferWriter<byte> output) => BackendMessages.WriteAuthenticationSasl(output, OAuthMechanism.Name);

    public override AuthenticationStep Handle(ReadOnlySpan<byte> body, IBufferWriter<byte> output)
    {
        var reader = new PayloadReader(body);
        switch (_state)
        {
            case OAuthExchangeState.AwaitingMechanism:
                return HandleMechanism(SaslInitialResponse.Read(ref reader), output);
            case OAuthExchangeState.AwaitingResponse:
                return HandleResponse(SaslResponse.Read(ref reader).Data, output);
            case OAuthExchangeState.AwaitingErrorAnswer:
                return HandleErrorAnswer(SaslResponse.Read(ref reader).Data);
            default:
                throw new UnreachableException("the exchange is over, or waits for somebody else");
        }
    }

    public override AuthenticationStep Resume(TokenVerdict verdict, IBufferWriter<byte> output)
    {
        Token = null;
        if (verdict.IsRight)
        {
            _state = OAuthExchangeState.Finished;
            return Succeed(ServerCredentials.From(login));
        }

        var failure = AuthenticationFailure.WrongToken(login.User, verdict);
        return verdict.IsJudged ? Challenge(failure, output, verdict.ServerError) : End(failure);
    }

    private AuthenticationStep HandleMechanism(SaslInitialResponse response, IBufferWriter<byte> output)
    {
        if (!response.Mechanism.SequenceEqual(OAuthMechanism.NameBytes))
        {
            return End(AuthenticationFailure.UnknownMechanism());
        }

        if (response.HasData)
        {
            return HandleResponse(response.Data, output);
        }

        // The client is free to wait for a challenge, which is empty.
        BackendMessages.WriteAuthenticationSaslContinue(output, []);
        _state = OAuthExchangeState.AwaitingResponse;
        return AuthenticationStep.Continue;
    }

    private AuthenticationStep HandleResponse(ReadOnlySpan<byte> message, IBufferWriter<byte> output)
    {
        var outcome = OAuthClientResponse.Read(message, out var response, out var detail);
        if (outcome != OAuthMessageOutcome.Read)
        {
            return End(outcome == OAuthMessageOutcome.HasIdentity ? AuthenticationFailure.UnsupportedIdentity(detail) : AuthenticationFailure.MalformedOAuth(detail));
        }

        if (response.Authorization.IsEmpty)
        {
            return Challenge(AuthenticationFailure.TokenDiscovery(login.User), output);
        }

        if (!BearerToken.TryRead(response.Authorization, out var token, out var problem))
        {
            return Challenge(AuthenticationFailure.WrongToken(login.User, problem), output);
        }

        Token = new TokenQuestion(options, login.Map, login.User, WireText.Decode(token));
        _state = OAuthExchangeState.Judging;
        return AuthenticationStep.NeedsTokenCheck;
    }

    // SASL knows no failure with data: it follows when the client has answered.
    private AuthenticationStep Challenge(AuthenticationFailure failure, IBufferWriter<byte> output, byte[]? serverError = null)
    {
        _pending = failure;
        BackendMessages.WriteAuthenticationSaslContinue(
            output, serverError is { Length: > 0 } ? serverError : OAuthMessages.ServerError(options.Issuer, options.Scope));
        _state = OAuthExchangeState.AwaitingErrorAnswer;
        return AuthenticationStep.Continue;
    }

    private AuthenticationStep HandleErrorAnswer(ReadOnlySpan<byte> message) => End(
        message.SequenceEqual(OAuthMechanism.ErrorAnswer) ? _pending! : AuthenticationFailure.MalformedOAuth("Client did not send a kvsep response."));

    private AuthenticationStep End(AuthenticationFailure failure)
    {
        _state = OAuthExchangeState.Finished;
        return Fail(failure);
    }
}
