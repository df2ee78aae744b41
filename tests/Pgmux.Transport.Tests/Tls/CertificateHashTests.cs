using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Pgmux.Transport.Tls;

namespace Pgmux.Transport.Tests.Tls;

/// <summary>What logins are bound to: tls-server-end-point of RFC 5929.</summary>
[TestFixture]
public sealed class CertificateHashTests
{
    [TestCase("ECDSA", "SHA256")]
    [TestCase("ECDSA", "SHA384")]
    [TestCase("ECDSA", "SHA512")]
    [TestCase("RSA", "SHA256")]
    [TestCase("RSA", "SHA384")]
    [TestCase("RSA", "SHA512")]
    [TestCase("PSS", "SHA256")]
    [TestCase("PSS", "SHA384")]
    [TestCase("PSS", "SHA512")]
    public void The_hash_of_the_signature_is_that_of_the_binding(string algorithm, string name)
    {
        var hash = new HashAlgorithmName(name);
        using var certificate = Create(algorithm, hash);

        Assert.That(CertificateHash.Of(certificate), Is.EqualTo(CryptographicOperations.HashData(hash, certificate.RawData)));
    }

    [Test]
    public void SHA_256_stands_in_for_SHA_1()
    {
        // A certificate that .NET does not make any more: "openssl req -x509 -newkey ec -sha1".
        const string Pem = """
            -----BEGIN CERTIFICATE-----
            MIIBbTCCARSgAwIBAgIUCxrJ4GRl4+2YR1Z23dCxG6jhedEwCQYHKoZIzj0EATAM
            MQowCAYDVQQDDAF4MCAXDTI2MTEyOTEwMjA0NFoYDzIxMjYxMTA1MTAyMDQ0WjAM
            MQowCAYDVQQDDAF4MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEn6r9idSizQo+
            Aa3INH1QN+kVPF6TLAcyHFKwf4Z2o3WmXw3JkXVJfr0R1crQeGCc/ohPLd2lrTyc
            ++lVYhdaFqNTMFEwHQYDVR0OBBYEFPLSVuc0dSniRvnle/N3BZEf7SD4MB8GA1Ud
            IwQYMBaAFPLSVuc0dSniRvnle/N3BZEf7SD4MA8GA1UdEwEB/wQFMAMBAf8wCQYH
            KoZIzj0EAQNIADBFAiAewE/GQ2HlQsze3P4BDsuySlMYzl1gHOJQRByN+5VvyQIh
            AL2m16mCBf4LTw8cz4gGnRPnTy8zbWXlW0hGMkNMZSSB
            -----END CERTIFICATE-----
            """;
        using var certificate = X509Certificate2.CreateFromPem(Pem);

        Assert.That(CertificateHash.Of(certificate), Is.EqualTo(SHA256.HashData(certificate.RawData)));
    }

    [Test]
    public void A_signature_without_a_hash_binds_nothing()
    {
        // A certificate signed with Ed25519, which .NET does not make: "openssl req -x509 -newkey ed25519".
        const string Pem = """
            -----BEGIN CERTIFICATE-----
            MIIBLjCB4aADAgECAhRFL9k1g6xalVbWK4s981/RyxHv7TAFBgMrZXAwDDEKMAgG
            A1UEAwwBeDAgFw0yNjExMjkwOTI2MDZaGA8yMTI2MTEwNTA5MjYwNlowDDEKMAgG
            A1UEAwwBeDAqMAUGAytlcAMhALXL8t4IzdJdYWk0iO07L0PX3Ioi6Kb7nh+WN0R1
            Cd/8o1MwUTAdBgNVHQ4EFgQUXqAMsI2h5/nsKUB+Ul09FxSoqx8wHwYDVR0jBBgw
            FoAUXqAMsI2h5/nsKUB+Ul09FxSoqx8wDwYDVR0TAQH/BAUwAwEB/zAFBgMrZXAD
            QQBuN80ld0sr75VItnskrjneWBFsvWZMfs1a2CeqkB4yKarbFUnXsYlKeSWJOVUd
            Iqj27JxlyQ5rTBmC71ooDVMC
            -----END CERTIFICATE-----
            """;
        using var certificate = X509Certificate2.CreateFromPem(Pem);

        Assert.That(CertificateHash.Of(certificate), Is.Empty);
    }

    private static X509Certificate2 Create(string algorithm, HashAlgorithmName hash)
    {
        var day = DateTimeOffset.UnixEpoch;
        if (algorithm == "ECDSA")
        {
            using var curve = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            return new CertificateRequest("CN=x", curve, hash).CreateSelfSigned(day, day.AddDays(1));
        }

        using var rsa = RSA.Create(2048);
        var padding = algorithm == "PSS" ? RSASignaturePadding.Pss : RSASignaturePadding.Pkcs1;
        return new CertificateRequest("CN=x", rsa, hash, padding).CreateSelfSigned(day, day.AddDays(1));
    }
}
