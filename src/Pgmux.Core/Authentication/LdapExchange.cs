using System.Buffers;
using Pgmux.Core.Authentication.Ldap;
using Pgmux.Core.Configuration.Ldap;
using Pgmux.Protocol;

namespace Pgmux.Core.Authentication;

/// <summary>The client sends its password as it is, and a directory is asked about it.</summary>
internal sealed class LdapExchange(ClientLogin login, LdapOptions options) : PasswordExchange
{
    public override void Start(IBufferWriter<byte> output) => BackendMessages.WriteAuthenticationCleartextPassword(output);

    public override AuthenticationStep Handle(ReadOnlySpan<byte> body, IBufferWriter<byte> output)
    {
        var reader = new PayloadReader(body);
        var sent = PasswordMessage.Read(ref reader).Password;
        if (sent.IsEmpty)
        {
            // Never asked about: a server says yes to it, and means that nobody in particular has come (RFC 4513, 5.1.2).
            return Fail(AuthenticationFailure.EmptyPassword());
        }

        Question = new LdapQuestion(options, login.User, WireText.Decode(sent));
        return AuthenticationStep.NeedsDirectory;
    }

    public override AuthenticationStep Resume(LdapVerdict verdict)
    {
        var password = Question!.Password;
        Question = null;
        return verdict.IsRight
            ? Succeed(login.Secret is { } secret ? ServerCredentials.From(secret, shownPassword: password) : ServerCredentials.FromPassword(password))
            : Fail(AuthenticationFailure.WrongInDirectory(verdict.Reason, verdict.IsDecided));
    }
}
