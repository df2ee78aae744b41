using Pgmux.Testing.OpenSsl;
using Pgmux.Testing.Processes;

namespace Pgmux.Integration.Tests.Logins;

/// <summary>Clients that prove with a certificate who they are.</summary>
[OnPostgres]
internal sealed class ClientCertificateTests(int postgres) : ClientTlsFixture(postgres)
{
    [TestCase("app", "app", true)]
    [TestCase("app_scram", "app", false)]
    [TestCase("App", "app", false)]
    [TestCase("nobody", "nobody", false)]
    [Property("Row", "A17")]
    public async Task The_common_name_is_the_user(string name, string user, bool succeeds)
    {
        await StartTlsAsync(("auth_type", "cert"), ("client_tls_sslmode", "verify-full"), ("client_tls_ca_file", CaFile));

        Assert.That(await IsServedAsync(user, WriteClient("client", Authority.Sign(name))), Is.EqualTo(succeeds));
    }

    [Test, Property("Row", "A17"), Property("Row", "B33")]
    public async Task A_name_that_only_stands_among_the_alternative_names_is_none()
    {
        await StartTlsAsync(("auth_type", "cert"), ("client_tls_sslmode", "verify-full"), ("client_tls_ca_file", CaFile));

        Assert.That(await IsServedAsync("app", WriteClient("client", Authority.Sign("other", "app"))), Is.False);
    }

    [Test, Property("Row", "A17")]
    public async Task Who_shows_another_certificate_is_told_what_PgBouncer_tells_and_the_log_says_why()
    {
        await StartTlsAsync(("auth_type", "cert"), ("client_tls_sslmode", "verify-full"), ("client_tls_ca_file", CaFile));
        var (certificate, key) = WriteClient("client", Authority.Sign("other"));

        var refusal = Assert.Throws<OpenSslException>(() => OpenSslClient.LogIn(
            Pgmux.TcpEndPoint, new OpenSslOptions { CertificateFile = certificate, KeyFile = key }).Dispose());

        Assert.That(refusal!.Message, Does.Contain("certificate authentication failed"));
        await Pgmux.WaitForLogAsync("TLS certificate name mismatch: \"other\" is not the user's name");
    }

    // The session of another connection must not bring its certificate along for somebody else.
    [Test, Property("Row", "T13")]
    public async Task Each_connection_is_who_its_own_certificate_says()
    {
        await StartTlsAsync(("auth_type", "cert"), ("client_tls_sslmode", "verify-full"), ("client_tls_ca_file", CaFile));
        var app = WriteClient("app", Authority.Sign("app"));
        var other = WriteClient("other", Authority.Sign("app_scram"));
        for (var i = 0; i < 3; i++)
        {
            Assert.That(await IsServedAsync("app", app), Is.True);
            Assert.That(await IsServedAsync("app", other), Is.False);
            Assert.That(await IsServedAsync("app_scram", other), Is.True);
            Assert.That(await IsServedAsync("app_scram", app), Is.False);
        }

        using var first = OpenSslClient.LogIn(Pgmux.TcpEndPoint, new OpenSslOptions { CertificateFile = app.Certificate, KeyFile = app.Key });
        using var session = first.TakeSession();
        foreach (var user in new[] { "app", "app_scram" })
        {
            // Who goes on with a session goes on as whom it was begun; a whole handshake asks for the certificate anew.
            using var next = OpenSslClient.Connect(
                Pgmux.TcpEndPoint, new OpenSslOptions { CertificateFile = other.Certificate, KeyFile = other.Key, Session = session });
            if (user == (next.IsResumed ? "app" : "app_scram"))
            {
                next.LogIn(user, "app");
            }
            else
            {
                Assert.That(() => next.LogIn(user, "app"), Throws.InstanceOf<OpenSslException>().With.Message.Contains("certificate authentication failed"));
            }
        }
    }

    [TestCase("clientcert=verify-ca", "other", true)]
    [TestCase("clientcert=verify-ca", null, false)]
    [TestCase("clientcert=verify-full", "app", true)]
    [TestCase("clientcert=verify-full", "other", false)]
    [TestCase("clientcert=verify-full", null, false)]
    [TestCase("", null, true)]
    [Property("Row", "A17"), Property("Row", "B24")]
    public async Task A_line_may_want_a_certificate_beside_its_method(string option, string? name, bool succeeds)
    {
        var rules = Folder.Write($"{TestContext.CurrentContext.Test.ID}.hba", $"hostssl all all all trust {option}\n");
        await StartTlsAsync(("auth_type", "hba"), ("auth_hba_file", rules), ("client_tls_ca_file", CaFile));

        Assert.That(await IsServedAsync("app", name is null ? null : WriteClient("client", Authority.Sign(name))), Is.EqualTo(succeeds));
    }

    [Test, Property("Row", "T11")]
    [Property("Text", "T64")]
    public async Task A_certificate_that_has_been_taken_back_is_refused_from_the_next_RELOAD_on()
    {
        var client = Authority.Sign("app");
        var (good, bad) = (WriteClient("good", Authority.Sign("app")), WriteClient("bad", client));
        var list = Folder.Write("crl.pem", Authority.Revoke(TimeSpan.FromDays(1)));
        await StartFreshAsync(Settings(("client_tls_sslmode", "verify-full"), ("client_tls_ca_file", CaFile), ("client_tls_crl_file", list)));
        Assert.That(await IsServedAsync("app", bad), Is.True);

        await ReloadAsync(Authority.Revoke(TimeSpan.FromDays(1), client), isGood: true);
        Assert.That(await IsServedAsync("app", bad), Is.False);
        Assert.That(await IsServedAsync("app", good), Is.True);
        await Pgmux.WaitForLogAsync("TLS handshake failed: certificate verify failed: certificate revoked");

        await ReloadAsync("-----BEGIN X509 CRL-----\nAAAA\n", isGood: false);
        Assert.That(await IsServedAsync("app", bad), Is.False, "the old list stays in use");
        Assert.That(await IsServedAsync("app", good), Is.True);

        await ReloadAsync(Authority.Revoke(TimeSpan.FromDays(-1)), isGood: true);
        Assert.That(await IsServedAsync("app", good), Is.False, "a list that is too old vouches for nobody");
        await Pgmux.WaitForLogAsync("a CRL in it has expired on");
        await Pgmux.WaitForLogAsync("certificate verify failed: CRL has expired");

        // The console over the Unix socket: over TCP nobody comes in without a certificate.
        async Task ReloadAsync(string content, bool isGood)
        {
            Folder.Write("crl.pem", content);
            await using var console = new ConsoleClient(await RawClient.LoginAsync(Pgmux.UnixEndPoint, "admin", "pgbouncer"));
            Assert.That(string.Join(' ', await console.SendAsync("RELOAD")), isGood ? Is.EqualTo("C(RELOAD) Z(I)") : Does.StartWith("E(ERROR F0000"));
        }
    }
}
