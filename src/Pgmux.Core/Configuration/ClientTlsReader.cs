using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Pgmux.Core.Configuration;

/// <summary>Makes of the settings client_tls_* what a handshake with a client needs.</summary>
/// <param name="options">The settings.</param>
/// <param name="locationOf">Where a setting stands.</param>
/// <param name="faults">Where faults go.</param>
internal sealed class ClientTlsReader(PgmuxOptions options, Func<string, SourceLocation> locationOf, ICollection<ConfigFault> faults)
{
    /// <summary>The name that PostgreSQL's clients tell by ALPN when they begin with TLS at once.</summary>
    public static readonly SslApplicationProtocol Postgresql = new("postgresql");

    /// <summary>A certificate with its chain takes some KiB, the collection of a system 200 KiB.</summary>
    private const long LargestFileBytes = 16 * 1024 * 1024;

    /// <summary>What is read of the files; null when clients are not to be encrypted, or when something is wrong with a file.</summary>
    public SslServerAuthenticationOptions? Read()
    {
        if (options.ClientTlsSslmode == TlsMode.Disable)
        {
            return null;
        }

        var verifies = options.ClientTlsSslmode >= TlsMode.VerifyCa;
        var authorities = ReadAuthorities(verifies);
        if (ReadCertificate() is not { } certificate || (verifies && authorities is null))
        {
            return null;
        }

        return new SslServerAuthenticationOptions
        {
            ServerCertificateContext = certificate,
            EnabledSslProtocols = options.ClientTlsProtocols.Versions,
            ApplicationProtocols = [Postgresql],
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

    private SslStreamCertificateContext? ReadCertificate()
    {
        var chain = ReadText("client_tls_cert_file", options.ClientTlsCertFile);
        var key = ReadText("client_tls_key_file", options.ClientTlsKeyFile);
        if (chain is null || key is null)
        {
            return null;
        }

        try
        {
            // The first certificate is pgmux's own, the others lead from it to the root.
            var further = new X509Certificate2Collection();
            further.ImportFromPem(chain);
            using var fromPem = X509Certificate2.CreateFromPem(chain, key);
            if (fromPem.NotAfter.ToUniversalTime() < TimeProvider.System.GetUtcNow())
            {
                Fault("client_tls_cert_file", $"the certificate in \"{options.ClientTlsCertFile}\" has expired on {fromPem.NotAfter:yyyy-MM-dd}");
                return null;
            }

            return SslStreamCertificateContext.Create(new X509Certificate2(fromPem), further, offline: true);
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            // What the exception says is a name of a text that the program does not bring along.
            Fault("client_tls_cert_file", $"\"{options.ClientTlsCertFile}\" and client_tls_key_file \"{options.ClientTlsKeyFile}\" are no certificate and its key in PEM");
            return null;
        }
    }

    private X509Certificate2Collection? ReadAuthorities(bool isNeeded)
    {
        if (string.IsNullOrEmpty(options.ClientTlsCaFile))
        {
            if (isNeeded)
            {
                Fault("client_tls_sslmode", "client_tls_ca_file is not set: it says who signs clients' certificates");
            }

            return null;
        }

        if (ReadText("client_tls_ca_file", options.ClientTlsCaFile) is not { } pem)
        {
            return null;
        }

        var authorities = new X509Certificate2Collection();
        try
        {
            authorities.ImportFromPem(pem);
        }
        catch (CryptographicException)
        {
            Fault("client_tls_ca_file", $"\"{options.ClientTlsCaFile}\" has a certificate that is broken");
            return null;
        }

        if (authorities.Count == 0)
        {
            Fault("client_tls_ca_file", $"\"{options.ClientTlsCaFile}\" has no certificate in PEM");
            return null;
        }

        return authorities;
    }

    private string? ReadText(string setting, string? path)
    {
        if (string.IsNullOrEmpty(path))
        {
            Fault("client_tls_sslmode", $"{setting} is not set");
            return null;
        }

        if (BoundedFile.Read(path, LargestFileBytes, out var problem) is { } bytes)
        {
            return Encoding.ASCII.GetString(bytes);
        }

        Fault(setting, $"\"{path}\" {problem}");
        return null;
    }

    private void Fault(string setting, string problem) => faults.Add(locationOf(setting).Fault($"{setting}: {problem}"));
}
