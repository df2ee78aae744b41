namespace Pgmux.Core.Configuration;

/// <summary>server_tls_* must not promise more than it keeps.</summary>
internal sealed class ServerTlsRule : IOptionsRule
{
    /// <inheritdoc/>
    public void Check(ConfigSnapshot snapshot, ICollection<ConfigFault> faults, ICollection<ConfigFault> warnings)
    {
        Check(
            ServerTlsOptions.Of(snapshot.Options),
            "",
            fault => faults.Add(snapshot.LocationOf("server_tls_negotiation").Fault(fault)),
            warning => warnings.Add(snapshot.LocationOf("server_tls_sslmode").Fault(warning)));
        foreach (var database in snapshot.AllDatabases().Where(database => database.ServerTls != ServerTlsOverrides.None))
        {
            Check(
                ServerTlsOptions.Of(snapshot.Options, database),
                $"database {database.Name}: ",
                fault => faults.Add(database.Location.Fault(fault)),
                warning => warnings.Add(database.Location.Fault(warning)));
        }
    }

    private static void Check(ServerTlsOptions tls, string who, Action<string> fault, Action<string> warn)
    {
        // Nothing is asked, so nothing can be answered with no: libpq's rule, too.
        if (tls is { Negotiation: TlsNegotiation.Direct, Mode: TlsMode.Allow or TlsMode.Prefer })
        {
            fault($"{who}server_tls_negotiation direct needs server_tls_sslmode require, verify-ca or verify-full, or disable: with {Print(tls.Mode)} a server may do without TLS");
        }

        // libpq verifies with require when it finds a file of authorities; PgBouncer does not, and so what is written is done.
        if (tls is { AuthorityFile.Length: > 0, Mode: not TlsMode.Disable and < TlsMode.VerifyCa })
        {
            warn($"{who}server_tls_ca_file is not used: server_tls_sslmode {Print(tls.Mode)} verifies nothing, verify-ca and verify-full do");
        }

        // Whoever has a certificate of any public authority would pass.
        if (tls is { AuthorityFile.Length: 0, Mode: TlsMode.VerifyCa })
        {
            warn($"{who}server_tls_sslmode verify-ca without server_tls_ca_file takes any certificate that the system trusts; write verify-full or name the authority");
        }
    }

    private static string Print(TlsMode mode) => TlsSettings.Modes.Print(mode);
}
