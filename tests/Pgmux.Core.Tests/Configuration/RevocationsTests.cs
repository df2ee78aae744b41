using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Pgmux.Core.Configuration;
using Pgmux.Core.Configuration.Revocation;
using Pgmux.Testing.Certificates;
using Pgmux.Testing.Processes;

namespace Pgmux.Core.Tests.Configuration;

/// <summary>Lists of certificates that have been taken back.</summary>
[TestFixture]
internal sealed class RevocationsTests
{
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    private readonly TemporaryFolder _folder = new();
    private readonly TestAuthority _authority = new("trusted");
    private readonly TestAuthority _namesake = new("trusted");
    private readonly TestAuthority _other = new("somebody else");

    [OneTimeTearDown]
    public void RemoveFiles()
    {
        _folder.Dispose();
        _authority.Dispose();
        _namesake.Dispose();
        _other.Dispose();
    }

    [Test, Property("Row", "T11")]
    public void Who_is_in_the_list_is_refused_and_others_are_not()
    {
        var (good, bad) = (_authority.Sign("good"), _authority.Sign("bad"));
        var lists = Read(_authority.Revoke(Day, bad, _authority.Sign("another")));

        Assert.That((ProblemOf(lists, good), ProblemOf(lists, bad)), Is.EqualTo((default(string), "certificate revoked")));
        Assert.That(lists.IsExpired, Is.False);
    }

    [Test, Property("Row", "T11")]
    public void A_list_that_is_too_old_vouches_for_nobody()
    {
        var lists = Read(_authority.Revoke(-Day));

        Assert.That(ProblemOf(lists, _authority.Sign("good")), Is.EqualTo("CRL has expired"));
        Assert.That(lists.IsExpired, Is.True);
    }

    [Test]
    public void An_authority_without_a_list_vouches_for_nobody() =>
        Assert.That(ProblemOf(Read(_other.Revoke(Day)), _authority.Sign("good")), Is.EqualTo("unable to get certificate CRL"));

    [Test, Property("Row", "T11")]
    public void A_list_that_somebody_else_has_signed_is_none() =>
        Assert.That(ProblemOf(Read(_namesake.Revoke(Day)), _authority.Sign("good")), Is.EqualTo("CRL signature failure"));

    [Test]
    public void Lists_of_several_authorities_stand_in_one_file()
    {
        var bad = _authority.Sign("bad");
        var lists = Read(_other.Revoke(Day) + "\n" + _authority.Pem + "\n" + _authority.Revoke(Day, bad));

        Assert.That(lists.Count, Is.EqualTo(2));
        Assert.That(ProblemOf(lists, bad), Is.EqualTo("certificate revoked"));
    }

    [TestCase("", "has no CRL in PEM")]
    [TestCase("-----BEGIN X509 CRL-----\nMAA=\n-----END X509 CRL-----\n", "has a CRL that is broken")]
    [TestCase("CERTIFICATE", "has no CRL in PEM")]
    public void A_file_that_cannot_serve_is_told(string content, string problem)
    {
        var faults = new List<string>();
        var path = _folder.Write("bad.pem", content == "CERTIFICATE" ? _authority.Pem : content);
        var lists = new TlsFileReader((setting, fault) => faults.Add($"{setting}: {fault}")).ReadRevocations("client_tls_crl_file", path);

        Assert.That(lists, Is.Null);
        Assert.That(faults, Is.EqualTo(new[] { $"client_tls_crl_file: \"{path}\" {problem}" }));
    }

    [Test]
    public void A_list_cut_at_any_byte_is_broken_or_not_the_authoritys()
    {
        var whole = BytesOf(_authority.Revoke(Day, _authority.Sign("bad")));
        Assert.That(RevocationListReader.Read(whole, out _), Is.Not.Null);
        for (var cut = 0; cut < whole.Length; cut++)
        {
            Assert.That(RevocationListReader.Read(whole[..cut], out var problem), Is.Null, $"{cut}");
            Assert.That(problem, Is.EqualTo("has a CRL that is broken"));
        }
    }

    // deltaCRLIndicator: what is in it adds to another list; issuingDistributionPoint: it is about some certificates only.
    [TestCase(27)]
    [TestCase(28)]
    public void A_list_that_is_only_a_part_is_not_taken(byte extension)
    {
        var whole = BytesOf(_authority.Revoke(Day));

        // In place of the number of the list (2.5.29.20), which every list has.
        var at = whole.AsSpan().IndexOf((ReadOnlySpan<byte>)[0x06, 0x03, 0x55, 0x1D, 0x14]);
        Assert.That(at, Is.Positive);
        whole[at + 4] = extension;

        Assert.That(RevocationListReader.Read(whole, out var problem), Is.Null);
        Assert.That(problem, Does.Contain($"an extension that is not understood (2.5.29.{extension})"));
    }

    private Revocations Read(string pem)
    {
        var faults = new List<string>();
        var lists = new TlsFileReader((_, fault) => faults.Add(fault)).ReadRevocations("crl", _folder.Write("crl.pem", pem));
        Assert.That(faults, Is.Empty);
        return lists!;
    }

    private string? ProblemOf(Revocations lists, TestCertificate certificate)
    {
        using var leaf = X509Certificate2.CreateFromPem(certificate.Pem);
        using var root = X509Certificate2.CreateFromPem(_authority.Pem);
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.CustomTrustStore.Add(root);
        Assert.That(chain.Build(leaf), Is.True);
        return lists.ProblemOf(chain);
    }

    private static byte[] BytesOf(string pem)
    {
        var found = PemEncoding.Find(pem);
        return Convert.FromBase64String(pem[found.Base64Data]);
    }
}
