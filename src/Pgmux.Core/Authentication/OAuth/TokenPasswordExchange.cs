using System.Buffers;
using Pgmux.Core.Configuration.OAuth;
using Pgmux.Protocol;

namespace Pgmux.Core.Authentication.OAuth;

/// <summary>The client sends its token as a password in clear: for drivers that have no OAUTHBEARER. via=password.</summary>
internal sealed class TokenPasswordExchange(ClientLogin login, OAuthOptions options) : PasswordExchange
{
    public override void Start(IBufferWriter<byte> output) => BackendMessages.WriteAuthenticationCleartextPassword(output);

    public override AuthenticationStep Handle(ReadOnlySpan<byte> body, IBufferWriter<byte> output)
    {
        var reader = new PayloadReader(body);
        var sent = PasswordMessage.Read(ref reader).Password;
        if (sent.IsEmpty)
        {
            return Fail(AuthenticationFailure.EmptyPassword());
        }

        if (!BearerToken.Check(sent, out var problem))
        {
            return Fail(AuthenticationFailure.WrongToken(login.User, problem));
        }

        Token = new TokenQuestion(options, login.Map, login.User, WireText.Decode(sent));
        return AuthenticationStep.NeedsTokenCheck;
    }

    public override AuthenticationStep Resume(TokenVerdict verdict, IBufferWriter<byte> output)
    {
        Token = null;
        return verdict.IsRight ? Succeed(ServerCredentials.From(login)) : Fail(AuthenticationFailure.WrongToken(login.User, verdict));
    }
}
