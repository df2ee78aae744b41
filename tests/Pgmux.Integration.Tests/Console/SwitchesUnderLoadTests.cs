using Pgmux.Testing.Postgres;
using Pgmux.Testing.Processes;

namespace Pgmux.Integration.Tests.Console;

/// <summary>The commands that stop and start service, while two hundred clients work on few servers.</summary>
[TestFixture(PostgresVersions.Newest)]
internal sealed class SwitchesUnderLoadTests(int postgres) : PgmuxFixture(postgres)
{
    private const int Clients = 200;
    private const string Backends = "usename = 'app'";

    [SetUp]
    public Task StartTransactionPoolingAsync() => StartFreshAsync(SettingsOf(5, "127.0.0.1"));

    [Test, Property("Row", "D04"), Property("Row", "D05")]
    public async Task PAUSE_RECONNECT_and_RELOAD_with_other_sizes_hosts_and_users_fail_no_transaction()
    {
        const int Rounds = 4;
        await using var console = await ConsoleAsync();
        using var load = await TransactionLoad.StartAsync(Clients, () => LoginAsync());
        for (var round = 0; round < Rounds; round++)
        {
            Assert.That(await console.ExecuteAsync("PAUSE"), Is.EqualTo("PAUSE"));
            await Cluster.WaitForBackendsAsync(Backends, 0);
            await console.WaitForPoolAsync("app", "app", "cl_waiting", Clients);
            Assert.That(await console.ExecuteAsync("RESUME"), Is.EqualTo("RESUME"));
            await load.WaitForAsync(Clients);

            var before = await BackendsAsync();
            Assert.That(await console.ExecuteAsync("RECONNECT"), Is.EqualTo("RECONNECT"));
            await Eventually.HoldsAsync(async () => !(await BackendsAsync()).Overlaps(before), "every server is a new one");

            // The same server under another name, so that all connections are made anew; another size; and somebody who may log in.
            var settings = SettingsOf(3 + round, round % 2 == 0 ? "localhost" : "127.0.0.1");
            Pgmux.Write(settings with { Secrets = new Dictionary<string, string>(settings.Secrets) { [$"passer_by_{round}"] = "secret" } });
            Assert.That(await console.ExecuteAsync("RELOAD"), Is.EqualTo("RELOAD"));
            await load.WaitForAsync(Clients);
            Assert.That((await console.ShowAsync("SERVERS")).Count, Is.LessThanOrEqualTo(5 + Rounds));
        }

        Assert.That(await load.StopAsync(), Is.GreaterThan(Rounds * 2 * Clients));
    }

    [Test, Property("Row", "D07")]
    [Property("Text", "T101")]
    public async Task KILL_ends_every_client_with_a_word_and_what_new_ones_ask_waits_for_RESUME()
    {
        await using var console = await ConsoleAsync();
        using var load = await TransactionLoad.StartAsync(Clients, () => LoginAsync());
        Assert.That(await console.ExecuteAsync("KILL app"), Is.EqualTo("KILL"));
        Assert.That((await load.EndsAsync()).Distinct(), Is.EqualTo(new[] { "FATAL 57P01 database removed" }), "PgBouncer's word for it");
        await Cluster.WaitForBackendsAsync(Backends, 0);

        await using var late = await LoginAsync();
        var answer = late.ScalarAsync("SELECT 'served'");
        await console.WaitForPoolAsync("app", "app", "cl_waiting", 1);
        Assert.That(answer.IsCompleted, Is.False);
        Assert.That(await console.ExecuteAsync("RESUME app"), Is.EqualTo("RESUME"));
        Assert.That(await answer, Is.EqualTo("served"));
    }

    private PgmuxSettings SettingsOf(int size, string host) => PgmuxSettings.For(
        Cluster, ("default_pool_size", $"{size}"), ("log_connections", "0"), ("log_disconnections", "0")) with
    {
        Databases = new Dictionary<string, string> { ["app"] = $"host={host} port={Cluster.Port}" },
    };

    private async Task<HashSet<string>> BackendsAsync()
    {
        await using var connection = await Cluster.ConnectAsync(PostgresRole.Superuser);
        await using var command = new Npgsql.NpgsqlCommand($"SELECT pid::text FROM pg_stat_activity WHERE {Backends}", connection);
        await using var rows = await command.ExecuteReaderAsync();
        var found = new HashSet<string>();
        while (await rows.ReadAsync())
        {
            found.Add(rows.GetString(0));
        }

        return found;
    }
}
