using System.Security.Authentication;
using Pgmux.Core.Configuration;
using Pgmux.Testing.Certificates;
using Pgmux.Testing.Processes;

namespace Pgmux.Core.Tests.Configuration;

/// <summary>The settings server_tls_* in both places where they may stand.</summary>
[TestFixture]
internal sealed class ServerTlsReaderTests
{
    private readonly TemporaryFolder _folder = new();
    private readonly TestAuthority _authority = new("readers");

    [OneTimeSetUp]
    public void WriteFiles()
    {
        _authority.Write(_folder);
        _authority.Sign("pgmux").Write(_folder, "client");
        _authority.Sign("pgmux").Write(_folder, "other");
        _authority.Sign("pgmux", TimeSpan.FromDays(-1)).Write(_folder, "expired");
        _folder.Write("empty.pem", "");
    }

    [OneTimeTearDown]
    public void RemoveFiles()
    {
        _folder.Dispose();
        _authority.Dispose();
    }

    [Test]
    public void By_default_TLS_is_tried_and_nothing_is_verified()
    {
        var tls = Load("").ServerTlsFor(new DatabaseOptions { Name = "app" });

        Assert.That((tls.Options.Mode, tls.Options.Negotiation), Is.EqualTo((TlsMode.Prefer, TlsNegotiation.Postgres)));
        Assert.That((tls.Certificate, tls.Authorities), Is.EqualTo((default(object), default(object))));
    }

    [TestCase("server_tls_ca_file = {0}/missing.pem", "2: server_tls_ca_file: \"{0}/missing.pem\" cannot be read: no such file or directory")]
    [TestCase("server_tls_ca_file = {0}/empty.pem", "2: server_tls_ca_file: \"{0}/empty.pem\" has no certificate in PEM")]
    [TestCase("server_tls_cert_file = {0}/client.crt", "2: server_tls_cert_file: server_tls_key_file is not set, and the one is of no use without the other")]
    [TestCase("server_tls_key_file = {0}/client.key", "2: server_tls_key_file: server_tls_cert_file is not set, and the one is of no use without the other")]
    [TestCase(
        "server_tls_key_file = {0}/other.key\nserver_tls_cert_file = {0}/client.crt",
        "3: server_tls_cert_file: \"{0}/client.crt\" and server_tls_key_file \"{0}/other.key\" are no certificate and its key in PEM")]
    [TestCase(
        "server_tls_negotiation = direct",
        "2: server_tls_negotiation direct needs server_tls_sslmode require, verify-ca or verify-full, or disable: with prefer a server may do without TLS")]
    [TestCase("server_tls_negotiation = gss", "2: server_tls_negotiation = gss: server_tls_negotiation must be one of postgres, direct")]
    public void What_cannot_serve_is_told_with_its_setting_and_line(string settings, string fault) =>
        Assert.That(FaultsOf(settings), Is.EqualTo(new[] { string.Format(null, fault, _folder.Path) }));

    [Test]
    public void An_expired_certificate_is_told() =>
        Assert.That(
            FaultsOf("server_tls_key_file = {0}/expired.key\nserver_tls_cert_file = {0}/expired.crt"), Has.One.Contains("expired.crt\" has expired on "));

    [Test]
    public void Files_are_not_looked_at_where_nothing_is_encrypted() =>
        Assert.That(FaultsOf("server_tls_sslmode = disable\nserver_tls_ca_file = {0}/missing.pem"), Is.Empty);

    [Test]
    public void A_database_has_its_own_keys_before_those_of_all()
    {
        var snapshot = Load(
            "server_tls_sslmode = require\nserver_tls_protocols = tlsv1.3\nserver_tls_key_file = {0}/client.key\nserver_tls_cert_file = {0}/client.crt",
            "app = host=h server_tls_sslmode=verify-full server_tls_ca_file={0}/ca.pem",
            "clear = host=h server_tls_sslmode=disable",
            "* = host=h server_tls_protocols=tlsv1.2 server_tls_negotiation=direct");
        var app = snapshot.ServerTlsFor(snapshot.FindDatabase("app")!);
        var other = snapshot.ServerTlsFor(snapshot.FindDatabase("another")!);

        Assert.That((app.Options.Mode, app.Options.Protocols.Versions), Is.EqualTo((TlsMode.VerifyFull, SslProtocols.Tls13)));
        Assert.That((app.Authorities!.Count, app.Certificate is not null), Is.EqualTo((1, true)));
        Assert.That(
            (other.Options.Mode, other.Options.Negotiation, other.Options.Protocols.Versions),
            Is.EqualTo((TlsMode.Require, TlsNegotiation.Direct, SslProtocols.Tls12)));
        Assert.That(other.Certificate, Is.Not.Null);
        Assert.That(snapshot.ServerTlsFor(snapshot.FindDatabase("clear")!).Options.Mode, Is.EqualTo(TlsMode.Disable));
    }

    [Test]
    public void A_fault_of_a_databases_key_names_the_database_and_one_of_all_is_told_once()
    {
        Assert.That(
            FaultsOf("", "app = host=h server_tls_ca_file={0}/missing.pem"),
            Is.EqualTo(new[] { $"4: database app: server_tls_ca_file: \"{_folder.Path}/missing.pem\" cannot be read: no such file or directory" }));
        Assert.That(
            FaultsOf("server_tls_ca_file = {0}/missing.pem", "app = host=h server_tls_sslmode=verify-ca", "b = host=h server_tls_sslmode=verify-full"),
            Is.EqualTo(new[] { $"2: server_tls_ca_file: \"{_folder.Path}/missing.pem\" cannot be read: no such file or directory" }));
        Assert.That(FaultsOf("", "app = host=h server_tls_negotiation=direct"), Has.One.StartsWith("4: database app: server_tls_negotiation direct needs"));
        Assert.That(FaultsOf("", "app = host=h server_tls_sslmode=maybe"), Has.One.StartsWith("4: database app: server_tls_sslmode must be one of"));
        Assert.That(FaultsOf("", "app = host=h server_tls_ciphers=x"), Has.One.StartsWith("4: database app: server_tls_ciphers must be default, all or a list"));
    }

    [TestCase("server_tls_ca_file = {0}/ca.pem", "server_tls_ca_file is not used")]
    [TestCase("server_tls_ca_file = {0}/ca.pem\nserver_tls_sslmode = require", "server_tls_ca_file is not used")]
    [TestCase("server_tls_sslmode = verify-ca", "takes any certificate that the system trusts")]
    [TestCase("server_tls_sslmode = verify-full", null)]
    [TestCase("server_tls_sslmode = verify-ca\nserver_tls_ca_file = {0}/ca.pem", null)]
    public void What_verifies_less_than_it_seems_is_warned_of(string settings, string? warning)
    {
        var warnings = ConfigLoader.Load(Write(settings)).Warnings.Select(found => found.Message).Where(text => text.StartsWith("server_tls", StringComparison.Ordinal));
        Assert.That(warnings, warning is null ? Is.Empty : Has.One.Contains(warning));
    }

    [Test]
    public void Other_contents_of_a_file_make_other_connections_and_the_same_ones_do_not()
    {
        const string Settings = "server_tls_sslmode = verify-ca\nserver_tls_ca_file = {0}/changing.pem";
        using var next = new TestAuthority("next");
        var database = new DatabaseOptions { Name = "app" };
        _folder.Write("changing.pem", _authority.Pem);
        var before = Load(Settings).ServerTlsFor(database);

        Assert.That(Load(Settings).ServerTlsFor(database).IsSameAs(before), Is.True);
        _folder.Write("changing.pem", next.Pem);
        Assert.That(Load(Settings).ServerTlsFor(database).IsSameAs(before), Is.False);
    }

    private string Write(string settings, params string[] databases) => _folder.Write(
        "pgmux.ini", string.Format(null, $"[pgbouncer]\n{settings}\n[databases]\n{string.Join('\n', databases)}\n", _folder.Path));

    private ConfigSnapshot Load(string settings, params string[] databases)
    {
        var result = ConfigLoader.Load(Write(settings, databases));
        Assert.That(result.Faults, Is.Empty);
        return result.Snapshot!;
    }

    private string[] FaultsOf(string settings, params string[] databases) =>
        [.. ConfigLoader.Load(Write(settings, databases)).Faults.Select(fault => $"{fault.Line}: {fault.Message}")];
}
