using System.Buffers;
using Pgmux.Core.Configuration.OAuth;
using Pgmux.Protocol;

namespace Pgmux.Core.Authentication.OAuth;

/// <summary>The client sends its token as a password in clear: for drivers that have no OAUTHBEARER. via=password.</summary>
internal sealed class TokenPasswordExchange(ClientLogin login, OAuthOptions options) : ClearPasswordExchange
{
    public override AuthenticationStep Resume(TokenVerdict verdict, IBufferWriter<byte> output)
    {
        Token = null;
        return verdict.IsRight ? Succeed(ServerCredentials.From(login)) : Fail(AuthenticationFailure.WrongToken(login.User, verdict));
    }

    protected override AuthenticationStep Check(ReadOnlySpan<byte> password, IBufferWriter<byte> output)
    {
        if (!BearerToken.Check(password, out var problem))
        {
            return Fail(AuthenticationFailure.WrongToken(login.User, problem));
        }

        Token = new TokenQuestion(options, login.Map, login.User, WireText.Decode(password));
        return AuthenticationStep.NeedsTokenCheck;
    }
}
