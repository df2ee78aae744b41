using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Pgmux.Core.Configuration;

namespace Pgmux.Core.Authentication.Ldap;

/// <summary>
/// Looks at the certificate that a server of the directory shows: it must be signed by an authority that the system trusts, and be for the
/// host that was asked for. What libldap demands unless it is told otherwise.
/// </summary>
internal sealed class LdapCertificateCheck(string host)
{
    /// <summary>Why it was not accepted; null unless it was refused.</summary>
    public string? Problem { get; private set; }

    /// <summary>For one handshake.</summary>
    public SslClientAuthenticationOptions Options => new()
    {
        TargetHost = host,
        EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
        CertificateChainPolicy = new X509ChainPolicy
        {
            // Nothing is fetched from where a certificate says before it is trusted.
            DisableCertificateDownloads = true,
            RevocationMode = X509RevocationMode.NoCheck,
        },
        RemoteCertificateValidationCallback = Accepts,
    };

    private bool Accepts(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        Problem = certificate is null ? "the server has shown no certificate"
            : errors.HasFlag(SslPolicyErrors.RemoteCertificateChainErrors)
                ? $"{CertificateProblem.Describe(chain)}; its authority must be among the system's, or in the file that SSL_CERT_FILE names"
            : errors != SslPolicyErrors.None ? $"the server's certificate is not for the host \"{host}\""
            : null;
        return Problem is null;
    }
}
