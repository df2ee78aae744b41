using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Pgmux.Core.Configuration.Ciphers;
using Pgmux.Core.Configuration.Revocation;

namespace Pgmux.Core.Configuration;

/// <summary>How connections to the servers of a database are encrypted: the settings and what their files held when they were read.</summary>
internal sealed class ServerTls(ServerTlsOptions options)
{
    /// <summary>The settings.</summary>
    public ServerTlsOptions Options { get; } = options;

    /// <summary>What pgmux shows to servers that ask for a certificate; null is nothing.</summary>
    public SslStreamCertificateContext? Certificate { get; init; }

    /// <summary>Who signs servers' certificates; null are the system's authorities.</summary>
    public X509Certificate2Collection? Authorities { get; init; }

    /// <summary>Which servers' certificates have been taken back; null: nobody says.</summary>
    public Revocations? Revocations { get; init; }

    /// <summary>Cipher suites; null are those of the system's OpenSSL.</summary>
    public CipherSuitesPolicy? Ciphers { get; } = TlsCiphers.PolicyOf(options.Ciphers, options.Tls13Ciphers);

    /// <summary>A hash of the files.</summary>
    public string Fingerprint { get; init; } = "";

    /// <summary>Whether a connection opened by the other would be opened alike by this one.</summary>
    public bool IsSameAs(ServerTls other) => Options == other.Options && Fingerprint == other.Fingerprint;

    /// <summary>Makes what one handshake needs.</summary>
    /// <param name="host">The host as it is configured: the server is told it (SNI) unless it is an address.</param>
    /// <param name="check">What the server's certificate has to stand.</param>
    public SslClientAuthenticationOptions OptionsFor(string host, ServerCertificateCheck check) => new()
    {
        TargetHost = host,
        EnabledSslProtocols = Options.Protocols.Versions,
        CipherSuitesPolicy = Ciphers,
        ApplicationProtocols = [TlsFileReader.Postgresql],
        AllowRenegotiation = false,

        // What a reload says of authorities and certificates must hold for every connection opened after it.
        AllowTlsResume = false,
        ClientCertificateContext = Certificate,
        CertificateChainPolicy = CreatePolicy(),
        RemoteCertificateValidationCallback = check.Accepts,
    };

    // A new one for each: the handshake adds to it what the server sends.
    private X509ChainPolicy CreatePolicy()
    {
        // Where nothing is verified the system's authorities need not even be loaded.
        var usesSystem = Authorities is null && Options.Mode >= TlsMode.VerifyCa;
        var policy = new X509ChainPolicy
        {
            TrustMode = usesSystem ? X509ChainTrustMode.System : X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
            DisableCertificateDownloads = true,
        };
        if (Authorities is not null)
        {
            policy.CustomTrustStore.AddRange(Authorities);
        }

        return policy;
    }
}
