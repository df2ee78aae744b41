using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Npgsql;
using Pgmux.Testing.Certificates;
using Pgmux.Testing.Postgres;
using Pgmux.Testing.Processes;

namespace Pgmux.Integration.Tests.Logins;

/// <summary>Encrypted clients: libpq, Npgsql, and bytes by hand.</summary>
[TestFixture(PostgresVersions.Newest)]
internal sealed class ClientTlsTests(int postgres) : PgmuxFixture(postgres)
{
    private static readonly SslApplicationProtocol Postgresql = new("postgresql");

    private readonly TestAuthority _authority = new("pgmux tests");
    private readonly TemporaryFolder _folder = new();

    private string CaFile => _folder.File("ca.pem");

    [OneTimeSetUp]
    public void WriteCertificates()
    {
        _authority.Write(_folder);
        _authority.Sign("localhost", "localhost", "127.0.0.1").Write(_folder, "server");
    }

    [OneTimeTearDown]
    public void RemoveCertificates()
    {
        _folder.Dispose();
        _authority.Dispose();
    }

    [TestCase("disable", "disable", false)]
    [TestCase("disable", "prefer", false)]
    [TestCase("disable", "require", null)]
    [TestCase("allow", "disable", false)]
    [TestCase("allow", "require", true)]
    [TestCase("prefer", "prefer", true)]
    [TestCase("prefer", "verify-full", true)]
    [TestCase("require", "disable", null)]
    [TestCase("require", "allow", true)]
    [TestCase("require", "verify-full", true)]
    [Property("Row", "T09")]
    public async Task Psql_and_pgmux_agree_on_encryption_as_the_two_modes_say(string mode, string sslMode, bool? isEncrypted)
    {
        await StartTlsAsync(mode);
        var tool = new ToolRunner(Pgmux, PostgresRole.Scram).With(("PGSSLMODE", sslMode), ("PGSSLROOTCERT", CaFile), ("PGHOST", "localhost"));

        var result = await tool.PsqlAsync("-c", "\\conninfo", "-c", "SELECT 'served'");

        if (isEncrypted is not { } encrypted)
        {
            Assert.That(result.ExitCode, Is.Not.Zero);
            Assert.That(result.Error, Does.Contain(mode == "require" ? "SSL required" : "server does not support SSL"));
            return;
        }

        Assert.That(result.ExitCode, Is.Zero, result.Error);
        Assert.That(result.Output, Does.Contain("served"));
        Assert.That(result.Output.Contains("TLSv1.3", StringComparison.Ordinal), Is.EqualTo(encrypted), result.Output);
    }

    [TestCase("require", true)]
    [TestCase("disable", true)]
    [Property("Row", "B26")]
    public async Task A_login_by_SCRAM_is_bound_to_the_connection_when_libpq_wants_it(string binding, bool succeeds)
    {
        await StartTlsAsync("require");
        var tool = new ToolRunner(Pgmux, PostgresRole.Scram).With(("PGSSLMODE", "verify-full"), ("PGSSLROOTCERT", CaFile), ("PGHOST", "localhost"), ("PGCHANNELBINDING", binding));

        var result = await tool.PsqlAsync("-c", "SELECT 'served'");

        Assert.That(result.ExitCode == 0 && result.Output.Contains("served", StringComparison.Ordinal), Is.EqualTo(succeeds), result.Error);
    }

    [Test]
    public async Task Npgsql_binds_verifies_and_moves_data_both_ways()
    {
        await StartTlsAsync("require");
        await using var source = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder
        {
            Host = "localhost",
            Port = Pgmux.Port,
            Username = PostgresRole.Scram.Name,
            Password = PostgresRole.Scram.Password,
            Database = PostgresCluster.Database,
            SslMode = SslMode.VerifyFull,
            RootCertificate = CaFile,
            ChannelBinding = ChannelBinding.Require,
        });
        var text = new string('x', 3_000_000);

        await Task.WhenAll(Enumerable.Range(0, 8).Select(async n =>
        {
            await using var command = source.CreateCommand("SELECT $1 || $2::text");
            command.Parameters.AddWithValue(text);
            command.Parameters.AddWithValue(n);
            Assert.That(await command.ExecuteScalarAsync(), Is.EqualTo($"{text}{n}"));
        }));
    }

    [Test, Property("Row", "H12")]
    public async Task An_SSLRequest_inside_TLS_is_not_answered_with_another_handshake()
    {
        await StartTlsAsync("prefer");
        await using var tls = await HandshakeAsync(await ConnectAsync(asks: true));
        await tls.WriteAsync(RawMessages.SslRequest());

        Assert.That(await ReadToEndAsync(tls), Does.StartWith("E"));
    }

    [Test, Property("Row", "C07"), Property("Row", "T01")]
    public async Task Bytes_in_clear_behind_an_SSLRequest_are_refused()
    {
        await StartTlsAsync("prefer");
        await using var client = await RawClient.ConnectAsync(Pgmux.TcpEndPoint);
        await client.SendAsync([.. RawMessages.SslRequest(), .. RawMessages.Startup(("user", "app"), ("database", "app")), .. RawMessages.Query("SELECT 1")]);

        var answer = await client.ReadAsync();
        Assert.That(answer?.ToString(), Does.Contain("08P01").And.Contain("received unencrypted data after SSL request"));
        Assert.That(await client.ReadAsync(), Is.Null);
    }

    [Test, Property("Row", "C07"), Property("Row", "T01")]
    public async Task Bytes_in_clear_instead_of_a_handshake_end_the_connection()
    {
        await StartTlsAsync("prefer");
        await using var client = await RawClient.ConnectAsync(Pgmux.TcpEndPoint);
        await client.SendAsync(RawMessages.SslRequest());
        Assert.That(await client.ReadByteAsync(), Is.EqualTo('S'));
        await client.TrySendAsync(RawMessages.Startup(("user", "app"), ("database", "app")));

        await client.ReadToEndAsync();
        await Pgmux.WaitForLogAsync("TLS handshake failed: what came is no TLS");
        Assert.That(Pgmux.Log.Lines, Has.None.Contains("login attempt"));
    }

    [TestCase("postgresql", true)]
    [TestCase("h2", false)]
    [TestCase(null, false)]
    [Property("Row", "T12")]
    public async Task Direct_TLS_needs_the_name_of_the_protocol(string? protocol, bool succeeds)
    {
        await StartTlsAsync("require");
        var socket = await ConnectAsync(asks: false);
        SslStream tls;
        try
        {
            tls = await HandshakeAsync(socket, protocol is null ? [] : [new SslApplicationProtocol(protocol)]);
            await tls.WriteAsync(RawMessages.Startup(("user", "app"), ("database", "app")));
        }
        catch (Exception e) when (e is AuthenticationException or IOException)
        {
            Assert.That(succeeds, Is.False, e.Message);
            return;
        }

        await using (tls)
        {
            var first = new byte[1];
            var read = await ReadOrEndAsync(tls, first);
            Assert.That(read == 1 && first[0] == (byte)'R', Is.EqualTo(succeeds));
        }
    }

    [TestCase("none", false)]
    [TestCase("other", false)]
    [TestCase("expired", false)]
    [TestCase("right", true)]
    [Property("Row", "B24")]
    public async Task Verifying_modes_let_in_only_whom_the_authority_has_signed(string kind, bool succeeds)
    {
        using var other = new TestAuthority("somebody else");
        foreach (var mode in new[] { "verify-ca", "verify-full" })
        {
            await StartTlsAsync(mode, ("client_tls_ca_file", CaFile));
            var certificate = kind switch
            {
                "other" => other.Sign("app"),
                "expired" => _authority.Sign("app", TimeSpan.FromDays(-1)),
                "right" => _authority.Sign("app"),
                _ => null,
            };

            Assert.That(await IsServedAsync(certificate?.ToCertificate()), Is.EqualTo(succeeds), mode);
        }
    }

    [TestCase(SslProtocols.Tls12, "TLSv1.2", "ECDHE-ECDSA-AES256-GCM-SHA384")]
    [TestCase(SslProtocols.Tls13, "TLSv1.3", "TLS_AES_256_GCM_SHA384")]
    [Property("Text", "T30")]
    public async Task The_console_and_the_log_name_version_and_cipher(SslProtocols version, string name, string cipher)
    {
        await StartTlsAsync("require", ("client_tls_protocols", name.ToLowerInvariant()));
        await using var tls = await HandshakeAsync(await ConnectAsync(asks: true), [Postgresql]);
        await tls.WriteAsync(RawMessages.Startup(("user", "app"), ("database", "app")));
        Assert.That(tls.SslProtocol, Is.EqualTo(version));

        await Pgmux.WaitForLogAsync($"login attempt: db=app user=app tls={name}/{cipher}");
    }

    [Test, Property("Row", "B23")]
    public async Task A_client_that_goes_at_any_step_of_the_handshake_leaves_nothing_behind()
    {
        await StartTlsAsync("prefer", ("auth_type", "trust"));
        await using var console = await ConsoleAsync();
        var hello = await ClientHello.CreateAsync();
        for (var sent = 0; sent <= hello.Length; sent += 16)
        {
            await using var client = await RawClient.ConnectAsync(Pgmux.TcpEndPoint);
            await client.SendAsync(RawMessages.SslRequest());
            await client.ReadByteAsync();
            await client.SendAsync(hello[..sent]);
            if (sent % 32 == 0)
            {
                client.Reset();
            }
        }

        await Eventually.HoldsAsync(async () => (await console.CountAsync()).Clients == 0, "no client is left");
        Assert.That(await IsServedAsync(null), Is.True);
    }

    [TestCase("hostssl all all 127.0.0.1/32 cert", "app", "app", true)]
    [TestCase("hostssl all all 127.0.0.1/32 cert", "app_scram", "app", false)]
    [TestCase("hostssl all all 127.0.0.1/32 cert map=people", "alice.smith", "app", true)]
    [TestCase("hostssl all all 127.0.0.1/32 cert map=people", "app", "app", false)]
    [TestCase("hostnossl all all 127.0.0.1/32 trust", "app", "app", false)]
    [Property("Row", "A17")]
    public async Task A_certificate_proves_who_a_client_is(string line, string name, string user, bool succeeds)
    {
        // A name of its own: whoever has these settings already goes on with what it has read.
        var rules = _folder.Write($"{TestContext.CurrentContext.Test.ID}.hba", $"{line}\n");
        var people = _folder.Write("people.ident", "people alice.smith app\n");
        await StartTlsAsync(
            "verify-full", ("client_tls_ca_file", CaFile), ("auth_type", "hba"), ("auth_hba_file", rules), ("auth_ident_file", people));
        _authority.Sign(name).Write(_folder, "client");
        File.SetUnixFileMode(_folder.File("client.key"), UnixFileMode.UserRead | UnixFileMode.UserWrite);
        var tool = new ToolRunner(Pgmux, PostgresRole.App with { Name = user }).With(
            ("PGSSLMODE", "verify-full"), ("PGSSLROOTCERT", CaFile), ("PGHOST", "localhost"),
            ("PGSSLCERT", _folder.File("client.crt")), ("PGSSLKEY", _folder.File("client.key")));

        var result = await tool.PsqlAsync("-c", "SELECT 'served'");

        Assert.That(result.ExitCode == 0 && result.Output.Contains("served", StringComparison.Ordinal), Is.EqualTo(succeeds), result.Error);
    }

    [TestCase(0)]
    [TestCase(100)]
    [TestCase(int.MaxValue)]
    public async Task A_handshake_that_stalls_ends_at_the_login_timeout(int bytes)
    {
        await StartTlsAsync("require", ("client_login_timeout", "1"));
        var hello = await ClientHello.CreateAsync();
        await using var client = await RawClient.ConnectAsync(Pgmux.TcpEndPoint);
        await client.SendAsync(RawMessages.SslRequest());
        Assert.That(await client.ReadByteAsync(), Is.EqualTo('S'));
        await client.SendAsync(hello[..Math.Min(bytes, hello.Length)]);

        while (await client.ReadByteAsync() is not null)
        {
            // The server's part of the handshake, when it has heard enough.
        }

        await Pgmux.WaitForLogAsync("closing because: client_login_timeout");
    }

    [TestCase("missing")]
    [TestCase("half")]
    [TestCase("other")]
    [TestCase("expired")]
    [Property("Row", "B30"), Property("Row", "T08")]
    [Property("Text", "T17")]
    public async Task A_bad_key_or_certificate_at_RELOAD_leaves_the_old_in_use_and_is_told(string kind)
    {
        var (certificate, key) = _authority.Sign("localhost", "localhost").Write(_folder, "reloaded");
        var settings = PgmuxSettings.For(
            Cluster, ("auth_type", "trust"), ("client_tls_sslmode", "prefer"), ("client_tls_cert_file", certificate), ("client_tls_key_file", key));
        await StartFreshAsync(settings);
        await using var console = await ConsoleAsync();
        switch (kind)
        {
            case "missing":
                File.Delete(key);
                break;
            case "half":
                _folder.Write("reloaded.key", File.ReadAllText(key)[..80]);
                break;
            case "other":
                _folder.Write("reloaded.key", _authority.Sign("localhost").KeyPem);
                break;
            default:
                _authority.Sign("localhost", TimeSpan.FromDays(-1), "localhost").Write(_folder, "reloaded");
                break;
        }

        var answer = string.Join(' ', await console.SendAsync("RELOAD"));

        Assert.That(answer, Does.StartWith("E(ERROR F0000"));
        Assert.That(await IsServedAsync(null), Is.True, "the old certificate serves");

        _authority.Sign("localhost", "localhost").Write(_folder, "reloaded");
        Assert.That(string.Join(' ', await console.SendAsync("RELOAD")), Is.EqualTo("C(RELOAD) Z(I)"));
        Assert.That(await IsServedAsync(null), Is.True, "the new certificate serves");
    }

    private Task StartTlsAsync(string mode, params (string Key, string Value)[] settings)
    {
        (string Key, string Value)[] common =
        [
            ("auth_type", "scram-sha-256"),
            ("client_tls_sslmode", mode),
            ("client_tls_cert_file", _folder.File("server.crt")),
            ("client_tls_key_file", _folder.File("server.key")),
        ];
        return StartAsync(PgmuxSettings.For(Cluster, [.. common.ExceptBy(settings.Select(setting => setting.Key), setting => setting.Key), .. settings]));
    }

    private async Task<Socket> ConnectAsync(bool asks)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(Pgmux.TcpEndPoint);
        if (asks)
        {
            await socket.SendAsync(RawMessages.SslRequest());
            var answer = new byte[1];
            Assert.That(await socket.ReceiveAsync(answer), Is.EqualTo(1));
            Assert.That(answer[0], Is.EqualTo((byte)'S'));
        }

        return socket;
    }

    private static async Task<SslStream> HandshakeAsync(
        Socket socket, List<SslApplicationProtocol>? protocols = null, X509Certificate2? certificate = null)
    {
        var tls = new SslStream(new NetworkStream(socket, ownsSocket: true));
        await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = "localhost",
            ApplicationProtocols = protocols,
            ClientCertificates = certificate is null ? null : [certificate],
            LocalCertificateSelectionCallback = certificate is null ? null : (_, _, _, _, _) => certificate,
            RemoteCertificateValidationCallback = (_, _, _, _) => true,
        });
        return tls;
    }

    /// <summary>Whether a login gets an answer of the protocol.</summary>
    private async Task<bool> IsServedAsync(X509Certificate2? certificate)
    {
        try
        {
            await using var tls = await HandshakeAsync(await ConnectAsync(asks: true), certificate: certificate);
            await tls.WriteAsync(RawMessages.Startup(("user", "app"), ("database", "app")));
            var first = new byte[1];
            return await ReadOrEndAsync(tls, first) == 1 && first[0] == (byte)'R';
        }
        catch (Exception e) when (e is AuthenticationException or IOException)
        {
            return false;
        }
    }

    private static async Task<int> ReadOrEndAsync(SslStream tls, byte[] buffer)
    {
        try
        {
            return await tls.ReadAsync(buffer);
        }
        catch (IOException)
        {
            return 0;
        }
    }

    private static async Task<string> ReadToEndAsync(SslStream tls)
    {
        using var reader = new StreamReader(tls);
        return await reader.ReadToEndAsync();
    }
}
