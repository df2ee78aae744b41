using Pgmux.Testing.Postgres;
using Pgmux.Testing.Processes;

namespace Pgmux.Integration.Tests.Resources;

/// <summary>The user that pgmux runs as may have no further thread.</summary>
[TestFixture(PostgresVersions.Newest), NonParallelizable]
internal sealed class ThreadLimitTests(int postgres) : PgmuxFixture(postgres)
{
    [Test, Property("Row", "R08")]
    public async Task A_start_without_threads_ends_with_a_line_that_says_so()
    {
        var failure = await Assert.ThrowsAsync<InvalidOperationException>(
            async () => await (await PgmuxProcess.StartAsync(PgmuxSettings.For(Cluster), PgmuxLaunch.Limited("nproc=1"))).DisposeAsync());

        // The runtime is the first to want a thread, and says it in its own words.
        Assert.That(failure!.Message, Does.Match(@"ended with [1-9]\d*:\n.+"));
    }

    [Test, Property("Row", "R08")]
    public async Task A_running_process_without_further_threads_goes_on_with_logins_and_queries()
    {
        const int Logins = 50;
        await StartFreshAsync(PgmuxSettings.For(Cluster, ("auth_type", "scram-sha-256")));
        await using (var warm = await Pgmux.ConnectAsync(PostgresRole.Scram))
        {
        }

        var limited = await new ToolRunner(1, "", "", "").RunAsync(UnprivilegedUser.Command("prlimit", ["--pid", $"{Pgmux.Id}", "--nproc=1"]));
        Assert.That(limited.ExitCode, Is.Zero, limited.Error);

        await Parallel.ForAsync(0, Logins, async (n, stop) =>
        {
            await using var client = await Pgmux.ConnectAsync(n % 2 == 0 ? PostgresRole.Scram : PostgresRole.Plain);
            await using var command = new Npgsql.NpgsqlCommand($"SELECT 'client {n}'", client);
            Assert.That(await command.ExecuteScalarAsync(stop), Is.EqualTo($"client {n}"));
        });
        Assert.That(Pgmux.HasExited, Is.False);
    }
}
