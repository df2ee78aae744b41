using System.Buffers;
using Pgmux.Core.Configuration;
using Pgmux.Protocol;
using Pgmux.Transport.Pam;

namespace Pgmux.Core.Authentication;

/// <summary>The client sends its password as it is; PAM says whether it is the user's. auth_file is not looked at, as in PgBouncer.</summary>
internal sealed class PamExchange(ClientLogin login) : ClearPasswordExchange
{
    /// <summary>What PAM is to be asked after <see cref="AuthenticationStep.NeedsPam"/>.</summary>
    public PamLogin? Login { get; private set; }

    /// <summary>Takes PAM's word.</summary>
    /// <param name="refusal">Why the login is refused; null when it is not.</param>
    public AuthenticationStep Judge(PamRefusal? refusal) => refusal is null
        ? Succeed(ServerCredentials.From(UserSecret.FromPassword(Login!.Password)))
        : Fail(AuthenticationFailure.RefusedByPam(refusal));

    protected override AuthenticationStep Check(ReadOnlySpan<byte> password, IBufferWriter<byte> output)
    {
        Login = new PamLogin
        {
            Service = login.Rule?.PamService ?? PamLogin.DefaultService,
            User = login.User,
            Password = WireText.Decode(password),
            Address = login.Origin.Address,
        };
        return AuthenticationStep.NeedsPam;
    }
}
