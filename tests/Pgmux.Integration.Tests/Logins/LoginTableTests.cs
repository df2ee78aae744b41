using System.Security.Cryptography;
using System.Text;
using Npgsql;
using Pgmux.Testing.Postgres;
using Pgmux.Testing.Processes;

namespace Pgmux.Integration.Tests.Logins;

/// <summary>Every way in: the client's method, the secret in auth_file, the server's method, the password, with and without TLS.</summary>
[OnPostgres]
internal sealed class LoginTableTests(int postgres) : ClientTlsFixture(postgres)
{
    private const string RightPassword = "right-secret";

    // What a client is told whom pgmux lets in and the server does not.
    private const string ServerRefusal = "28P01";

    private static readonly (string Server, string Secret)[] Users =
        [.. from server in LoginTable.ServerMethods from secret in LoginTable.Secrets select (server, secret)];

    private PostgresCluster? _cluster;
    private readonly Dictionary<string, string> _secrets = [];

    private PostgresCluster Roles => _cluster ?? throw new InvalidOperationException("the cluster starts before the first test");

    [OneTimeSetUp]
    public async Task CreateRolesAsync()
    {
        _cluster = await PostgresCluster.StartAsync(Cluster.Major);
        await CreateRoleAsync("holder", "scram-sha-256");
        var scram = await Roles.QueryAsync<string>("SELECT rolpassword FROM pg_authid WHERE rolname = 'holder'");
        foreach (var (server, secret) in Users)
        {
            var name = Name(server, secret);
            await CreateRoleAsync(name, server == "md5" ? "md5" : "scram-sha-256");
            _secrets[name] = secret switch
            {
                "none" => "",
                "plain" => RightPassword,
                "md5" => $"md5{Convert.ToHexStringLower(MD5.HashData(Encoding.ASCII.GetBytes(RightPassword + name)))}",
                _ => server == "scram-sha-256" ? await Roles.QueryAsync<string>($"SELECT rolpassword FROM pg_authid WHERE rolname = '{name}'") : scram,
            };
        }

        var hba = new StringBuilder("local all all trust\nhost all postgres 127.0.0.1/32 trust\n");
        foreach (var (server, secret) in Users)
        {
            hba.Append("host all ").Append(Name(server, secret)).Append(" 127.0.0.1/32 ").Append(server).Append('\n');
        }

        await Roles.UseHbaAsync(hba.ToString(), new Dictionary<string, string>());
    }

    [OneTimeTearDown]
    public async Task StopClusterAsync() => await Roles.DisposeAsync();

    [Test]
    public async Task A_login_succeeds_exactly_when_it_may(
        [ValueSource(typeof(LoginTable), nameof(LoginTable.ClientMethods))] string clientMethod, [Values] bool isEncrypted)
    {
        await StartForTableAsync(clientMethod, isEncrypted);
        var faults = new List<string>();
        foreach (var (server, secret) in Users)
        {
            foreach (var password in new[] { RightPassword, "wrong" })
            {
                var role = new PostgresRole(Name(server, secret), password, "");
                var expected = !LoginTable.LetsIn(clientMethod, secret, password == RightPassword) ? "28P01"
                    : !LoginTable.LetsOn(clientMethod, secret, server) ? ServerRefusal
                    : null;
                var refusal = await TryAsync(role, isEncrypted);
                if (refusal?.SqlState != expected)
                {
                    faults.Add($"server {server}, secret {secret}, password {password}: {refusal?.SqlState} {refusal?.MessageText ?? "let in"}, expected {expected ?? "let in"}");
                }
            }
        }

        Assert.That(faults, Is.Empty);
    }

    /// <summary>libpq asks for a password that is not empty before it answers, so nobody gets in without one where one is asked for.</summary>
    [Test]
    public async Task Psql_gets_in_exactly_when_it_may(
        [ValueSource(typeof(LoginTable), nameof(LoginTable.ClientMethods))] string clientMethod, [Values] bool isEncrypted)
    {
        await StartForTableAsync(clientMethod, isEncrypted);
        var faults = new List<string>();
        foreach (var (server, secret) in Users)
        {
            foreach (var password in new[] { RightPassword, "wrong", "" })
            {
                var tool = new ToolRunner(Pgmux, new PostgresRole(Name(server, secret), password, "")).With(("PGSSLMODE", isEncrypted ? "require" : "disable"));
                var result = await tool.PsqlAsync("-w", "-c", "SELECT 'served'");
                var isServed = result.ExitCode == 0 && result.Output.Contains("served", StringComparison.Ordinal);
                var expected = LoginTable.LetsIn(clientMethod, secret, password == RightPassword) && LoginTable.LetsOn(clientMethod, secret, server);
                if (isServed != expected)
                {
                    faults.Add($"server {server}, secret {secret}, password '{password}': {(isServed ? "let in" : result.Error)}");
                }
            }
        }

        Assert.That(faults, Is.Empty);
    }

    private Task StartForTableAsync(string clientMethod, bool isEncrypted) => StartAsync(
        Settings(("auth_type", clientMethod), ("client_tls_sslmode", isEncrypted ? "require" : "disable"), ("server_login_retry", "0")) with
        {
            Databases = new Dictionary<string, string> { [PostgresCluster.Database] = $"host=127.0.0.1 port={Roles.Port}" },
            Secrets = _secrets,
        });

    private async Task<PostgresException?> TryAsync(PostgresRole role, bool isEncrypted)
    {
        var text = new NpgsqlConnectionStringBuilder(Pgmux.ConnectionString(role, PostgresCluster.Database))
        {
            SslMode = isEncrypted ? SslMode.Require : SslMode.Disable,
        };
        try
        {
            await using var connection = await PgmuxProcess.ConnectWithoutTypesAsync(text.ConnectionString);
            await using var command = new NpgsqlCommand("SELECT current_user::text", connection);
            Assert.That(await command.ExecuteScalarAsync(), Is.EqualTo(role.Name));
            return null;
        }
        catch (PostgresException refusal)
        {
            return refusal;
        }
    }

    private async Task CreateRoleAsync(string name, string encryption)
    {
        await using var connection = await Roles.ConnectAsync();
        await using var command = new NpgsqlCommand($"SET password_encryption = '{encryption}'; CREATE ROLE \"{name}\" LOGIN PASSWORD '{RightPassword}'", connection);
        await command.ExecuteNonQueryAsync();
    }

    private static string Name(string server, string secret) => $"{server.Replace('-', '_')}_{secret}";
}
