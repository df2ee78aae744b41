using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Pgmux.Core.Configuration.Ciphers;
using Pgmux.Core.Configuration.Revocation;

namespace Pgmux.Core.Configuration;

/// <summary>How connections of clients are encrypted: the settings client_tls_* and what their files held when they were read.</summary>
internal sealed class ClientTls(PgmuxOptions options)
{
    private readonly CipherSuitesPolicy? _ciphers = TlsCiphers.PolicyOf(options.ClientTlsCiphers, options.ClientTls13Ciphers);

    /// <summary>What pgmux shows to clients.</summary>
    public required SslStreamCertificateContext Certificate { get; init; }

    /// <summary>What it shows to clients that name a host; null is always the same.</summary>
    public ServerNames? Names { get; init; }

    /// <summary>Who signs clients' certificates; null: no client is asked for one.</summary>
    public X509Certificate2Collection? Authorities { get; init; }

    /// <summary>Which of them have been taken back; null: nobody says.</summary>
    public Revocations? Revocations { get; init; }

    /// <summary>Makes what looks at the certificate of one client.</summary>
    public ClientCertificateCheck CreateCheck() => new(options.ClientTlsSslmode >= TlsMode.VerifyCa, Revocations);

    /// <summary>Makes what one handshake needs.</summary>
    /// <param name="check">What the client's certificate has to stand.</param>
    /// <param name="host">The host that the client names; empty for none.</param>
    public SslServerAuthenticationOptions OptionsFor(ClientCertificateCheck check, string host = "") => new()
    {
        ServerCertificateContext = Names?.Find(host) ?? Certificate,
        EnabledSslProtocols = options.ClientTlsProtocols.Versions,
        CipherSuitesPolicy = _ciphers,
        ApplicationProtocols = [TlsFileReader.Postgresql],
        AllowRenegotiation = false,
        ClientCertificateRequired = Authorities is not null,
        CertificateChainPolicy = CreatePolicy(),
        RemoteCertificateValidationCallback = check.Accepts,
    };

    // A new one for each: the handshake adds to it what the client sends.
    private X509ChainPolicy? CreatePolicy()
    {
        if (Authorities is null)
        {
            return null;
        }

        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
            DisableCertificateDownloads = true,
        };
        policy.CustomTrustStore.AddRange(Authorities);
        return policy;
    }
}
