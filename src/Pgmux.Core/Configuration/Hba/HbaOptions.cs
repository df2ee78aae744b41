namespace Pgmux.Core.Configuration.Hba;

/// <summary>What stands behind the method of a line of the HBA file.</summary>
/// <param name="Map">map=; null is none.</param>
/// <param name="ClientCertificate">clientcert=.</param>
internal sealed record HbaOptions(IdentMap? Map, HbaClientCertificate ClientCertificate)
{
    /// <summary>Nothing.</summary>
    public static readonly HbaOptions None = new(null, HbaClientCertificate.NotAsked);
}
