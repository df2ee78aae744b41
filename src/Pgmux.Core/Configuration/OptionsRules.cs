using Pgmux.Core.Configuration.Passwords;
using Pgmux.Core.Configuration.Peers;
using Pgmux.Transport.Pam;

namespace Pgmux.Core.Configuration;

/// <summary>All rules, in the order in which they are checked.</summary>
internal static class OptionsRules
{
    /// <summary>The rules.</summary>
    public static readonly IOptionsRule[] All =
    [
        new ListenRule(),
        new ResolverFileRule(),
        new LoginRule(),
        new AuthQueryRule(),
        new PoolSizeRule(),
        new ForcedUserRule(),
        new PeerRule(),
        new PasswordCommandRule(),
        new ClientCertificateRule(),
        new ServerTlsRule(),
        new TlsCiphersRule(),
        new RevocationRule(),
        new PamRule(() => PamService.IsAvailable),
    ];
}
