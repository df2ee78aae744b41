using System.Net;
using System.Net.Security;
using Pgmux.Testing.Certificates;
using Pgmux.Testing.Mux;
using Pgmux.Testing.Processes;

namespace Pgmux.Core.Tests.Servers;

/// <summary>Which certificates of servers stand, and that nothing is said to a server whose certificate does not.</summary>
[TestFixture]
internal sealed class ServerCertificateTests
{
    private readonly TemporaryFolder _folder = new();
    private readonly TestAuthority _authority = new("trusted");
    private readonly TestAuthority _other = new("somebody else");

    [OneTimeSetUp]
    public void WriteAuthority() => _authority.Write(_folder);

    [OneTimeTearDown]
    public void RemoveFiles()
    {
        _folder.Dispose();
        _authority.Dispose();
        _other.Dispose();
    }

    [TestCase("require", "other", null)]
    [TestCase("require", "expired", null)]
    [TestCase("verify-ca", "right", null)]
    [TestCase("verify-ca", "wrong name", null)]
    [TestCase("verify-ca", "other", "certificate verify failed: unable to get local issuer certificate")]
    [TestCase("verify-ca", "self-signed", "certificate verify failed: self-signed certificate in certificate chain")]
    [TestCase("verify-ca", "expired", "certificate verify failed: certificate has expired or is not yet valid")]
    [TestCase("verify-full", "right", null)]
    [TestCase("verify-full", "address", null)]
    [TestCase("verify-full", "wrong name", "server certificate for \"elsewhere\" does not match host name \"127.0.0.1\"")]
    [TestCase("verify-full", "other", "certificate verify failed: unable to get local issuer certificate")]
    [TestCase("verify-full", "self-signed", "certificate verify failed: self-signed certificate in certificate chain")]
    [TestCase("verify-full", "expired", "certificate verify failed: certificate has expired or is not yet valid")]
    [Property("Row", "T11"), Property("Row", "B28")]
    [Property("Text", "T64")]
    public void Nothing_is_said_to_a_server_whose_certificate_does_not_stand(string mode, string kind, string? problem)
    {
        using var mux = TestMux.Start(("server_tls_sslmode", mode), ("server_tls_ca_file", _folder.File("ca.pem")));
        using var self = new TestAuthority("127.0.0.1");
        var certificate = kind switch
        {
            "other" => _other.Sign("127.0.0.1", "127.0.0.1"),
            "expired" => _authority.Sign("127.0.0.1", TimeSpan.FromDays(-1), "127.0.0.1"),
            "wrong name" => _authority.Sign("elsewhere", "elsewhere"),
            "address" => _authority.Sign("elsewhere", "127.0.0.1"),
            "self-signed" => self.Own,
            _ => _authority.Sign("127.0.0.1"),
        };
        mux.Postgres.Tls = new SslServerAuthenticationOptions { ServerCertificate = certificate.ToCertificate() };

        var told = mux.BeginLogin().Take();

        Assert.That(told, problem is null ? Does.EndWith("Z(I)") : Is.EqualTo($"E(08001 {problem}) EOF"));
        Assert.That(mux.Postgres.Logins, Is.EqualTo(problem is null ? 1 : 0));
    }

    [TestCase("verify-ca", "other", null)]
    [TestCase("verify-full", "other", null)]
    [TestCase("verify-ca", "shown", "certificate verify failed: certificate revoked")]
    [TestCase("verify-full", "shown", "certificate verify failed: certificate revoked")]
    [TestCase("verify-full", "expired", "certificate verify failed: CRL has expired")]
    [TestCase("verify-full", "of another authority", "certificate verify failed: unable to get certificate CRL")]
    [TestCase("require", "shown", null)]
    [Property("Row", "T11")]
    public void Nothing_is_said_to_a_server_whose_certificate_has_been_taken_back(string mode, string revoked, string? problem)
    {
        var shown = _authority.Sign("127.0.0.1", "127.0.0.1");
        var list = revoked switch
        {
            "shown" => _authority.Revoke(TimeSpan.FromDays(1), shown),
            "expired" => _authority.Revoke(TimeSpan.FromDays(-1)),
            "of another authority" => _other.Revoke(TimeSpan.FromDays(1)),
            _ => _authority.Revoke(TimeSpan.FromDays(1), _authority.Sign("127.0.0.1")),
        };
        using var mux = TestMux.Start(
            ("server_tls_sslmode", mode), ("server_tls_ca_file", _folder.File("ca.pem")), ("server_tls_crl_file", _folder.Write("crl.pem", list)));
        mux.Postgres.Tls = new SslServerAuthenticationOptions { ServerCertificate = shown.ToCertificate() };

        Assert.That(mux.BeginLogin().Take(), problem is null ? Does.EndWith("Z(I)") : Is.EqualTo($"E(08001 {problem}) EOF"));
        Assert.That(mux.Postgres.Logins, Is.EqualTo(problem is null ? 1 : 0));
    }

    [TestCase("one.example,two.example", "one.example", "two.example", 2)]
    [TestCase("one.example,two.example", "one.example", "one.example", 1)]
    [TestCase("one.example,two.example", "two.example", "one.example", 0)]
    [Property("Row", "B27")]
    public void Each_of_several_hosts_is_verified_against_its_own_name(string hosts, string first, string second, int served)
    {
        var settings = TestMux.SettingsOf(
            ("server_tls_sslmode", "verify-full"), ("server_tls_ca_file", _folder.File("ca.pem")), ("server_login_retry", "1"), ("query_wait_timeout", "30"));

        // With a user of its own the database keeps its minimum, and so tries both hosts, also when its only client has been refused.
        settings = settings with { Databases = new Dictionary<string, string> { ["db"] = $"host={hosts} port=5432 user=alice min_pool_size=2 pool_size=2" } };
        using var mux = TestMux.Start(settings);
        mux.Names.Set("one.example", IPAddress.Loopback);
        mux.Names.Set("two.example", IPAddress.Loopback);

        // The server is told which of its names is meant, and shows what the case says.
        mux.Postgres.Tls = new SslServerAuthenticationOptions
        {
            ServerCertificateSelectionCallback = (_, name) => _authority.Sign(name == "one.example" ? first : second, name == "one.example" ? first : second).ToCertificate(),
        };

        var client = mux.BeginLogin();
        mux.Advance(20);

        // With one good host of two, both servers of the pool end up there: a host that fails is passed over.
        Assert.That(client.Take().EndsWith("Z(I)", StringComparison.Ordinal), Is.EqualTo(served > 0));
        var failed = mux.Log.Events.Select(entry => entry.Text).Where(text => text.Contains("does not match host name", StringComparison.Ordinal)).ToArray();
        Assert.That(failed.Length > 0, Is.EqualTo(served < 2));
        Assert.That(failed.Any(text => text.Contains("host name \"one.example\"", StringComparison.Ordinal)), Is.EqualTo(first != "one.example"));
        Assert.That(failed.Any(text => text.Contains("host name \"two.example\"", StringComparison.Ordinal)), Is.EqualTo(second != "two.example"));
    }
}
