using Pgmux.Core.Configuration;
using Pgmux.Testing.Certificates;

namespace Pgmux.Core.Tests.Configuration;

/// <summary>What logins with certificates need of the other settings.</summary>
[TestFixture]
internal sealed class ClientCertificateRuleTests
{
    private readonly ConfigFiles _files = new();

    [OneTimeSetUp]
    public void WriteFiles()
    {
        using var authority = new TestAuthority("rules");
        _files.Write("ca.pem", authority.Pem);
        var server = authority.Sign("localhost", "localhost");
        _files.Write("server.crt", server.Pem);
        _files.Write("server.key", server.KeyPem);
    }

    [OneTimeTearDown]
    public void RemoveFiles() => _files.Dispose();

    [TestCase("disable", true, "2: auth_type is cert, so client_tls_sslmode must be verify-full")]
    [TestCase("require", true, "2: auth_type is cert, so client_tls_sslmode must be verify-full")]
    [TestCase("verify-ca", true, "2: auth_type is cert, so client_tls_sslmode must be verify-full")]
    [TestCase("verify-full", false, "3: client_tls_sslmode: client_tls_ca_file is not set: it says who signs clients' certificates")]
    [TestCase("verify-full", true, null)]
    [Property("Row", "A17")]
    public void Logins_by_certificate_need_the_mode_that_verifies(string mode, bool hasAuthority, string? fault) =>
        Assert.That(_files.FaultsOf(Text("cert", mode, hasAuthority)), Is.EqualTo(fault is null ? [] : new[] { fault }));

    [TestCase("hostssl all all all cert", "disable", true, "client_tls_sslmode is disable, so no client is asked for a certificate and this line lets nobody in")]
    [TestCase("hostssl all all all md5 clientcert=verify-ca", "require", false, "client_tls_ca_file is not set, so no client is asked for a certificate and this line lets nobody in")]
    [TestCase("hostssl all all all md5", "require", false, null)]
    [TestCase("hostssl all all all md5 clientcert=verify-ca", "prefer", true, null)]
    [TestCase("hostssl all all all cert", "require", true, null)]
    public void A_line_that_asks_for_certificates_that_nobody_checks_is_a_warning(string line, string mode, bool hasAuthority, string? warning)
    {
        var hba = _files.Write("hba.conf", line + "\n");
        var loaded = _files.Load($"{Text("hba", mode, hasAuthority)}auth_hba_file = {hba}\n");

        Assert.That(loaded.Faults, Is.Empty);
        Assert.That(
            loaded.Warnings.Where(found => found.File == hba).Select(found => (found.Line, found.Message)),
            Is.EqualTo(warning is null ? [] : new[] { (1, warning) }));
    }

    private string Text(string authType, string mode, bool hasAuthority) =>
        $"""
        [pgbouncer]
        auth_type = {authType}
        client_tls_sslmode = {mode}
        client_tls_cert_file = {_files.PathOf("server.crt")}
        client_tls_key_file = {_files.PathOf("server.key")}
        client_tls_ca_file = {(hasAuthority ? _files.PathOf("ca.pem") : "")}
        listen_addr = *
        auth_file = {_files.Write("userlist.txt", "")}

        """;
}
