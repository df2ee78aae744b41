using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Pgmux.Transport.Tests.Tls;

/// <summary>Certificates that sign themselves, made for a test.</summary>
internal static class TestCertificate
{
    public static X509Certificate2 Create(string host)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={host}", key, HashAlgorithmName.SHA256);
        var now = DateTimeOffset.UtcNow;
        return request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
    }
}
