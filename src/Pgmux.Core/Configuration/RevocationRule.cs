namespace Pgmux.Core.Configuration;

/// <summary>A list of revoked certificates that nobody asks, or that lets nobody in, is said.</summary>
internal sealed class RevocationRule : IOptionsRule
{
    /// <inheritdoc/>
    public void Check(ConfigSnapshot snapshot, ICollection<ConfigFault> faults, ICollection<ConfigFault> warnings)
    {
        if (snapshot.ClientTls?.Revocations is { IsExpired: true } clients)
        {
            warnings.Add(snapshot.LocationOf("client_tls_crl_file").Fault(
                $"client_tls_crl_file: a CRL in it has expired on {clients.Expiry:yyyy-MM-dd}, so certificates of its authority are refused"));
        }

        var all = ServerTlsOptions.Of(snapshot.Options);
        Check(all, "", snapshot.LocationOf("server_tls_crl_file"));
        foreach (var database in snapshot.AllDatabases().Where(database => database.ServerTls != ServerTlsOverrides.None))
        {
            Check(ServerTlsOptions.Of(snapshot.Options, database), $"database {database.Name}: ", database.Location);
        }

        void Check(ServerTlsOptions tls, string who, SourceLocation location)
        {
            if (snapshot.ServerTls.TryGetValue(tls, out var read) && read.Revocations is { IsExpired: true } servers)
            {
                warnings.Add(location.Fault(
                    $"{who}server_tls_crl_file: a CRL in it has expired on {servers.Expiry:yyyy-MM-dd}, so servers of its authority are refused"));
            }

            if (tls is { RevocationFile.Length: > 0, Mode: not TlsMode.Disable and < TlsMode.VerifyCa })
            {
                warnings.Add(location.Fault(
                    $"{who}server_tls_crl_file is not used: server_tls_sslmode {TlsSettings.Modes.Print(tls.Mode)} verifies nothing, verify-ca and verify-full do"));
            }
        }
    }
}
