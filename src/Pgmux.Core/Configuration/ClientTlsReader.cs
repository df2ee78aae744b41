using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Pgmux.Core.Configuration.Revocation;

namespace Pgmux.Core.Configuration;

/// <summary>Makes of the settings client_tls_* what a handshake with a client needs.</summary>
/// <param name="options">The settings.</param>
/// <param name="locationOf">Where a setting stands.</param>
/// <param name="faults">Where faults go.</param>
internal sealed class ClientTlsReader(PgmuxOptions options, Func<string, SourceLocation> locationOf, ICollection<ConfigFault> faults)
{
    private bool _hasFault;

    /// <summary>What is read of the files; null when clients are not to be encrypted, or when something is wrong with a file.</summary>
    public ClientTls? Read()
    {
        if (options.ClientTlsSslmode == TlsMode.Disable)
        {
            return null;
        }

        var files = new TlsFileReader(Fault);
        var verifies = options.ClientTlsSslmode >= TlsMode.VerifyCa;
        var authorities = ReadAuthorities(files, verifies);
        var revocations = ReadRevocations(files);
        var names = string.IsNullOrEmpty(options.ClientTlsSniDir) ? null : new ServerNamesReader(files, Fault).Read(options.ClientTlsSniDir);
        return ReadCertificate(files) is { } certificate && !_hasFault
            ? new ClientTls(options) { Certificate = certificate, Names = names, Authorities = authorities, Revocations = revocations }
            : null;
    }

    private Revocations? ReadRevocations(TlsFileReader files)
    {
        if (string.IsNullOrEmpty(options.ClientTlsCrlFile))
        {
            return null;
        }

        if (string.IsNullOrEmpty(options.ClientTlsCaFile))
        {
            Fault("client_tls_crl_file", "client_tls_ca_file is not set, and without it no client is asked for a certificate");
            return null;
        }

        return files.ReadRevocations("client_tls_crl_file", options.ClientTlsCrlFile);
    }

    private SslStreamCertificateContext? ReadCertificate(TlsFileReader files)
    {
        var certificate = PathOf("client_tls_cert_file", options.ClientTlsCertFile);
        var key = PathOf("client_tls_key_file", options.ClientTlsKeyFile);
        return certificate is null || key is null
            ? null
            : files.ReadCertificate("client_tls_cert_file", certificate, "client_tls_key_file", key);
    }

    private X509Certificate2Collection? ReadAuthorities(TlsFileReader files, bool isNeeded)
    {
        if (!string.IsNullOrEmpty(options.ClientTlsCaFile))
        {
            return files.ReadAuthorities("client_tls_ca_file", options.ClientTlsCaFile);
        }

        if (isNeeded)
        {
            Fault("client_tls_sslmode", "client_tls_ca_file is not set: it says who signs clients' certificates");
        }

        return null;
    }

    private string? PathOf(string setting, string? path)
    {
        if (string.IsNullOrEmpty(path))
        {
            Fault("client_tls_sslmode", $"{setting} is not set");
            return null;
        }

        return path;
    }

    private void Fault(string setting, string problem)
    {
        _hasFault = true;
        faults.Add(locationOf(setting).Fault($"{setting}: {problem}"));
    }
}
