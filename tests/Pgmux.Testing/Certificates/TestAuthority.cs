using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Pgmux.Testing.Processes;

namespace Pgmux.Testing.Certificates;

/// <summary>A certificate authority made for tests, which writes what it signs as PEM files.</summary>
internal sealed class TestAuthority : IDisposable
{
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly X509Certificate2 _certificate;
    private byte _serial;
    private int _listNumber;

    public TestAuthority(string name)
    {
        var request = new CertificateRequest($"CN={name}", _key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, false, 0, critical: true));
        var now = DateTimeOffset.UtcNow;
        _certificate = request.CreateSelfSigned(now.AddDays(-10), now.AddDays(10));
    }

    /// <summary>The authority's own certificate as PEM.</summary>
    public string Pem => _certificate.ExportCertificatePem();

    /// <summary>The authority's own certificate and key, as a server might show them that has signed itself.</summary>
    public TestCertificate Own => new(Pem, _key.ExportPkcs8PrivateKeyPem());

    /// <summary>Signs a certificate for a host or a person.</summary>
    public TestCertificate Sign(string commonName, params string[] hosts) => Sign(commonName, TimeSpan.FromDays(5), hosts);

    /// <summary>Signs one that ends so long from now, which may be in the past.</summary>
    public TestCertificate Sign(string commonName, TimeSpan validFor, params string[] hosts)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={commonName}", key, HashAlgorithmName.SHA256);
        if (hosts.Length > 0)
        {
            var names = new SubjectAlternativeNameBuilder();
            foreach (var host in hosts)
            {
                if (IPAddress.TryParse(host, out var address))
                {
                    names.AddIpAddress(address);
                }
                else
                {
                    names.AddDnsName(host);
                }
            }

            request.CertificateExtensions.Add(names.Build());
        }

        var end = DateTimeOffset.UtcNow + validFor;
        using var certificate = request.Create(_certificate, end.AddDays(-8), end, [1, _serial++]);
        return new TestCertificate(certificate.ExportCertificatePem(), key.ExportPkcs8PrivateKeyPem());
    }

    /// <summary>A list of certificates that the authority has taken back, as PEM, which holds for so long from now on, and has done for days.</summary>
    public string Revoke(TimeSpan validFor, params TestCertificate[] certificates)
    {
        var builder = new CertificateRevocationListBuilder();
        foreach (var certificate in certificates)
        {
            using var read = X509Certificate2.CreateFromPem(certificate.Pem);
            builder.AddEntry(read);
        }

        var now = DateTimeOffset.UtcNow;
        var list = builder.Build(
            _certificate.SubjectName, X509SignatureGenerator.CreateForECDsa(_key), ++_listNumber, now + validFor, HashAlgorithmName.SHA256,
            X509AuthorityKeyIdentifierExtension.CreateFromSubjectKeyIdentifier(_certificate.GetCertHash(HashAlgorithmName.SHA256)[..20]), now.AddDays(-20));
        return PemEncoding.WriteString("X509 CRL", list);
    }

    /// <summary>The authority's certificate as a file.</summary>
    public string Write(TemporaryFolder folder, string file = "ca.pem") => folder.Write(file, Pem);

    public void Dispose()
    {
        _certificate.Dispose();
        _key.Dispose();
    }
}
