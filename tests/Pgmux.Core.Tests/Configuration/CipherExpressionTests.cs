using System.Net.Security;
using Pgmux.Core.Configuration.Ciphers;

namespace Pgmux.Core.Tests.Configuration;

/// <summary>Lists of ciphers in OpenSSL's language.</summary>
[TestFixture]
internal sealed class CipherExpressionTests
{
    // What "openssl ciphers -s -tls1_2" of OpenSSL 3.0 says of the first, without suites for DSS keys and ARIA.
    [TestCase(
        "HIGH:!aNULL:!AESCCM:!CAMELLIA",
        "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:DHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305:DHE-RSA-CHACHA20-POLY1305:ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:DHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-SHA384:ECDHE-RSA-AES256-SHA384:DHE-RSA-AES256-SHA256:ECDHE-ECDSA-AES128-SHA256:ECDHE-RSA-AES128-SHA256:DHE-RSA-AES128-SHA256:ECDHE-ECDSA-AES256-SHA:ECDHE-RSA-AES256-SHA:DHE-RSA-AES256-SHA:ECDHE-ECDSA-AES128-SHA:ECDHE-RSA-AES128-SHA:DHE-RSA-AES128-SHA:AES256-GCM-SHA384:AES128-GCM-SHA256:AES256-SHA256:AES128-SHA256:AES256-SHA:AES128-SHA")]
    [TestCase(
        "EECDH+AESGCM:EDH+AESGCM",
        "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:DHE-RSA-AES256-GCM-SHA384:DHE-RSA-AES128-GCM-SHA256")]
    [TestCase(
        "AESGCM:!kRSA:!ECDSA",
        "ECDHE-RSA-AES256-GCM-SHA384:DHE-RSA-AES256-GCM-SHA384:ECDHE-RSA-AES128-GCM-SHA256:DHE-RSA-AES128-GCM-SHA256")]
    [TestCase(
        "HIGH:!aNULL:!AESCCM:!CAMELLIA:!SHA1:!SHA256:!SHA384:+DHE",
        "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305:ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:AES256-GCM-SHA384:AES128-GCM-SHA256:DHE-RSA-AES256-GCM-SHA384:DHE-RSA-CHACHA20-POLY1305:DHE-RSA-AES128-GCM-SHA256")]
    [TestCase(
        "AES128:AES256:!aNULL:!SHA1:@STRENGTH:!AESCCM:!ECDSA",
        "ECDHE-RSA-AES256-GCM-SHA384:DHE-RSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-SHA384:DHE-RSA-AES256-SHA256:AES256-GCM-SHA384:AES256-SHA256:ECDHE-RSA-AES128-GCM-SHA256:DHE-RSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-SHA256:DHE-RSA-AES128-SHA256:AES128-GCM-SHA256:AES128-SHA256")]
    [TestCase(
        "ECDHE-RSA-AES128-GCM-SHA256:ECDHE-RSA-AES256-GCM-SHA384",
        "ECDHE-RSA-AES128-GCM-SHA256:ECDHE-RSA-AES256-GCM-SHA384")]
    [TestCase(
        "DEFAULT:!kRSA:!DHE:!ECDSA:-AES128:AES128",
        "ECDHE-RSA-AES256-GCM-SHA384:ECDHE-RSA-CHACHA20-POLY1305:ECDHE-RSA-AES256-SHA384:ECDHE-RSA-AES256-SHA:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-SHA256:ECDHE-RSA-AES128-SHA")]
    [TestCase(
        "CHACHA20:nonsense:kRSA+AESGCM",
        "ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305:DHE-RSA-CHACHA20-POLY1305:AES256-GCM-SHA384:AES128-GCM-SHA256")]
    [TestCase(
        "TLSv1.2+ECDHE+AESGCM:SSLv3+kRSA",
        "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:AES256-SHA:CAMELLIA256-SHA:AES128-SHA:CAMELLIA128-SHA")]
    [TestCase(
        "AES:-AES256:!AESCCM:!SHA1:!SHA256",
        "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:DHE-RSA-AES128-GCM-SHA256:AES128-GCM-SHA256")]
    [TestCase(
        "ECDHE+SHA384,ECDHE+AES128 AES128-SHA",
        "ECDHE-ECDSA-AES256-SHA384:ECDHE-RSA-AES256-SHA384:ECDHE-ECDSA-CAMELLIA256-SHA384:ECDHE-RSA-CAMELLIA256-SHA384:ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES128-CCM8:ECDHE-ECDSA-AES128-CCM:ECDHE-ECDSA-AES128-SHA256:ECDHE-RSA-AES128-SHA256:ECDHE-ECDSA-AES128-SHA:ECDHE-RSA-AES128-SHA:AES128-SHA")]
    [TestCase(
        "ALL:!aNULL:!eNULL:!AES:!CAMELLIA",
        "ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305:DHE-RSA-CHACHA20-POLY1305")]
    public void A_list_means_what_OpenSSL_takes_it_for(string text, string expected) =>
        Assert.That(string.Join(':', CipherExpression.Read(text).Suites.Select(suite => suite.Name)), Is.EqualTo(expected));

    [TestCase("aNULL")]
    [TestCase("eNULL:NULL-SHA256")]
    [TestCase("PSK:SRP")]
    [TestCase("RC4:3DES:EXPORT")]
    [TestCase("HIGH:!ALL")]
    [TestCase("HIGH:!HIGH:HIGH")]
    [TestCase("nonsense")]
    [TestCase("HIGH+nonsense")]
    public void What_must_not_be_used_is_never_in_it(string text) => Assert.That(CipherExpression.Read(text).Suites, Is.Empty);

    [TestCase("HIGH:!aNULL:!MD5:!RC4", "")]
    [TestCase("nonsense:HIGH:!NULL:HIGH+x:nonsense", "nonsense,HIGH+x")]
    [TestCase("high", "high")]
    [TestCase("@SECLEVEL=2:HIGH", "@SECLEVEL=2")]
    [TestCase("TLS_AES_128_GCM_SHA256:HIGH", "TLS_AES_128_GCM_SHA256")]
    public void Words_that_mean_nothing_are_kept_to_be_told(string text, string expected) =>
        Assert.That(string.Join(',', CipherExpression.Read(text).UnknownWords), Is.EqualTo(expected));

    [TestCase("default", null)]
    [TestCase("Secure", null)]
    [TestCase("fast", null)]
    [TestCase("normal", null)]
    [TestCase("", null)]
    [TestCase("ECDHE-RSA-AES256-GCM-SHA384", 1)]
    [TestCase("TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384", 1)]
    [TestCase("kEDH+AESGCM:kECDHE+AESGCM", 4)]
    [TestCase("all", 36)]
    public void PgBouncers_words_and_lists_are_read(string text, int? count)
    {
        Assert.That(new TlsCiphersType(ofClients: true).TryParse(text, out var ciphers, out var problem), Is.True, problem);
        Assert.That(ciphers.Suites?.Count, Is.EqualTo(count));
        Assert.That(TlsCiphers.PolicyOf(ciphers, null)?.AllowedCipherSuites.Count(), Is.EqualTo(count + CipherSuites.DefaultTls13.Length));
    }

    [TestCase("nonsense", "no suite that may be used is left of this one")]
    [TestCase("aNULL", "no suite that may be used is left of this one")]
    [TestCase("DHE", "DHE is not offered to clients, so none is left of this one")]
    public void A_list_that_nothing_is_left_of_is_refused(string text, string problem)
    {
        Assert.That(new TlsCiphersType(ofClients: true).TryParse(text, out _, out var told), Is.False);
        Assert.That(told, Does.EndWith(problem));
    }

    [Test]
    public void Servers_may_be_talked_to_by_DHE()
    {
        Assert.That(new TlsCiphersType(ofClients: false).TryParse("DHE+AESGCM", out var ciphers, out _), Is.True);
        Assert.That(ciphers.Suites, Does.Contain(TlsCipherSuite.TLS_DHE_RSA_WITH_AES_256_GCM_SHA384));
    }

    [TestCase("", null, "")]
    [TestCase("TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384", "TLS_AES_128_GCM_SHA256,TLS_AES_256_GCM_SHA384", "")]
    [TestCase("x:TLS_CHACHA20_POLY1305_SHA256", "TLS_CHACHA20_POLY1305_SHA256", "x")]
    public void Suites_of_TLS_1_3_are_named_one_by_one(string text, string? suites, string unknown)
    {
        Assert.That(new Tls13CiphersType().TryParse(text, out var ciphers, out var problem), Is.True, problem);
        Assert.That(ciphers!.Suites is { } named ? string.Join(',', named) : null, Is.EqualTo(suites));
        Assert.That(string.Join(',', ciphers.UnknownWords), Is.EqualTo(unknown));
    }

    [Test]
    [Property("Text", "T63")]
    public void Suites_of_TLS_1_3_that_are_none_are_refused_in_PgBouncers_words()
    {
        Assert.That(new Tls13CiphersType().TryParse("unknown", out _, out var problem), Is.False);
        Assert.That(problem, Does.StartWith("failed to set the TLSv1.3 cipher suites"));
    }
}
