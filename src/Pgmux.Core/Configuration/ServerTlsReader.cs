using System.Collections.Frozen;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Pgmux.Core.Configuration.Revocation;

namespace Pgmux.Core.Configuration;

/// <summary>Makes of the settings server_tls_* what handshakes with servers need. Databases with the same settings share it.</summary>
/// <param name="options">The settings of [pgbouncer].</param>
/// <param name="locationOf">Where one of them stands.</param>
/// <param name="faults">Where faults go.</param>
internal sealed class ServerTlsReader(PgmuxOptions options, Func<string, SourceLocation> locationOf, ICollection<ConfigFault> faults)
{
    private const string CertificateSetting = "server_tls_cert_file";
    private const string KeySetting = "server_tls_key_file";
    private const string AuthoritySetting = "server_tls_ca_file";
    private const string RevocationSetting = "server_tls_crl_file";

    private readonly Dictionary<ServerTlsOptions, ServerTls?> _read = [];

    /// <summary>Reads the files of [pgbouncer] and of every database.</summary>
    public FrozenDictionary<ServerTlsOptions, ServerTls> Read(IEnumerable<DatabaseOptions> databases)
    {
        Add(ServerTlsOptions.Of(options), null);
        foreach (var database in databases)
        {
            Add(ServerTlsOptions.Of(options, database), database);
        }

        return _read.Where(pair => pair.Value is not null).ToFrozenDictionary(pair => pair.Key, pair => pair.Value!);
    }

    private void Add(ServerTlsOptions wanted, DatabaseOptions? database)
    {
        if (!_read.ContainsKey(wanted))
        {
            _read.Add(wanted, Read(wanted, (setting, problem) => Fault(database, setting, problem)));
        }
    }

    private static ServerTls? Read(ServerTlsOptions wanted, Action<string, string> fault)
    {
        if (wanted.Mode == TlsMode.Disable)
        {
            return new ServerTls(wanted);
        }

        var files = new TlsFileReader(fault);
        SslStreamCertificateContext? certificate = null;
        X509Certificate2Collection? authorities = null;
        Revocations? revocations = null;
        if (wanted.CertificateFile.Length > 0 != wanted.KeyFile.Length > 0)
        {
            var (set, missing) = wanted.KeyFile.Length > 0 ? (KeySetting, CertificateSetting) : (CertificateSetting, KeySetting);
            fault(set, $"{missing} is not set, and the one is of no use without the other");
            return null;
        }

        if (wanted.CertificateFile.Length > 0)
        {
            certificate = files.ReadCertificate(CertificateSetting, wanted.CertificateFile, KeySetting, wanted.KeyFile);
        }

        if (wanted.AuthorityFile.Length > 0)
        {
            authorities = files.ReadAuthorities(AuthoritySetting, wanted.AuthorityFile);
        }

        if (wanted.RevocationFile.Length > 0)
        {
            revocations = files.ReadRevocations(RevocationSetting, wanted.RevocationFile);
        }

        return files.HasFault
            ? null
            : new ServerTls(wanted)
            {
                Certificate = certificate,
                Authorities = authorities,
                Revocations = revocations,
                Fingerprint = files.Fingerprint,
            };
    }

    // A fault in a file that [pgbouncer] names is told once, however many databases use it.
    private void Fault(DatabaseOptions? database, string setting, string problem)
    {
        var fault = database is not null && database.ServerTls.Has(setting)
            ? database.Location.Fault($"database {database.Name}: {setting}: {problem}")
            : locationOf(setting).Fault($"{setting}: {problem}");
        if (!faults.Contains(fault))
        {
            faults.Add(fault);
        }
    }
}
