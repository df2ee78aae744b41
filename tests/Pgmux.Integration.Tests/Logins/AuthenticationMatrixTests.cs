using Npgsql;
using Pgmux.Testing.Postgres;
using Pgmux.Testing.Processes;

namespace Pgmux.Integration.Tests.Logins;

/// <summary>Every way in for clients against every way in to the server.</summary>
[OnPostgres]
internal sealed class AuthenticationMatrixTests(int postgres) : PgmuxFixture(postgres)
{
    private static readonly PostgresRole Alice = new("alice", "alice-secret", "");
    private static readonly PostgresRole[] ServerRoles = [PostgresRole.App, PostgresRole.Plain, PostgresRole.Md5, PostgresRole.Scram];

    /// <summary>The client has an account of its own; the server's user and password stand in the database's line.</summary>
    [TestCase("trust")]
    [TestCase("any")]
    [TestCase("plain")]
    [TestCase("md5")]
    [TestCase("scram-sha-256")]
    [Property("Row", "C14")]
    public async Task A_client_logs_in_one_way_and_pgmux_another(string clientMethod)
    {
        await StartAsync(PgmuxSettings.For(Cluster, ("auth_type", clientMethod)) with
        {
            Databases = ServerRoles.ToDictionary(
                role => $"as_{role.Name}",
                role => $"host=127.0.0.1 port={Cluster.Port} dbname=app user={role.Name}" + (role.Password.Length == 0 ? "" : $" password={role.Password}")),
            Secrets = new Dictionary<string, string> { [Alice.Name] = Alice.Password },
        });

        foreach (var role in ServerRoles)
        {
            await using var connection = await Pgmux.ConnectAsync(Alice, $"as_{role.Name}");
            await using var command = new NpgsqlCommand("SELECT current_user::text", connection);
            Assert.That(await command.ExecuteScalarAsync(), Is.EqualTo(role.Name));
        }

        var wrong = await LogInAsync(Alice with { Password = "wrong" }, "as_app_scram");
        Assert.That(wrong?.SqlState, Is.EqualTo(clientMethod is "trust" or "any" ? null : "28P01"), wrong?.Message);
    }

    /// <summary>One user, one secret: what the client proves to pgmux pgmux proves to the server.</summary>
    [TestCase("plain")]
    [TestCase("md5")]
    [TestCase("scram-sha-256")]
    public async Task A_password_in_the_user_list_serves_both_sides(string clientMethod)
    {
        await StartAsync(("auth_type", clientMethod));

        foreach (var role in new[] { PostgresRole.Plain, PostgresRole.Md5, PostgresRole.Scram })
        {
            Assert.That((await LogInAsync(role))?.MessageText, Is.Null, role.Name);
        }
    }

    [Test]
    public async Task An_md5_secret_in_the_user_list_serves_both_sides()
    {
        var secret = await Cluster.QueryAsync<string>("SELECT rolpassword FROM pg_authid WHERE rolname = 'app_md5'");
        await StartAsync(PgmuxSettings.For(Cluster, ("auth_type", "md5")) with { Secrets = new Dictionary<string, string> { ["app_md5"] = secret } });

        using (Assert.EnterMultipleScope())
        {
            Assert.That((await LogInAsync(PostgresRole.Md5))?.MessageText, Is.Null);
            Assert.That((await LogInAsync(PostgresRole.Md5 with { Password = "wrong" }))?.SqlState, Is.EqualTo("28P01"));
        }
    }

    [TestCase("md5")]
    [TestCase("scram-sha-256")]
    [Property("Row", "B41")]
    public async Task A_SCRAM_secret_in_the_user_list_is_passed_through_and_survives_its_servers(string clientMethod)
    {
        var secret = await Cluster.QueryAsync<string>("SELECT rolpassword FROM pg_authid WHERE rolname = 'app_scram'");
        await StartAsync(PgmuxSettings.For(Cluster, ("auth_type", clientMethod)) with { Secrets = new Dictionary<string, string> { ["app_scram"] = secret } });

        var first = await LogInAsync(PostgresRole.Scram);
        await Cluster.TerminateBackendsAsync("usename = 'app_scram'");
        await Cluster.WaitForBackendsAsync("usename = 'app_scram'", 0);
        var second = await LogInAsync(PostgresRole.Scram);
        var wrong = await LogInAsync(PostgresRole.Scram with { Password = "wrong" });

        using (Assert.EnterMultipleScope())
        {
            Assert.That(first?.MessageText, Is.Null);
            Assert.That(second?.MessageText, Is.Null);
            Assert.That(wrong?.SqlState, Is.EqualTo("28P01"));
        }
    }

    [Test, Property("Row", "B41")]
    public async Task A_client_that_stays_connected_gets_new_servers_from_its_SCRAM_keys()
    {
        var secret = await Cluster.QueryAsync<string>("SELECT rolpassword FROM pg_authid WHERE rolname = 'app_scram'");
        await StartAsync(PgmuxSettings.For(Cluster, ("auth_type", "scram-sha-256")) with { Secrets = new Dictionary<string, string> { ["app_scram"] = secret } });
        await using var connection = await Pgmux.ConnectAsync(PostgresRole.Scram);
        await using var command = new NpgsqlCommand("SELECT pg_backend_pid()", connection);
        var before = await command.ExecuteScalarAsync();

        await Cluster.TerminateBackendsAsync($"pid = {before}");
        await Cluster.WaitForBackendsAsync($"pid = {before}", 0);

        Assert.That(await command.ExecuteScalarAsync(), Is.Not.EqualTo(before));
    }
}
