using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Npgsql;
using Pgmux.Testing.Certificates;
using Pgmux.Testing.Postgres;
using Pgmux.Testing.Processes;

namespace Pgmux.Integration.Tests.Logins;

/// <summary>
/// Servers with TLS and without. The one with TLS shows a certificate for localhost only, so that 127.0.0.1 is the wrong name; the fixture's
/// own cluster has none.
/// </summary>
[OnPostgres]
internal sealed class ServerTlsTests(int postgres) : PgmuxFixture(postgres)
{
    private const string Modes = "disable allow prefer require verify-ca verify-full";
    private const string IsEncrypted = "SELECT ssl::text FROM pg_stat_ssl WHERE pid = pg_backend_pid()";

    private readonly int _major = postgres;
    private readonly TestAuthority _authority = new("pgmux tests");
    private readonly TestAuthority _other = new("somebody else");
    private readonly TemporaryFolder _folder = new();
    private PostgresCluster? _encrypted;

    private PostgresCluster Encrypted => _encrypted ?? throw new InvalidOperationException("the cluster starts before the first test");

    [OneTimeSetUp]
    public async Task StartEncryptedClusterAsync()
    {
        _authority.Write(_folder);
        _other.Write(_folder, "other.pem");
        var (certificate, key) = _authority.Sign("localhost", "localhost").Write(_folder, "server");
        File.SetUnixFileMode(key, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        _authority.Sign(PostgresRole.Unlisted.Name).Write(_folder, "client");
        _authority.Sign("nobody").Write(_folder, "wrong");
        _encrypted = await PostgresCluster.StartAsync(_major);
        foreach (var (name, value) in new[] { ("ssl_cert_file", certificate), ("ssl_key_file", key), ("ssl_ca_file", _folder.File("ca.pem")), ("ssl", "on") })
        {
            await Encrypted.ExecuteAsync($"ALTER SYSTEM SET {name} = '{value}'");
        }

        await Encrypted.UseHbaAsync(
            """
            local all postgres trust
            host all postgres 127.0.0.1/32 trust
            host all app 127.0.0.1/32 trust
            host all app_scram 127.0.0.1/32 scram-sha-256
            hostssl all app_md5 127.0.0.1/32 trust
            hostnossl all app_plain 127.0.0.1/32 trust
            hostssl all app_unlisted 127.0.0.1/32 cert

            """,
            new Dictionary<string, string>());
    }

    [OneTimeTearDown]
    public async Task RemoveAsync()
    {
        if (_encrypted is not null)
        {
            await _encrypted.DisposeAsync();
        }

        _folder.Dispose();
        _authority.Dispose();
        _other.Dispose();
    }

    [Test, Property("Row", "T10"), Property("Row", "T11"), Property("Row", "B28")]
    public async Task Every_mode_connects_as_it_says_to_servers_with_and_without_TLS_of_right_and_wrong_authorities_and_names()
    {
        var cases =
            (from mode in Modes.Split(' ')
             from hasTls in new[] { true, false }
             from isAuthority in new[] { true, false }
             from isName in new[] { true, false }
             select (Name: $"{mode}_{hasTls}_{isAuthority}_{isName}", Mode: mode, HasTls: hasTls, IsAuthority: isAuthority, IsName: isName)).ToArray();
        var settings = PgmuxSettings.For(Cluster) with
        {
            Databases = cases.ToDictionary(
                one => one.Name,
                one => $"host={(one.IsName ? "localhost" : "127.0.0.1")} port={(one.HasTls ? Encrypted : Cluster).Port} dbname=app "
                    + $"server_tls_sslmode={one.Mode} server_tls_ca_file={_folder.File(one.IsAuthority ? "ca.pem" : "other.pem")}"),
        };
        await StartAsync(settings);

        foreach (var (name, mode, hasTls, isAuthority, isName) in cases)
        {
            var expected = mode switch
            {
                "disable" or "allow" => "false",
                "prefer" => hasTls ? "true" : "false",
                "require" when hasTls => "true",
                "verify-ca" when hasTls && isAuthority => "true",
                "verify-full" when hasTls && isAuthority && isName => "true",
                _ when !hasTls => "server refused SSL",
                _ when !isAuthority => "certificate verify failed",
                _ => "does not match host name \"127.0.0.1\"",
            };
            Assert.That(await AskAsync(PostgresRole.App, name), Does.Contain(expected), name);
        }
    }

    [TestCase("disable", "pg_hba.conf", "false")]
    [TestCase("allow", "true", "false")]
    [TestCase("prefer", "true", "false")]
    [TestCase("require", "true", "pg_hba.conf")]
    public async Task What_pg_hba_demands_of_encryption_is_done_where_the_mode_allows_it(string mode, string onlyEncrypted, string onlyClear)
    {
        await StartAsync(SettingsOf(("app", $"host=localhost server_tls_sslmode={mode}")));

        Assert.That(await AskAsync(PostgresRole.Md5), Does.Contain(onlyEncrypted));
        Assert.That(await AskAsync(PostgresRole.Plain), Does.Contain(onlyClear));
    }

    [Test]
    public async Task A_login_by_SCRAM_over_TLS_is_bound_to_the_certificate()
    {
        // PostgreSQL offers the binding over TLS, and refuses a proof that covers another certificate.
        await StartAsync(SettingsOf(("app", "host=localhost server_tls_sslmode=require"), ("clear", "host=localhost dbname=app server_tls_sslmode=disable")));

        Assert.That(await AskAsync(PostgresRole.Scram), Is.EqualTo("true"));
        Assert.That(await AskAsync(PostgresRole.Scram, "clear"), Is.EqualTo("false"));
    }

    [TestCase("client", "true")]
    [TestCase("wrong", "certificate authentication failed")]
    [TestCase(null, "valid client certificate")]
    public async Task A_server_that_asks_for_a_certificate_is_shown_the_configured_one(string? file, string expected)
    {
        var shown = file is null ? "" : $" server_tls_cert_file={_folder.File($"{file}.crt")} server_tls_key_file={_folder.File($"{file}.key")}";
        await StartAsync(SettingsOf(("app", $"host=localhost user={PostgresRole.Unlisted.Name} server_tls_sslmode=require{shown}")));

        Assert.That(await AskAsync(PostgresRole.App), Does.Contain(expected));
    }

    [Test]
    public async Task TLS_that_begins_at_once_needs_a_server_that_knows_it()
    {
        await StartAsync(SettingsOf(("app", "host=localhost server_tls_sslmode=require server_tls_negotiation=direct")) with
        {
            Settings = new Dictionary<string, string> { ["query_wait_timeout"] = "3" },
        });

        Assert.That(await AskAsync(PostgresRole.App), _major >= 17 ? Is.EqualTo("true") : Does.Not.Contain("true"));
    }

    [Test]
    public async Task The_console_and_the_log_name_version_and_cipher()
    {
        await StartAsync(SettingsOf(("app", "host=localhost server_tls_sslmode=require")));
        await using var client = await LoginAsync();
        await client.ScalarAsync("SELECT 1");
        await using var console = await ConsoleAsync();

        Assert.That((await console.ShowAsync("SERVERS")).Select(row => row["tls"]), Has.Some.StartsWith("TLSv1.3/TLS_"));
        await Pgmux.WaitForLogAsync("SSL established: TLSv1.3/TLS_");
    }

    [TestCase("require")]
    [TestCase("verify-full")]
    public async Task A_cancel_request_reaches_a_server_over_TLS(string mode)
    {
        await StartAsync(SettingsOf(("app", $"host=localhost server_tls_sslmode={mode} server_tls_ca_file={_folder.File("ca.pem")}")));
        await using var client = await LoginAsync();
        await client.SendAsync(RawMessages.Query("SELECT pg_sleep(600)"));
        await Encrypted.WaitForBackendsAsync("state = 'active' AND query LIKE 'SELECT pg_sleep(600)%'", 1);
        await using (var cancel = await RawClient.ConnectAsync(Pgmux.TcpEndPoint))
        {
            await cancel.SendAsync(RawMessages.CancelRequest(client.CancelKey.ProcessId, client.CancelKey.Key));
            Assert.That(await cancel.ReadAsync(), Is.Null);
        }

        Assert.That((await client.ReadToReadyAsync())[^2].SqlState, Is.EqualTo("57014"));
        Assert.That(await client.ScalarAsync(IsEncrypted), Is.EqualTo("true"));
        Assert.That(Pgmux.Log.Lines, Has.None.Contains("cancel request failed"));
    }

    [Test]
    [Property("Text", "T17"), Property("Text", "T64")]
    public async Task A_bad_file_at_RELOAD_leaves_the_old_in_use_and_another_authority_ends_the_servers_of_the_old()
    {
        var file = _folder.Write("reloaded.pem", _authority.Pem);
        await StartFreshAsync(SettingsOf(("app", $"host=localhost server_tls_sslmode=verify-full server_tls_ca_file={file}")));
        await using var console = await ConsoleAsync();
        await using var client = await LoginAsync();
        var first = await client.ScalarAsync("SELECT pg_backend_pid()");

        _folder.Write("reloaded.pem", _authority.Pem[..100]);
        Assert.That(string.Join(' ', await console.SendAsync("RELOAD")), Does.StartWith("E(ERROR F0000"));
        await Pgmux.WaitForLogAsync("database app: server_tls_ca_file: .* has ");
        Assert.That(await client.ScalarAsync("SELECT pg_backend_pid()"), Is.EqualTo(first), "the old authority is in use");

        _folder.Write("reloaded.pem", _authority.Pem);
        Assert.That(await console.ExecuteAsync("RELOAD"), Is.EqualTo("RELOAD"));
        Assert.That(await client.ScalarAsync("SELECT pg_backend_pid()"), Is.EqualTo(first), "nothing has changed");

        _folder.Write("reloaded.pem", $"{_other.Pem}\n{_authority.Pem}");
        Assert.That(await console.ExecuteAsync("RELOAD"), Is.EqualTo("RELOAD"));
        Assert.That(await client.ScalarAsync("SELECT pg_backend_pid()"), Is.Not.EqualTo(first), "a server of the old settings");

        _folder.Write("reloaded.pem", _other.Pem);
        Assert.That(await console.ExecuteAsync("RELOAD"), Is.EqualTo("RELOAD"));
        Assert.That(await AskAsync(PostgresRole.App), Does.Contain("certificate verify failed"));
    }

    [TestCase("prefer", "SR\0\0\0\u0008\0\0\0\0Z\0\0\0\u0005I", "received unencrypted data after SSL response")]
    [TestCase("require", "SR\0\0\0\u0008\0\0\0\0Z\0\0\0\u0005I", "received unencrypted data after SSL response")]
    [TestCase("require", "ESFATAL\0Msurprise\0\0", "server sent an error response during SSL exchange")]
    [TestCase("require", "X", "bad sslreq answer")]
    [TestCase("require", "S", "closing because: connect timeout")]
    [TestCase("require", "", "closing because: connect timeout")]
    [Property("Row", "C08"), Property("Row", "C10"), Property("Row", "T02")]
    public async Task Who_stands_in_between_and_says_more_or_less_than_he_should_is_left(string mode, string answer, string logged)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var serving = AnswerAllAsync(listener, [.. answer.Select(c => (byte)c)]);
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        await StartFreshAsync(PgmuxSettings.For(Cluster, ("server_connect_timeout", "1"), ("query_wait_timeout", "2")) with
        {
            Databases = new Dictionary<string, string> { ["app"] = $"host=127.0.0.1 port={port} server_tls_sslmode={mode}" },
        });

        Assert.That(await AskAsync(PostgresRole.App), Does.Not.Contain("surprise").And.Not.EqualTo("true").And.Not.EqualTo("false"));
        await Pgmux.WaitForLogAsync(logged);
        Assert.That(Pgmux.Log.Lines, Has.None.Contains("surprise"));
        listener.Stop();
        Assert.That(await serving, Is.All.EqualTo(0x2F), "nobody has sent a startup packet");
    }

    /// <summary>Databases on the cluster with TLS.</summary>
    private PgmuxSettings SettingsOf(params (string Name, string Line)[] databases) => PgmuxSettings.For(Encrypted) with
    {
        Databases = databases.ToDictionary(one => one.Name, one => string.Create(CultureInfo.InvariantCulture, $"{one.Line} port={Encrypted.Port}")),
    };

    /// <summary>Whether the server sees TLS, or what a client is told instead.</summary>
    private async Task<string> AskAsync(PostgresRole role, string database = PostgresCluster.Database)
    {
        try
        {
            await using var connection = await Pgmux.ConnectAsync(role, database);
            await using var command = new NpgsqlCommand(IsEncrypted, connection);
            return (string)(await command.ExecuteScalarAsync())!;
        }
        catch (PostgresException e)
        {
            return e.MessageText;
        }
    }

    /// <summary>Gives everybody the same answer to what he says first, and keeps the last byte of that: an SSLRequest ends with 2F.</summary>
    private static async Task<IReadOnlyList<byte>> AnswerAllAsync(TcpListener listener, byte[] answer)
    {
        var asked = new List<byte>();
        var open = new List<Socket>();
        try
        {
            while (true)
            {
                var socket = await listener.AcceptSocketAsync();
                open.Add(socket);
                var buffer = new byte[1024];
                if (await socket.ReceiveAsync(buffer) is > 0 and var received)
                {
                    asked.Add(buffer[received - 1]);
                    await socket.SendAsync(answer);
                }
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The test has stopped to listen.
            open.ForEach(socket => socket.Dispose());
            return asked;
        }
    }
}
