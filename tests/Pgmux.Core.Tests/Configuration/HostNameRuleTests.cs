using Pgmux.Core.Configuration;
using Pgmux.Testing.Certificates;

namespace Pgmux.Core.Tests.Configuration;

[TestFixture]
internal sealed class HostNameRuleTests
{
    [TestCase("db.example.com", "db.example.com", true)]
    [TestCase("DB.example.com", "db.EXAMPLE.com", true)]
    [TestCase("db.example.com", "db.example.org", false)]
    [TestCase("db.example.com", "db.example.com.evil.org", false)]
    [TestCase("*.example.com", "db.example.com", true)]
    [TestCase("*.example.com", "a.db.example.com", false)]
    [TestCase("*.example.com", "example.com", false)]
    [TestCase("*.example.com", ".example.com", false)]
    [TestCase("db.*.com", "db.example.com", false)]
    [TestCase("d*.example.com", "db.example.com", false)]
    [TestCase("*", "localhost", false)]
    [TestCase("*.", "localhost.", false)]
    [TestCase("", "localhost", false)]
    [TestCase("db.example.com\0.evil.org", "db.example.com", false)]
    [TestCase("db.example.com\0.evil.org", "db.example.com\0.evil.org", false)]
    [Property("Row", "B33")]
    public void Names_match_by_libpqs_rules(string pattern, string host, bool matches) =>
        Assert.That(HostNameRule.Matches(pattern, host), Is.EqualTo(matches));

    [TestCase("cn.example", "cn.example", true)]
    [TestCase("cn.example", "other.example", false)]
    [TestCase("cn.example", "cn.example", false, "san.example")]
    [TestCase("cn.example", "san.example", true, "san.example")]
    [TestCase("cn.example", "second.example", true, "san.example", "second.example")]
    [TestCase("cn.example", "10.0.0.1", true, "10.0.0.1")]
    [TestCase("cn.example", "10.0.0.2", false, "10.0.0.1")]
    [TestCase("cn.example", "cn.example", true, "10.0.0.1")]
    [TestCase("10.0.0.1", "10.0.0.1", true, "san.example")]
    [TestCase("10.0.0.1", "10.0.0.1", false, "10.0.0.2")]
    [TestCase("10.0.0.1", "10.0.0.1", true)]
    [TestCase("cn.example", "::1", true, "::1")]
    [TestCase("cn.example", "0:0:0:0:0:0:0:1", true, "::1")]
    [TestCase("cn.example", "::2", false, "::1")]
    [Property("Row", "B33")]
    public void The_common_name_counts_where_the_extension_has_no_name_of_the_hosts_kind(string commonName, string host, bool isNamed, params string[] alternatives)
    {
        using var authority = new TestAuthority("names");
        using var certificate = authority.Sign(commonName, alternatives).ToCertificate();

        Assert.That(HostNameRule.Names(certificate, host), Is.EqualTo(isNamed));
        Assert.That(HostNameRule.FirstNameOf(certificate), Is.EqualTo(alternatives.FirstOrDefault() ?? commonName));
    }
}
