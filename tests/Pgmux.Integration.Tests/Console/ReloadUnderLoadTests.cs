using Npgsql;
using Pgmux.Testing.Postgres;
using Pgmux.Testing.Processes;

namespace Pgmux.Integration.Tests.Console;

/// <summary>Configuration and user list are written and read again while clients log in with passwords.</summary>
[TestFixture(PostgresVersions.Newest)]
internal sealed class ReloadUnderLoadTests(int postgres) : PgmuxFixture(postgres)
{
    [Test, Property("Row", "B32")]
    public async Task A_hundred_reloads_refuse_no_password_that_is_right()
    {
        const int Reloads = 100;
        const int Workers = 4;
        await StartFreshAsync(PgmuxSettings.For(Cluster, ("auth_type", "scram-sha-256")));
        await using var console = await Pgmux.ConnectConsoleAsync();
        using var end = new CancellationTokenSource();
        var logins = Task.WhenAll(Enumerable.Range(0, Workers).Select(worker => LogInUntilAsync(worker % 2 == 0 ? PostgresRole.Scram : PostgresRole.Plain, end.Token)));

        for (var n = 0; n < Reloads; n++)
        {
            // Method, sizes and users change to and fro; who may log in does not.
            var settings = PgmuxSettings.For(Cluster, ("auth_type", n % 2 == 0 ? "md5" : "scram-sha-256"), ("default_pool_size", $"{3 + (n % 3)}"));
            Pgmux.Write(settings with { Secrets = new Dictionary<string, string>(settings.Secrets) { [$"passer_by_{n}"] = "secret" } });
            await using var reload = new NpgsqlCommand("RELOAD", console);
            await reload.ExecuteNonQueryAsync();
        }

        await end.CancelAsync();
        Assert.That((await logins).Sum(), Is.GreaterThan(Workers));
    }

    private async Task<int> LogInUntilAsync(PostgresRole role, CancellationToken end)
    {
        var count = 0;
        for (; !end.IsCancellationRequested; count++)
        {
            await using var client = await Pgmux.ConnectAsync(role);
            await using var command = new NpgsqlCommand("SELECT current_user::text", client);
            Assert.That(await command.ExecuteScalarAsync(CancellationToken.None), Is.EqualTo(role.Name));
        }

        return count;
    }
}
