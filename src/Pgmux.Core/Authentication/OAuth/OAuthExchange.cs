using System.Buffers;
using Pgmux.Core.Configuration.OAuth;
using Pgmux.Protocol;

namespace Pgmux.Core.Authentication.OAuth;

/// <summary>OAUTHBEARER with a client, step by step as PostgreSQL 18 does it: a client that only asks where tokens are to be had fails, too.</summary>
internal sealed class OAuthExchange(ClientLogin login, OAuthOptions options) : SaslExchange
{
    private AuthenticationFailure? _pending;

    public override void Start(IBufferWriter<byte> output) => BackendMessages.WriteAuthenticationSasl(output, OAuthMechanism.Name);

    public override AuthenticationStep Resume(TokenVerdict verdict, IBufferWriter<byte> output)
    {
        Token = null;
        if (verdict.IsRight)
        {
            return Finish(ServerCredentials.From(login));
        }

        var failure = AuthenticationFailure.WrongToken(login.User, verdict);
        return verdict.IsJudged ? Challenge(failure, output, verdict.ServerError) : End(failure);
    }

    protected override bool Takes(ReadOnlySpan<byte> mechanism) => mechanism.SequenceEqual(OAuthMechanism.NameBytes);

    protected override AuthenticationStep HandleFirst(ReadOnlySpan<byte> message, IBufferWriter<byte> output)
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
        return Await(AuthenticationStep.NeedsTokenCheck);
    }

    protected override AuthenticationStep HandleAnswer(ReadOnlySpan<byte> message, IBufferWriter<byte> output) => End(
        message.SequenceEqual(OAuthMechanism.ErrorAnswer) ? _pending! : AuthenticationFailure.MalformedOAuth("Client did not send a kvsep response."));

    // SASL knows no failure with data: it follows when the client has answered.
    private AuthenticationStep Challenge(AuthenticationFailure failure, IBufferWriter<byte> output, byte[]? serverError = null)
    {
        _pending = failure;
        return Challenge(serverError is { Length: > 0 } ? serverError : OAuthMessages.ServerError(options.Issuer, options.Scope), output);
    }
}
