using System.Security.Authentication;
using Pgmux.Core.Configuration;
using Pgmux.Testing.Certificates;
using Pgmux.Testing.Processes;

namespace Pgmux.Core.Tests.Configuration;

[TestFixture]
internal sealed class ClientTlsReaderTests
{
    private readonly TemporaryFolder _folder = new();
    private readonly TestAuthority _authority = new("readers");

    [OneTimeSetUp]
    public void WriteFiles()
    {
        _authority.Write(_folder);
        _authority.Sign("localhost", "localhost").Write(_folder, "server");
        _authority.Sign("localhost", "localhost").Write(_folder, "other");
        _authority.Sign("localhost", TimeSpan.FromDays(-1), "localhost").Write(_folder, "expired");
        _folder.Write("half.key", File.ReadAllText(_folder.File("server.key"))[..60]);
        _folder.Write("empty.pem", "");
    }

    [OneTimeTearDown]
    public void RemoveFiles()
    {
        _folder.Dispose();
        _authority.Dispose();
    }

    [Test]
    public void Nothing_is_read_where_clients_are_not_encrypted() =>
        Assert.That(Read(TlsMode.Disable, "nothing.crt", "nothing.key"), Is.Empty);

    [TestCase("server.crt", "server.key", "", "")]
    [TestCase("", "server.key", "client_tls_sslmode", "client_tls_cert_file is not set")]
    [TestCase("server.crt", "", "client_tls_sslmode", "client_tls_key_file is not set")]
    [TestCase("missing.crt", "server.key", "client_tls_cert_file", "cannot be read")]
    [TestCase("server.crt", "missing.key", "client_tls_key_file", "cannot be read")]
    [TestCase("server.crt", "other.key", "client_tls_cert_file", "no certificate and its key")]
    [TestCase("server.crt", "half.key", "client_tls_cert_file", "no certificate and its key")]
    [TestCase("empty.pem", "server.key", "client_tls_cert_file", "no certificate and its key")]
    [TestCase("expired.crt", "expired.key", "client_tls_cert_file", "has expired")]
    public void A_file_that_cannot_serve_is_told_with_its_setting(string certificate, string key, string setting, string problem)
    {
        var faults = Read(TlsMode.Prefer, certificate, key);

        if (problem.Length == 0)
        {
            Assert.That(faults, Is.Empty);
        }
        else
        {
            Assert.That(faults, Has.One.StartsWith(setting).And.One.Contains(problem));
        }
    }

    [TestCase("ca.pem", "")]
    [TestCase("", "client_tls_ca_file is not set")]
    [TestCase("empty.pem", "has no certificate")]
    [TestCase("missing.pem", "cannot be read")]
    public void Who_verifies_needs_an_authority(string authority, string problem)
    {
        var faults = Read(TlsMode.VerifyCa, "server.crt", "server.key", authority);

        Assert.That(faults, Has.Length.EqualTo(problem.Length == 0 ? 0 : 1));
        Assert.That(string.Join('\n', faults), Does.Contain(problem));
    }

    [TestCase("secure", SslProtocols.Tls12 | SslProtocols.Tls13)]
    [TestCase("default", SslProtocols.Tls12 | SslProtocols.Tls13)]
    [TestCase("all", SslProtocols.Tls12 | SslProtocols.Tls13)]
    [TestCase("tlsv1.3", SslProtocols.Tls13)]
    [TestCase("TLSv1.2, tlsv1.3", SslProtocols.Tls12 | SslProtocols.Tls13)]
    [TestCase("all,!tlsv1.2", SslProtocols.Tls13)]
    [TestCase("!tlsv1.3", SslProtocols.Tls12)]
    [TestCase("tlsv1.1", null)]
    [TestCase("tlsv1.0,tlsv1.1", null)]
    [TestCase("sslv3", null)]
    [TestCase("", null)]
    public void Versions_are_named_one_by_one_or_together(string text, SslProtocols? expected)
    {
        var isValid = new TlsProtocolsType().TryParse(text, out var protocols, out var problem);

        Assert.That(isValid ? protocols.Versions : (SslProtocols?)null, Is.EqualTo(expected), problem);
        Assert.That(problem.Length > 0, Is.EqualTo(!isValid));
    }

    private string[] Read(TlsMode mode, string certificate, string key, string authority = "")
    {
        var faults = new List<ConfigFault>();
        var options = PgmuxOptions.Default with
        {
            ClientTlsSslmode = mode,
            ClientTlsCertFile = PathOf(certificate),
            ClientTlsKeyFile = PathOf(key),
            ClientTlsCaFile = PathOf(authority),
        };
        var read = new ClientTlsReader(options, setting => new SourceLocation("pgmux.ini", 1), faults).Read();

        Assert.That(read is not null, Is.EqualTo(faults.Count == 0 && mode != TlsMode.Disable), "what is wrong is not used");
        return [.. faults.Select(fault => fault.Message)];
    }

    private string PathOf(string name) => name.Length == 0 ? "" : _folder.File(name);
}
