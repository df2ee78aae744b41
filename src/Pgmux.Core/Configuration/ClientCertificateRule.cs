using Pgmux.Core.Configuration.Hba;

namespace Pgmux.Core.Configuration;

/// <summary>Who is to log in with a certificate must be asked for one, and there must be somebody who signs them.</summary>
internal sealed class ClientCertificateRule : IOptionsRule
{
    /// <inheritdoc/>
    public void Check(ConfigSnapshot snapshot, ICollection<ConfigFault> faults, ICollection<ConfigFault> warnings)
    {
        var options = snapshot.Options;

        // PgBouncer's demand; that client_tls_ca_file is set then is a demand of verify-full itself.
        if (options.AuthType == AuthType.Cert && options.ClientTlsSslmode != TlsMode.VerifyFull)
        {
            faults.Add(snapshot.LocationOf("auth_type").Fault("auth_type is cert, so client_tls_sslmode must be verify-full"));
        }

        var missing = options.ClientTlsSslmode == TlsMode.Disable ? "client_tls_sslmode is disable"
            : string.IsNullOrEmpty(options.ClientTlsCaFile) ? "client_tls_ca_file is not set"
            : null;
        if (missing is null)
        {
            return;
        }

        foreach (var rule in snapshot.Hba.All)
        {
            if (rule.Method == AuthType.Cert || rule.ClientCertificate != HbaClientCertificate.NotAsked)
            {
                warnings.Add(rule.Location.Fault($"{missing}, so no client is asked for a certificate and this line lets nobody in"));
            }
        }
    }
}
