using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Pgmux.Testing.OpenSsl;
using Pgmux.Testing.Processes;

namespace Pgmux.Integration.Tests.Logins;

/// <summary>Which ciphers are agreed on, and which certificate a client is shown.</summary>
[TestFixture(PostgresVersions.Newest)]
internal sealed class TlsPolicyTests(int postgres) : ClientTlsFixture(postgres)
{
    [TestCase("ECDHE-ECDSA-AES128-GCM-SHA256", "DEFAULT", "ECDHE-ECDSA-AES128-GCM-SHA256")]
    [TestCase("AES256-GCM-SHA384:ECDHE+AESGCM+AES128:ECDHE+AESGCM", "DEFAULT", "ECDHE-ECDSA-AES128-GCM-SHA256")]
    [TestCase("ECDHE+AESGCM", "ECDHE-ECDSA-AES256-SHA:ECDHE-ECDSA-AES256-GCM-SHA384", "ECDHE-ECDSA-AES256-GCM-SHA384")]
    [TestCase("ECDHE+CHACHA20", "ECDHE-ECDSA-AES256-GCM-SHA384", null)]
    [TestCase("HIGH:!SHA1", "ECDHE-ECDSA-AES256-SHA", null)]
    public async Task Clients_of_TLS_1_2_get_what_client_tls_ciphers_prefers(string ciphers, string offered, string? agreed)
    {
        await StartTlsAsync(("client_tls_ciphers", ciphers));
        var options = new OpenSslOptions { MaximumVersion = OpenSslOptions.Tls12, Ciphers = offered };
        if (agreed is null)
        {
            Assert.Throws<OpenSslException>(() => OpenSslClient.Connect(Pgmux.TcpEndPoint, options).Dispose());
            await Pgmux.WaitForLogAsync("TLS handshake failed: no shared cipher");
            return;
        }

        using var client = OpenSslClient.LogIn(Pgmux.TcpEndPoint, options);
        Assert.That((client.Version, client.Cipher), Is.EqualTo(("TLSv1.2", agreed)));
    }

    [TestCase("TLS_CHACHA20_POLY1305_SHA256", "")]
    [TestCase("TLS_AES_128_GCM_SHA256", "")]
    [TestCase("TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384:TLS_AES_128_GCM_SHA256")]
    public async Task Clients_of_TLS_1_3_get_what_client_tls13_ciphers_prefers(string suite, string offered)
    {
        await StartTlsAsync(("client_tls13_ciphers", $"{suite}:TLS_AES_128_CCM_SHA256"));
        using (var client = OpenSslClient.LogIn(Pgmux.TcpEndPoint, new OpenSslOptions { Tls13Ciphers = offered }))
        {
            Assert.That((client.Version, client.Cipher), Is.EqualTo(("TLSv1.3", suite)));
        }

        // What is said of the one version must not take the other away.
        using var older = OpenSslClient.LogIn(Pgmux.TcpEndPoint, new OpenSslOptions { MaximumVersion = OpenSslOptions.Tls12 });
        Assert.That(older.Version, Is.EqualTo("TLSv1.2"));
        await Pgmux.WaitForLogAsync($"tls=TLSv1.3/{suite}");
    }

    [Test]
    [Property("Text", "T63"), Property("Text", "T17")]
    public async Task Ciphers_that_are_none_leave_the_old_in_use_at_RELOAD()
    {
        await StartFreshAsync(Settings(("client_tls13_ciphers", "TLS_AES_128_GCM_SHA256")));
        Pgmux.Write(Settings(("client_tls13_ciphers", "unknown")));
        Pgmux.Signal(UnixSignal.Hangup);
        await Pgmux.WaitForLogAsync("failed to set the TLSv1.3 cipher suites");

        using var client = OpenSslClient.LogIn(Pgmux.TcpEndPoint, new OpenSslOptions());
        Assert.That(client.Cipher, Is.EqualTo("TLS_AES_128_GCM_SHA256"));
    }

    [Test, Property("Text", "T17")]
    public async Task A_mode_and_files_that_are_SET_count_for_the_next_client_and_until_RELOAD()
    {
        await StartFreshAsync(PgmuxSettings.For(Cluster));
        await using var console = await ConsoleAsync();
        Assert.That(await AnswerToSslRequestAsync(), Is.EqualTo('N'));
        Assert.That(await console.ExecuteAsync($"SET client_tls_key_file = '{Folder.File("server.key")}'"), Does.StartWith("SET client_tls_key_file="));
        Assert.That(await console.ExecuteAsync($"SET client_tls_cert_file = '{Folder.File("server.crt")}'"), Does.StartWith("SET client_tls_cert_file="));
        Assert.That(await console.ExecuteAsync("SET client_tls_sslmode = require"), Is.EqualTo("SET client_tls_sslmode=require"));
        Assert.That(await AnswerToSslRequestAsync(), Is.EqualTo('S'));
        Assert.That(await IsServedAsync("app", sslMode: "verify-full"), Is.True);
        Assert.That(await IsServedAsync("app", sslMode: "disable"), Is.False);

        Assert.That(await console.ExecuteAsync("RELOAD"), Is.EqualTo("RELOAD"));
        Assert.That(await AnswerToSslRequestAsync(), Is.EqualTo('N'));
        Assert.That(await IsServedAsync("app", sslMode: "disable"), Is.True);
    }

    // For clients: .NET sets no parameters for DHE. A list that names only those is refused; in a longer one they do no harm.
    [Test]
    public async Task DHE_is_not_offered_to_clients()
    {
        await StartTlsAsync(("client_tls_ciphers", "HIGH:!aNULL"));
        Assert.Throws<OpenSslException>(() => OpenSslClient.Connect(
            Pgmux.TcpEndPoint, new OpenSslOptions { MaximumVersion = OpenSslOptions.Tls12, Ciphers = "DHE" }).Dispose());
    }

    [TestCase(OpenSslOptions.Tls10, OpenSslOptions.Tls10, "ALL:@SECLEVEL=0")]
    [TestCase(OpenSslOptions.Tls10, OpenSslOptions.Tls11, "ALL:@SECLEVEL=0")]
    [TestCase(OpenSslOptions.Tls12, OpenSslOptions.Tls12, "eNULL:@SECLEVEL=0")]
    [TestCase(OpenSslOptions.Tls12, OpenSslOptions.Tls12, "aNULL:@SECLEVEL=0")]
    [Property("Row", "T06")]
    public async Task Old_versions_and_weak_ciphers_are_refused_by_default(int minimum, int maximum, string ciphers)
    {
        await StartTlsAsync();
        Assert.Throws<OpenSslException>(() => OpenSslClient.Connect(
            Pgmux.TcpEndPoint, new OpenSslOptions { MinimumVersion = minimum, MaximumVersion = maximum, Ciphers = ciphers }).Dispose());
        await Pgmux.WaitForLogAsync("TLS handshake failed: ");
        Assert.That(Pgmux.Log.Lines, Has.None.Contains("login attempt: db=app"));
    }

    [TestCase("one.example.com", "one.example.com")]
    [TestCase("two.example.com", "*.example.com")]
    [TestCase("localhost", "localhost")]
    [TestCase("nowhere.example.org", "localhost")]
    [TestCase("", "localhost")]
    public async Task The_certificate_is_the_one_of_the_host_that_the_client_names(string host, string shown)
    {
        await StartTlsAsync(("client_tls_sni_dir", WriteNames()));
        Assert.That(await NameShownAsync(host), Is.EqualTo($"CN={shown}"));
    }

    [Test]
    public async Task libpq_verifies_and_binds_to_the_certificate_of_its_host()
    {
        var folder = WriteNames();
        Authority.Sign("localhost", "localhost").Write(Folder, Path.Combine("sni", "localhost"));
        await StartFreshAsync(Settings(("auth_type", "scram-sha-256"), ("client_tls_sni_dir", folder)));
        var tool = new ToolRunner(Pgmux, Testing.Postgres.PostgresRole.Scram).With(
            ("PGSSLMODE", "verify-full"), ("PGSSLROOTCERT", CaFile), ("PGHOST", "localhost"), ("PGCHANNELBINDING", "require"));

        var result = await tool.PsqlAsync("-c", "SELECT 'served'");

        Assert.That(result.Output, Does.Contain("served"), result.Error);
    }

    // libpq hashes the certificate as its signature says; what pgmux takes for that must be the same.
    [TestCase("ECDSA", "SHA256")]
    [TestCase("ECDSA", "SHA384")]
    [TestCase("RSA", "SHA512")]
    [TestCase("PSS", "SHA256")]
    [TestCase("PSS", "SHA384")]
    [TestCase("PSS", "SHA512")]
    [Property("Row", "B26")]
    public async Task libpq_binds_to_a_certificate_that_is_signed_in_any_way(string algorithm, string hash)
    {
        WriteSelfSigned(algorithm, new HashAlgorithmName(hash));
        await StartFreshAsync(Settings(
            ("auth_type", "scram-sha-256"), ("client_tls_cert_file", Folder.File("self.crt")), ("client_tls_key_file", Folder.File("self.key"))));
        var tool = new ToolRunner(Pgmux, Testing.Postgres.PostgresRole.Scram).With(
            ("PGSSLMODE", "require"), ("PGHOST", "localhost"), ("PGCHANNELBINDING", "require"));

        var result = await tool.PsqlAsync("-c", "SELECT 'served'");

        Assert.That(result.Output, Does.Contain("served"), result.Error);
    }

    [Test]
    public async Task A_certificate_more_is_shown_from_the_next_RELOAD_on_and_a_bad_one_leaves_all_as_they_were()
    {
        var folder = WriteNames();
        await StartFreshAsync(Settings(("client_tls_sni_dir", folder)));
        Assert.That(await NameShownAsync("new.example.org"), Is.EqualTo("CN=localhost"));

        Authority.Sign("new.example.org").Write(Folder, Path.Combine("sni", "new.example.org"));
        await using var console = await ConsoleAsync();
        Assert.That(string.Join(' ', await console.SendAsync("RELOAD")), Is.EqualTo("C(RELOAD) Z(I)"));
        Assert.That(await NameShownAsync("new.example.org"), Is.EqualTo("CN=new.example.org"));

        Folder.Write(Path.Combine("sni", "one.example.com.key"), "nonsense");
        Assert.That(string.Join(' ', await console.SendAsync("RELOAD")), Does.StartWith("E(ERROR F0000"));
        Assert.That(await NameShownAsync("one.example.com"), Is.EqualTo("CN=one.example.com"));
    }

    private void WriteSelfSigned(string algorithm, HashAlgorithmName hash)
    {
        using var curve = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var rsa = RSA.Create(2048);
        var request = algorithm == "ECDSA"
            ? new CertificateRequest("CN=localhost", curve, hash)
            : new CertificateRequest("CN=localhost", rsa, hash, algorithm == "PSS" ? RSASignaturePadding.Pss : RSASignaturePadding.Pkcs1);
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        Folder.Write("self.crt", certificate.ExportCertificatePem());
        Folder.Write("self.key", algorithm == "ECDSA" ? curve.ExportPkcs8PrivateKeyPem() : rsa.ExportPkcs8PrivateKeyPem());
    }

    private string WriteNames()
    {
        var folder = Folder.File("sni");
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }

        Directory.CreateDirectory(folder);
        Authority.Sign("one.example.com").Write(Folder, Path.Combine("sni", "one.example.com"));
        Authority.Sign("*.example.com").Write(Folder, Path.Combine("sni", "*.example.com"));
        return folder;
    }

    private async Task<string?> NameShownAsync(string host)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(Pgmux.TcpEndPoint);
        await socket.SendAsync(RawMessages.SslRequest());
        var answer = new byte[1];
        Assert.That(await socket.ReceiveAsync(answer), Is.EqualTo(1));
        await using var tls = new SslStream(new NetworkStream(socket, ownsSocket: true));
        await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = host,
            RemoteCertificateValidationCallback = (_, _, _, _) => true,
        });
        return (tls.RemoteCertificate as X509Certificate2)?.Subject;
    }

    private async Task<char?> AnswerToSslRequestAsync()
    {
        await using var client = await RawClient.ConnectAsync(Pgmux.TcpEndPoint);
        await client.SendAsync(RawMessages.SslRequest());
        return await client.ReadByteAsync();
    }
}
