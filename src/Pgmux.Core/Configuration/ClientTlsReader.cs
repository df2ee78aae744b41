using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Pgmux.Core.Configuration.Ciphers;

namespace Pgmux.Core.Configuration;

/// <summary>Makes of the settings client_tls_* what a handshake with a client needs.</summary>
/// <param name="options">The settings.</param>
/// <param name="locationOf">Where a setting stands.</param>
/// <param name="faults">Where faults go.</param>
internal sealed class ClientTlsReader(PgmuxOptions options, Func<string, SourceLocation> locationOf, ICollection<ConfigFault> faults)
{
    /// <summary>What is read of the files; null when clients are not to be encrypted, or when something is wrong with a file.</summary>
    public SslServerAuthenticationOptions? Read()
    {
        if (options.ClientTlsSslmode == TlsMode.Disable)
        {
            return null;
        }

        var files = new TlsFileReader(Fault);
        var verifies = options.ClientTlsSslmode >= TlsMode.VerifyCa;
        var authorities = ReadAuthorities(files, verifies);
        if (ReadCertificate(files) is not { } certificate || (verifies && authorities is null))
        {
            return null;
        }

        return new SslServerAuthenticationOptions
        {
            ServerCertificateContext = certificate,
            EnabledSslProtocols = options.ClientTlsProtocols.Versions,
            CipherSuitesPolicy = TlsCiphers.PolicyOf(options.ClientTlsCiphers, options.ClientTls13Ciphers),
            ApplicationProtocols = [TlsFileReader.Postgresql],
            AllowRenegotiation = false,
            ClientCertificateRequired = authorities is not null,
            CertificateChainPolicy = PolicyOf(authorities),
            RemoteCertificateValidationCallback = verifies ? null : AcceptNoneOrTrusted,
        };
    }

    // Where no certificate is demanded one that is shown must still be right: who it names may be used for the login.
    private static bool AcceptNoneOrTrusted(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors) =>
        errors is SslPolicyErrors.None or SslPolicyErrors.RemoteCertificateNotAvailable;

    private static X509ChainPolicy? PolicyOf(X509Certificate2Collection? authorities)
    {
        if (authorities is null)
        {
            return null;
        }

        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
            DisableCertificateDownloads = true,
        };
        policy.CustomTrustStore.AddRange(authorities);
        return policy;
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

    private void Fault(string setting, string problem) => faults.Add(locationOf(setting).Fault($"{setting}: {problem}"));
}
