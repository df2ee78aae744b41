using Pgmux.Core.Configuration.Ldap;
using Pgmux.Core.Configuration.OAuth;

namespace Pgmux.Core.Configuration.Hba;

/// <summary>What stands behind the method of a line of the HBA file.</summary>
/// <param name="Map">map=; null is none.</param>
/// <param name="ClientCertificate">clientcert=.</param>
/// <param name="PamService">pamservice=; null is none.</param>
/// <param name="Ldap">How the directory is asked; null unless the method is ldap.</param>
/// <param name="OAuth">What tokens have to be like; null unless the method is jwt or oauth.</param>
internal sealed record HbaOptions(
    IdentMap? Map, HbaClientCertificate ClientCertificate, string? PamService, LdapOptions? Ldap, OAuthOptions? OAuth)
{
    /// <summary>Nothing.</summary>
    public static readonly HbaOptions None = new(null, HbaClientCertificate.NotAsked, null, null, null);
}
