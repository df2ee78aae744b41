using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Pgmux.Core.Configuration.Revocation;

namespace Pgmux.Core.Configuration;

/// <summary>
/// Looks at the certificate that a client shows in one handshake. Where none is demanded one that is shown must still be right: who it names
/// may be used for the login.
/// </summary>
/// <param name="isDemanded">Whether a client must show one: client_tls_sslmode verify-ca and verify-full.</param>
/// <param name="revocations">client_tls_crl_file; null is none.</param>
internal sealed class ClientCertificateCheck(bool isDemanded, Revocations? revocations)
{
    /// <summary>Why the certificate was not accepted, in OpenSSL's words; null unless it was refused.</summary>
    public string? Problem { get; private set; }

    /// <summary>The handshake's question: a <see cref="RemoteCertificateValidationCallback"/>.</summary>
    public bool Accepts(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        Problem = certificate is null ? (isDemanded ? "peer did not return a certificate" : null)
            : errors != SslPolicyErrors.None || chain is null ? CertificateProblem.Describe(chain)
            : revocations?.ProblemOf(chain) is { } problem ? CertificateProblem.Prefix + problem
            : null;
        return Problem is null;
    }
}
