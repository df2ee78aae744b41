using Npgsql;
using Pgmux.Testing.Postgres;
using Pgmux.Testing.Processes;

namespace Pgmux.Integration.Tests.Logins;

/// <summary>Passwords that a script prints, against real servers.</summary>
[OnPostgres]
internal sealed class PasswordCommandTests(int postgres) : PgmuxFixture(postgres)
{
    [TestCase("app_plain")]
    [TestCase("app_md5")]
    [TestCase("app_scram")]
    public async Task What_the_script_prints_logs_in(string name)
    {
        var role = PostgresRole.All.Single(known => known.Name == name);
        using var folder = Write("#!/bin/sh\n[ \"$1\" = \"$0\" ] || echo \"asked for $1 on $2 port $3\" >&2\necho " + role.Password + "\n");
        await StartFreshAsync(Settings(folder, "%u %h %p"));

        await using var connection = await Pgmux.ConnectAsync(role);
        await using var command = new NpgsqlCommand("SELECT current_user::text", connection);

        Assert.That(await command.ExecuteScalarAsync(), Is.EqualTo(name));
        await Pgmux.WaitForLogAsync($"has printed a password and said: asked for {name} on 127.0.0.1 port {Cluster.Port}");
        Assert.That(Pgmux.Log.Lines, Has.None.Contains(role.Password));
    }

    [Test]
    public async Task A_changed_password_is_picked_up_by_the_next_login()
    {
        // Of its own: the others share one, which lets in its own roles only.
        await using var cluster = await PostgresCluster.StartAsync(Cluster.Major);
        await cluster.ExecuteAsync("CREATE ROLE rotating LOGIN PASSWORD 'old-token'");
        await cluster.UseHbaAsync(
            "local all all trust\nhost all postgres 127.0.0.1/32 trust\nhost all all 127.0.0.1/32 scram-sha-256\n", new Dictionary<string, string>());
        var role = new PostgresRole("rotating", "anything", "scram-sha-256");
        using var folder = Write("#!/bin/sh\ncat \"${0%/*}/token\"\n");
        folder.Write("token", "old-token\n");
        await StartFreshAsync(Settings(cluster, folder, "%u", ("server_login_retry", "0.1")));
        Assert.That((await LogInAsync(role))?.MessageText, Is.Null);

        await cluster.ExecuteAsync("ALTER ROLE rotating PASSWORD 'new-token'");
        folder.Write("token", "new-token\n");
        await cluster.TerminateBackendsAsync("usename = 'rotating'");
        await Pgmux.WaitForLogAsync("rotating.*closing because: (server conn crashed|.*terminat)");

        Assert.That((await LogInAsync(role))?.MessageText, Is.Null);
        await Pgmux.WaitForLogAsync("rotating.*asking password_command again: password authentication failed for user \"rotating\"");
        Assert.That(Pgmux.Log.Lines, Has.None.Contains("-token"));
    }

    [TestCase("exit 3", "has ended with exit status 3")]
    [TestCase(":", "has printed nothing")]
    [TestCase("exec sleep 3600", @"has not ended within 0\.5 s \(password_command_timeout\) and was killed")]
    public async Task A_script_that_fails_stands_in_the_log(string script, string trouble)
    {
        using var folder = Write($"#!/bin/sh\n{script}\n");
        await StartFreshAsync(Settings(folder, "%u", ("password_command_timeout", "0.5")));

        var error = await LogInAsync(PostgresRole.Scram);

        Assert.That(
            (error?.SqlState, error?.MessageText), Is.EqualTo(("28P01", "server login failed: password_command has printed no password")));
        await Pgmux.WaitForLogAsync($"""password_command \(.*/pgmux\.ini:\d+\) of database "app" for user "app_scram": {trouble}""");
    }

    private static TemporaryFolder Write(string script)
    {
        var folder = new TemporaryFolder();
        File.SetUnixFileMode(
            folder.Write("token.sh", script), UnixFileMode.UserRead | UnixFileMode.UserExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute);
        return folder;
    }

    private PgmuxSettings Settings(TemporaryFolder folder, string arguments, params (string Key, string Value)[] settings) =>
        Settings(Cluster, folder, arguments, settings);

    private static PgmuxSettings Settings(
        PostgresCluster cluster, TemporaryFolder folder, string arguments, params (string Key, string Value)[] settings)
    {
        var all = PgmuxSettings.For(cluster, settings);
        return all with
        {
            Databases = new Dictionary<string, string>
            {
                ["app"] = $"host=127.0.0.1 port={cluster.Port} password_command='{folder.File("token.sh")} {arguments}'",
            },

            // Trusted by name alone: what they would prove is not the servers' password.
            Secrets = PostgresRole.All.Select(role => role.Name).Append("rotating").ToDictionary(name => name, _ => "anything"),
        };
    }
}
