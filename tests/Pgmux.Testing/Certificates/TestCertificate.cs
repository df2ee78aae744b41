using System.Security.Cryptography.X509Certificates;
using Pgmux.Testing.Processes;

namespace Pgmux.Testing.Certificates;

/// <summary>A certificate and its key as PEM.</summary>
internal sealed record TestCertificate(string Pem, string KeyPem)
{
    /// <summary>Both as files of these names, readable to the user that the programs under test run as.</summary>
    public (string Certificate, string Key) Write(TemporaryFolder folder, string name) =>
        (folder.Write($"{name}.crt", Pem), folder.Write($"{name}.key", KeyPem));

    /// <summary>Both for a client of this process.</summary>
    public X509Certificate2 ToCertificate()
    {
        using var pem = X509Certificate2.CreateFromPem(Pem, KeyPem);
        return X509CertificateLoader.LoadPkcs12(pem.Export(X509ContentType.Pkcs12), null);
    }
}
