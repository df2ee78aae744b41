using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Npgsql;
using Pgmux.Core.Authentication.Ldap;
using Pgmux.Protocol;
using Pgmux.Testing.Certificates;
using Pgmux.Testing.Ldap;
using Pgmux.Testing.OAuth;
using Pgmux.Testing.Postgres;
using Pgmux.Testing.Processes;

namespace Pgmux.Integration.Tests.Logins;

/// <summary>
/// Secrets of every kind are planted wherever they may stand, everything that can be said is made to be said, and none of them is in it:
/// neither in the log at its highest level, nor on the console, nor in an error that a client gets.
/// </summary>
[OnPostgres]
internal sealed class SecretsTests(int postgres)
{
    private const string Hba =
        """
        local all postgres trust
        host all postgres 127.0.0.1/32 trust
        host all s_trust 127.0.0.1/32 trust
        host all s_token 127.0.0.1/32 trust
        host all s_plain 127.0.0.1/32 password
        host all s_md5 127.0.0.1/32 md5
        host all all 127.0.0.1/32 scram-sha-256

        """;

    private const string Jwt = "issuer=" + TestIssuer.Name + " audience=" + TestIssuer.Audience + " jwks=keys.json";

    private readonly PlantedSecrets _secrets = new();
    private readonly StringBuilder _said = new();
    private readonly TemporaryFolder _folder = new();

    // Does not let in whoever searches.
    private readonly FakeLdapServer _directory = new(FakeLdapServer.Result(1, LdapOperation.BindResponse, 49, "no"));
    private PostgresCluster? _startedCluster;
    private PgmuxProcess? _startedPgmux;

    private PostgresCluster Cluster => _startedCluster ?? throw new InvalidOperationException("the test starts the cluster");

    private PgmuxProcess Pgmux => _startedPgmux ?? throw new InvalidOperationException("the test starts pgmux");

    [OneTimeTearDown]
    public async Task RemoveAsync()
    {
        if (_startedPgmux is not null)
        {
            await _startedPgmux.DisposeAsync();
        }

        if (_startedCluster is not null)
        {
            await _startedCluster.DisposeAsync();
        }

        await _directory.DisposeAsync();
        _folder.Dispose();
    }

    [Test, Property("Row", "C16")]
    public async Task No_secret_is_in_anything_that_is_said()
    {
        _startedCluster = await PostgresCluster.StartAsync(postgres);
        await Cluster.UseHbaAsync(Hba, new Dictionary<string, string>());
        var users = await CreateUsersAsync();
        var settings = Settings(users, WriteCertificate());
        _startedPgmux = await PgmuxProcess.StartAsync(settings);

        await LogInAsync();
        await ShowTokensAsync();
        await GuessAsync();
        await UseCancelKeysAsync();
        await AskConsoleAsync();
        await ReloadBrokenAsync(settings);
        await CheckAsync(settings);
        Pgmux.Signal(UnixSignal.Interrupt);
        Pgmux.Signal(UnixSignal.Interrupt);
        await Pgmux.WaitForExitAsync();

        var said = string.Join('\n', Pgmux.Log.Lines.Append($"{_said}"));
        using (Assert.EnterMultipleScope())
        {
            // Who says nothing leaks nothing: the log did tell of all this.
            Assert.That(said, Does.Contain("login attempt").And.Contain("password authentication failed").And.Contain("SASL authentication failed"));
            Assert.That(said, Does.Contain("broken auth file").And.Contain("is no JWKS").And.Contain("the token's signature is wrong").And.Contain("syntax error in connection string").And.Contain("DEBUG"));
            Assert.That(said, Does.Contain("no certificate and its key in PEM"));
            Assert.That(said, Does.Contain("(ldapbinddn) for the search failed: invalid credentials (49: no)").And.Contain("LDAP option"));
            Assert.That(said, Does.Contain("has printed a password and said: + echo ***").And.Contain("has ended with exit status 3"));
            Assert.That(_secrets.FindIn(said), Is.Empty);
        }
    }

    private async Task<Dictionary<string, string>> CreateUsersAsync()
    {
        var (plain, md5, scram) = (_secrets.New("password in clear"), _secrets.New("password of md5"), _secrets.New("password of SCRAM"));
        var hash = _secrets.Add("hash of md5", Md5Password.HashSecret("s_md5", md5));
        _secrets.Add("digits of the hash", hash[3..]);
        var salt = RandomNumberGenerator.GetBytes(16);
        var stored = ScramSecret.Derive(scram, salt, 4096);
        _secrets.Add("SCRAM secret", stored.ToSecretText());
        _secrets.AddBytes("SCRAM stored key", stored.StoredKey);
        _secrets.AddBytes("SCRAM server key", stored.ServerKey);
        await Cluster.ExecuteAsync("CREATE ROLE s_trust LOGIN");
        await Cluster.ExecuteAsync("CREATE ROLE s_token LOGIN");
        await Cluster.ExecuteAsync($"CREATE ROLE s_plain LOGIN PASSWORD '{plain}'");
        await Cluster.ExecuteAsync($"SET password_encryption = 'md5'; CREATE ROLE s_md5 LOGIN PASSWORD '{md5}'");
        await Cluster.ExecuteAsync($"CREATE ROLE s_scram LOGIN PASSWORD '{stored.ToSecretText()}'");
        await Cluster.ExecuteAsync($"CREATE ROLE s_forced LOGIN PASSWORD '{_secrets.New("password of the line")}'");
        return new Dictionary<string, string>
        {
            ["s_trust"] = "",
            ["s_plain"] = plain,
            ["s_md5"] = hash,
            ["s_scram"] = stored.ToSecretText(),
            ["s_nowhere"] = _secrets.New("password of a user that the server does not know"),
            ["admin"] = _secrets.New("password of the administrator"),
        };
    }

    private (string Certificate, string Key) WriteCertificate()
    {
        using var authority = new TestAuthority("pgmux tests");
        var (certificate, key) = authority.Sign("localhost", "localhost").Write(_folder, "server");
        foreach (var line in File.ReadLines(key).Where(line => !line.StartsWith("-----", StringComparison.Ordinal) && line.Length > 20))
        {
            _secrets.Add("line of the TLS key", line);
        }

        return (certificate, key);
    }

    private PgmuxSettings Settings(Dictionary<string, string> users, (string Certificate, string Key) tls)
    {
        var server = string.Create(CultureInfo.InvariantCulture, $"host=127.0.0.1 port={Cluster.Port} dbname=app");
        return new PgmuxSettings
        {
            Databases = new Dictionary<string, string>
            {
                ["app"] = server,
                ["forced"] = $"{server} user=s_forced password={_secrets["password of the line"]} connect_query='SET pgmux.planted = ''{_secrets.New("connect_query")}'''",
                ["wrong"] = $"{server} user=s_forced password={_secrets.New("wrong password of the line")}",
                ["printed"] = $"{server} user=s_forced password_command='{Program("printing", _secrets["password of the line"], status: 0)}'",
                ["misprinted"] = $"{server} user=s_forced password_command='{Program("misprinting", _secrets.New("wrong password that is printed"), status: 0)}'",
                ["unprinted"] = $"{server} user=s_forced password_command='{Program("failing", _secrets.New("password of a program that fails"), status: 3)}'",
            },
            Secrets = users,
            Settings = new Dictionary<string, string>
            {
                ["auth_type"] = "hba",
                ["verbose"] = "3",
                ["client_tls_sslmode"] = "prefer",
                ["client_tls_cert_file"] = tls.Certificate,
                ["client_tls_key_file"] = tls.Key,
                ["server_login_retry"] = "0.1",
                ["query_wait_timeout"] = "3",
                ["auth_max_failures"] = "1000",
                ["auth_ldap_options"] = LdapOptions("password of auth_ldap_options"),
            },
            MoreFiles = new Dictionary<string, string> { ["keys.json"] = TestIssuer.Known.Jwks },
            Hba = $"hostssl all s_token all jwt {Jwt} via=password\nhostnossl all s_token all jwt {Jwt}\n"
                + "host all s_trust all trust\nhost all admin all password\nhost all s_plain all password\nhost all s_nowhere all password\n"
                + $"host all s_ldap all ldap {LdapOptions("password of an HBA line")}\nhost all all all md5\n",
        };
    }

    private string LdapOptions(string secret) => string.Create(
        CultureInfo.InvariantCulture,
        $"ldapserver=127.0.0.1 ldapport={_directory.Port} ldapbasedn=\"dc=x\" ldapbinddn=\"cn=search\" ldapbindpasswd=\"{_secrets.New(secret)}\"");

    // It tells all it does, as those do that somebody has looked for a mistake in.
    private string Program(string name, string password, int status)
    {
        var path = _folder.Write(name, $"#!/bin/sh -x\necho {password}\nexit {status}\n");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute);
        return path;
    }

    // With the right passwords, over TLS and in clear, and with queries that have secrets of their own.
    private async Task LogInAsync()
    {
        foreach (var (user, password) in new[]
        {
            ("s_plain", "password in clear"), ("s_md5", "password of md5"), ("s_scram", "password of SCRAM"), ("s_nowhere", "password of a user that the server does not know"),
        })
        {
            foreach (var database in new[] { "app", "forced", "wrong", "nowhere", "printed", "misprinted", "unprinted" })
            {
                await TryAsync(user, _secrets[password], database, database == "app" ? SslMode.Require : SslMode.Disable);
            }
        }
    }

    // Good ones and others, as passwords and by OAUTHBEARER, whole and broken.
    private async Task ShowTokensAsync()
    {
        var now = DateTimeOffset.UtcNow;
        foreach (var (name, token) in new[]
        {
            ("good token", TestIssuer.Known.TokenOf("s_token", now)), ("token of somebody else", TestIssuer.Other.TokenOf("s_token", now)),
            ("token of another user", TestIssuer.Known.TokenOf("s_scram", now)), ("old token", TestIssuer.Known.TokenOf("s_token", now.AddDays(-1))),
            ("token that is none", _secrets.New("text instead of a token")),
        })
        {
            _secrets.Add(name, token);
            foreach (var part in token.Split('.').Skip(1))
            {
                _secrets.Add($"part of {name}", part);
            }

            await TryAsync("s_token", token, "app", SslMode.Require);
            foreach (var message in new[] { RawOAuth.Show(token), RawOAuth.Begin($"n,,\u0001auth=Basic {token}\u0001\u0001"), RawOAuth.Begin(token), RawMessages.Password(token) })
            {
                await using var client = await RawClient.ConnectAsync(Pgmux.TcpEndPoint);
                await client.SendAsync(RawMessages.Startup(("user", "s_token"), ("database", "app")), message, RawOAuth.ErrorAnswer);
                client.CloseSending();
                Say(await client.ReadToEndAsync());
            }
        }
    }

    private async Task GuessAsync()
    {
        foreach (var user in new[] { "s_plain", "s_md5", "s_scram", "s_nowhere", "nobody", "s_ldap" })
        {
            await TryAsync(user, _secrets.New($"wrong password of {user}"), "app", SslMode.Require);
        }

        // Where no password belongs, and cut off in the middle.
        await using var early = await RawClient.ConnectAsync(Pgmux.TcpEndPoint);
        await early.TrySendAsync(RawMessages.Password(_secrets.New("password instead of a startup packet")));
        Say(await early.ReadToEndAsync());
        await using var late = await RawClient.LoginAsync(Pgmux.TcpEndPoint, "s_trust", "app");
        await late.TrySendAsync(RawMessages.Password(_secrets.New("password after the login")));
        Say(await late.ReadToEndAsync());
        await using var option = await RawClient.ConnectAsync(Pgmux.TcpEndPoint);
        await option.SendAsync(RawMessages.Startup(("user", "s_trust"), ("database", "app"), ("password", _secrets.New("password as a startup parameter"))));
        Say(await option.ReadToEndAsync());
    }

    private async Task UseCancelKeysAsync()
    {
        foreach (var minor in new[] { 0, 2 })
        {
            await using var client = await RawClient.ConnectAsync(Pgmux.TcpEndPoint);
            await client.SendAsync(RawMessages.Startup((3 << 16) | minor, ("user", "s_trust"), ("database", "app")));
            await client.FinishLoginAsync();
            var (processId, key) = client.CancelKey;
            _secrets.AddBytes($"cancel key of 3.{minor}", key);
            await client.SendAsync(RawMessages.Query("SELECT pg_sleep(600)"));
            await Cluster.WaitForBackendsAsync("state = 'active' AND query LIKE 'SELECT pg_sleep(600)%'", 1);
            foreach (var attempt in new[] { RandomNumberGenerator.GetBytes(key.Length), key })
            {
                await using var cancel = await RawClient.ConnectAsync(Pgmux.TcpEndPoint);
                _secrets.AddBytes("guessed cancel key", attempt);
                await cancel.SendAsync(RawMessages.CancelRequest(processId, attempt));
                Say(await cancel.ReadToEndAsync());
            }

            Say(await client.ReadToReadyAsync());
        }
    }

    private async Task AskConsoleAsync()
    {
        await TryAsync("admin", _secrets.New("wrong password of the administrator"), "pgbouncer", SslMode.Disable);
        await using var raw = await RawClient.LoginAsync(Pgmux.TcpEndPoint, "admin", "pgbouncer", _secrets["password of the administrator"]);
        await using var open = await RawClient.LoginAsync(Pgmux.TcpEndPoint, "s_trust", "app");
        await open.SendAsync(RawMessages.Parse($"SELECT '{_secrets.New("text of a statement")}'::text", "named"), RawMessages.Sync());
        await open.ReadToReadyAsync();
        foreach (var what in ("VERSION CONFIG DATABASES POOLS USERS CLIENTS SERVERS STATS TOTALS STATS_TOTALS STATS_AVERAGES PREPARED_STATEMENTS LISTS STATE"
            + " SOCKETS ACTIVE_SOCKETS MEM PEERS PEER_POOLS DNS_HOSTS DNS_ZONES FDS HELP").Split(' '))
        {
            // The text of a statement is what SHOW PREPARED_STATEMENTS is for.
            var messages = await raw.QueryAsync($"SHOW {what}");
            if (what != "PREPARED_STATEMENTS")
            {
                Say(messages);
            }
        }

        Say(await raw.QueryAsync("RELOAD"));
    }

    private async Task ReloadBrokenAsync(PgmuxSettings settings)
    {
        await using var raw = await RawClient.LoginAsync(Pgmux.TcpEndPoint, "admin", "pgbouncer", _secrets["password of the administrator"]);
        foreach (var broken in Broken(settings))
        {
            Pgmux.Write(broken);
            Say(await raw.QueryAsync("RELOAD"));
            var before = Pgmux.Log.Count;
            Pgmux.Signal(UnixSignal.Hangup);
            await Pgmux.WaitForLogAsync("the old configuration stays", before);
        }
    }

    private async Task CheckAsync(PgmuxSettings settings)
    {
        var program = ProgramUnderTest.Find();
        foreach (var broken in Broken(settings).Append(settings))
        {
            Pgmux.Write(broken);
            await using var check = ManagedProcess.Start(_folder, "check", program.Program, [.. program.Arguments, "--check", Pgmux.ConfigurationFile]);
            await check.WaitForExitAsync();
            _said.AppendJoin('\n', check.Output.Lines).AppendLine();
        }
    }

    // Configurations that are refused, for reasons that stand next to secrets.
    private IEnumerable<PgmuxSettings> Broken(PgmuxSettings settings)
    {
        foreach (var (name, password) in new[]
        {
            ("blank", $"password={_secrets.New("password in two words")} {_secrets.New("second word of a password")}"),
            ("equals", $"password=two {_secrets.New("second word with an equals sign")}=x"),
            ("empty", $"password=two {_secrets.New("second word of base64")}="),
            ("open", $"password='{_secrets.New("quoted password without an end")}"),
            ("behind", $"password='{_secrets.New("quoted password")}'{_secrets.New("text behind the quote")}"),
            ("quote", $"password=a {_secrets.New("key before an open quote")}='x"),
            ("misspelt", $"pasword={_secrets.New("value of a misspelt key")}"),
            ("port", $"port=70000 password={_secrets.New("password beside a wrong port")}"),
        })
        {
            yield return settings with { Databases = new Dictionary<string, string>(settings.Databases) { [name] = $"host=127.0.0.1 {password}" } };
        }

        foreach (var line in new[]
        {
            $"\"broken\" {_secrets.New("secret without quotes")}", $"\"broken\" \"{_secrets.New("secret without an end")}", $"broken \"{_secrets.New("secret of a bare name")}\"",
            $"\"broken\" \"{_secrets.New("secret that is too long")}{new string('x', 3000)}\"",
        })
        {
            yield return settings with { MoreFiles = new Dictionary<string, string>(settings.MoreFiles) { ["userlist.txt"] = line + "\n" } };
        }

        foreach (var options in new[]
        {
            $"ldapbindpasswd={_secrets.New("password of LDAP in two words")} {_secrets.New("second word of a password of LDAP")}",
            $"ldapbindpasswd={_secrets.New("password of LDAP with a comma")},{_secrets.New("what stands behind the comma")}",
            $"ldapbindpasswd=\"{_secrets.New("quoted password of LDAP without an end")}",
            $"ldapbindpassword={_secrets.New("value of a misspelt option of LDAP")}",
            $"ldapbindpasswd={_secrets.New("password of LDAP that is given twice")} ldapbindpasswd={_secrets.New("second password of LDAP")}",
            $"ldapport=70000 ldapbindpasswd={_secrets.New("password beside a wrong port of LDAP")}",
        })
        {
            var all = $"ldapserver=127.0.0.1 ldapbasedn=\"dc=x\" ldapbinddn=\"cn=search\" {options}";
            yield return settings with { Hba = $"host all all all ldap {all}\n" };
            yield return settings with
            {
                Hba = null,
                Settings = new Dictionary<string, string>(settings.Settings) { ["auth_type"] = "ldap", ["auth_ldap_options"] = all },
            };
        }

        yield return settings with { Hba = $"host all all all md5 ldapbindpasswd={_secrets.New("password of LDAP behind another method")}\n" };
        yield return settings with { MoreFiles = new Dictionary<string, string> { ["keys.json"] = $"{{\"keys\": [{_secrets.New("text in a broken JWKS")}" } };

        var key = File.ReadAllText(settings.Settings["client_tls_key_file"]);
        var path = _folder.Write("broken.key", key.Replace("PRIVATE", $"PRIVATE {_secrets.New("text in a broken key")}", StringComparison.Ordinal));
        yield return settings with { Settings = new Dictionary<string, string>(settings.Settings) { ["client_tls_key_file"] = path } };
    }

    private async Task TryAsync(string user, string password, string database, SslMode mode)
    {
        var builder = new NpgsqlConnectionStringBuilder
        {
            Host = "127.0.0.1",
            Port = ((IPEndPoint)Pgmux.TcpEndPoint).Port,
            Username = user,
            Password = password,
            Database = database,
            SslMode = mode,
            Pooling = false,
        };
        try
        {
            await using var connection = new NpgsqlConnection(builder.ConnectionString);
            await connection.OpenAsync();
            await using var command = new NpgsqlCommand("SELECT $1::text", connection);
            command.Parameters.Add(new NpgsqlParameter { Value = _secrets.New("parameter of a query") });
            await command.ExecuteScalarAsync();
        }
        catch (NpgsqlException e)
        {
            _said.AppendLine(CultureInfo.InvariantCulture, $"{e.Message} {(e as PostgresException)?.Detail} {(e as PostgresException)?.Hint}");
        }
    }

    private void Say(IEnumerable<RawMessage> messages) => _said.AppendJoin('\n', messages.Select(message => message.Text)).AppendLine();
}
