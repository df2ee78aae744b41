using System.Globalization;
using Pgmux.Testing.Postgres;
using Pgmux.Testing.Processes;

namespace Pgmux.Integration.Tests.Resources;

/// <summary>The runtime may use no more memory than a limit, as in a small container.</summary>
[TestFixture(PostgresVersions.Newest), NonParallelizable]
internal sealed class HeapLimitTests(int postgres) : PgmuxFixture(postgres)
{
    private const int LimitBytes = 24 << 20;

    [Test, Property("Row", "R04"), Property("Row", "N09")]
    public async Task Under_a_limit_of_the_heap_large_work_and_thousands_of_clients_cost_nobody_else_anything()
    {
        const int Crowd = 3000;
        const int Rows = 1000;
        const int Texts = 3000;
        await StartFreshAsync(
            PgmuxSettings.For(Cluster, ("default_pool_size", "20"), ("max_client_conn", "20000"), ("prepared_statement_memory", "4194304"), ("log_connections", "0"), ("log_disconnections", "0")),
            new PgmuxLaunch { Environment = new Dictionary<string, string> { ["DOTNET_GCHeapHardLimit"] = LimitBytes.ToString("X", CultureInfo.InvariantCulture) } });
        await using var canary = await Canary.StartAsync(Pgmux, PostgresRole.Superuser.Name, "app");
        await using var old = await LoginAsync();
        await old.QueryAsync("BEGIN");
        using var crowd = new ClientCrowd(Pgmux.TcpEndPoint, "app", "app");
        await crowd.GrowAsync(Crowd);

        // More than the limit, in both directions, and more statements than anything may keep.
        await using var heavy = await LoginAsync();
        var sent = await heavy.ScalarAsync($"SELECT length('{new string('x', 2 * LimitBytes)}')");
        var received = (await heavy.QueryAsync($"SELECT repeat('x', 100000) FROM generate_series(1, {Rows})")).Count(message => message.Type == 'D');
        var refused = 0;
        for (var n = 0; n < Texts; n++)
        {
            await heavy.SendAsync(RawMessages.Parse($"SELECT {n}, '{new string('y', 10_000)}'", $"s{n}"), RawMessages.Sync());
            refused += (await heavy.ReadToReadyAsync()).Count(message => message is { Type: 'E', SqlState: "53200" or "54000" });
        }

        var answered = await crowd.QueryAllAsync();
        await canary.StopAsync();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(sent, Is.EqualTo($"{2 * LimitBytes}"));
            Assert.That(received, Is.EqualTo(Rows));
            Assert.That(refused, Is.InRange(Texts / 2, Texts));
            Assert.That(answered, Is.EqualTo(Crowd));
            Assert.That(string.Join(' ', await old.QueryAsync("COMMIT")), Is.EqualTo("C(COMMIT) Z(I)"));
            Assert.That(Pgmux.Log.Lines, Has.None.Contains("OutOfMemory"));
        }
    }
}
