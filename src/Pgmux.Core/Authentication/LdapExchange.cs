using System.Buffers;
using Pgmux.Core.Authentication.Ldap;
using Pgmux.Core.Configuration.Ldap;
using Pgmux.Protocol;

namespace Pgmux.Core.Authentication;

/// <summary>The client sends its password as it is, and a directory is asked about it.</summary>
internal sealed class LdapExchange(ClientLogin login, LdapOptions options) : ClearPasswordExchange
{
    public override AuthenticationStep Resume(LdapVerdict verdict)
    {
        var password = Question!.Password;
        Question = null;
        return verdict.IsRight
            ? Succeed(login.Secret is { } secret ? ServerCredentials.From(secret, shownPassword: password) : ServerCredentials.FromPassword(password))
            : Fail(AuthenticationFailure.WrongInDirectory(verdict.Reason, verdict.IsDecided));
    }

    protected override AuthenticationStep Check(ReadOnlySpan<byte> password, IBufferWriter<byte> output)
    {
        Question = new LdapQuestion(options, login.User, WireText.Decode(password));
        return AuthenticationStep.NeedsDirectory;
    }
}
