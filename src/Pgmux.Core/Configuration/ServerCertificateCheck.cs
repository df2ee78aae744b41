using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Pgmux.Core.Configuration.Revocation;

namespace Pgmux.Core.Configuration;

/// <summary>Looks at the certificate that a server shows in one handshake, as far as server_tls_sslmode wants it.</summary>
/// <param name="mode">server_tls_sslmode.</param>
/// <param name="host">The host as it is configured.</param>
/// <param name="revocations">server_tls_crl_file; null is none.</param>
internal sealed class ServerCertificateCheck(TlsMode mode, string host, Revocations? revocations)
{
    /// <summary>Why the certificate was not accepted, in the words of OpenSSL and libpq; null unless it was refused.</summary>
    public string? Problem { get; private set; }

    /// <summary>The handshake's question: a <see cref="RemoteCertificateValidationCallback"/>.</summary>
    public bool Accepts(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        Problem = mode < TlsMode.VerifyCa ? null
            : certificate is not X509Certificate2 shown ? "the server has shown no certificate"
            : errors.HasFlag(SslPolicyErrors.RemoteCertificateChainErrors) ? CertificateProblem.Describe(chain)
            : revocations is not null && RevokedBy(revocations, chain) is { } revoked ? revoked
            : mode == TlsMode.VerifyFull ? CompareNames(shown)
            : null;
        return Problem is null;
    }

    private static string? RevokedBy(Revocations revocations, X509Chain? chain) =>
        chain is null ? CertificateProblem.Describe(chain)
        : revocations.ProblemOf(chain) is { } problem ? CertificateProblem.Prefix + problem
        : null;

    private string? CompareNames(X509Certificate2 shown)
    {
        try
        {
            return HostNameRule.Names(shown, host)
                ? null
                : $"server certificate for \"{HostNameRule.FirstNameOf(shown)}\" does not match host name \"{host}\"";
        }
        catch (CryptographicException)
        {
            // Names are decoded when they are asked for, and an authority may sign what is none.
            return "the names in the server's certificate cannot be read";
        }
    }
}
