using Pgmux.Testing.Postgres;
using Pgmux.Testing.Processes;

namespace Pgmux.Integration.Tests.Pools;

/// <summary>What clients that wait are given and told, and how long they may take.</summary>
[TestFixture(PostgresVersions.Oldest)]
[TestFixture(PostgresVersions.Newest)]
internal sealed class WaitAndCapTests(int postgres) : PgmuxFixture(postgres)
{
    [Test, Property("Row", "P08")]
    [Property("Text", "T22"), Property("Text", "T33")]
    public async Task A_full_pool_opens_its_reserve_for_who_has_waited_long_enough()
    {
        await StartAsync(("default_pool_size", "1"), ("reserve_pool_size", "1"), ("reserve_pool_timeout", "0.5"));
        await using var console = await ConsoleAsync();
        await using var holder = await LoginAsync();
        await holder.QueryAsync("BEGIN");
        await using var waiting = await LoginAsync();
        var from = Pgmux.Log.Count;

        Assert.That(await waiting.ScalarAsync("SELECT 1"), Is.EqualTo("1"));

        await Pgmux.WaitForLogAsync(@"WARNING C-[0-9a-f]+: app/app@.* taking connection from reserve_pool", from);
        await console.WaitForPoolAsync("app", "app", "sv_idle", 1);
        Assert.That(string.Join(' ', await holder.QueryAsync("COMMIT")), Is.EqualTo("C(COMMIT) Z(I)"));
    }

    [Test, Property("Row", "P08")]
    [Property("Text", "T38")]
    public async Task An_idle_server_of_one_pool_makes_room_for_the_client_of_another()
    {
        await StartAsync(PgmuxSettings.For(Cluster) with
        {
            Databases = new Dictionary<string, string> { ["app"] = $"host=127.0.0.1 port={Cluster.Port} max_db_connections=1" },
        });
        await using var first = await LoginAsync();
        Assert.That(await first.ScalarAsync("SELECT current_user"), Is.EqualTo("app"));
        var from = Pgmux.Log.Count;

        await using var second = await LoginAsync(PostgresRole.Plain);
        Assert.That(await second.ScalarAsync("SELECT current_user"), Is.EqualTo("app_plain"));
        await Pgmux.WaitForLogAsync(@"S-[0-9a-f]+: app/app@.* closing because: evicted", from);
        Assert.That(await first.ScalarAsync("SELECT current_user"), Is.EqualTo("app"));
    }

    [Test, Property("Row", "P01")]
    [Property("Text", "T92")]
    public async Task A_client_that_waits_for_long_is_told_so_before_its_answer()
    {
        await StartAsync(("default_pool_size", "1"), ("query_wait_notify", "1"));
        await using var holder = await LoginAsync();
        await holder.QueryAsync("BEGIN");
        await using var waiting = await LoginAsync();
        await waiting.SendAsync(RawMessages.Parse("SELECT 1"), RawMessages.Bind(), RawMessages.Execute(), RawMessages.Sync());

        var notice = await waiting.ReadAsync();

        Assert.That((notice!.Type, notice.Severity, notice.SqlState), Is.EqualTo(('N', "NOTICE", "00000")));
        Assert.That(notice.Message, Is.EqualTo("No server connection available in postgres backend, client being queued"));
        await holder.QueryAsync("COMMIT");
        Assert.That(string.Concat((await waiting.ReadToReadyAsync()).Select(message => message.Type)), Is.EqualTo("12DCZ"));
    }

    [TestCase("SELECT 1")]
    [TestCase("SELECT pg_sleep(600)")]
    [Property("Row", "P04")]
    public async Task A_transaction_that_takes_too_long_ends_idle_or_not_and_its_backend_with_it(string sql)
    {
        await StartAsync(("transaction_timeout", "1"));
        await using var client = await LoginAsync();
        await client.QueryAsync("BEGIN");
        var backend = await client.ScalarAsync("SELECT pg_backend_pid()");

        await client.SendAsync(RawMessages.Query(sql));
        var last = (await client.ReadToEndAsync())[^1];

        Assert.That((last.Type, last.Severity, last.SqlState, last.Message), Is.EqualTo(('E', "FATAL", "25P04", "transaction timeout")));
        await Cluster.WaitForBackendsAsync($"pid = {backend}", 0);
    }

    [Test]
    public async Task With_disable_pqexec_simple_queries_end_their_client_and_drivers_go_on()
    {
        await StartAsync(("disable_pqexec", "1"));
        await using var simple = await LoginAsync();
        await simple.SendAsync(RawMessages.Query("SELECT 1; SELECT 2"));
        var last = (await simple.ReadToEndAsync())[^1];
        Assert.That((last.Severity, last.Message), Is.EqualTo(("FATAL", "PQexec disallowed")));

        await using var extended = await LoginAsync();
        await extended.SendAsync(RawMessages.Parse("SELECT 1"), RawMessages.Bind(), RawMessages.Execute(), RawMessages.Sync());
        Assert.That(string.Concat((await extended.ReadToReadyAsync()).Select(message => message.Type)), Is.EqualTo("12DCZ"));
    }
}
