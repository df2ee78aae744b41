using Pgmux.Testing.Processes;

namespace Pgmux.Integration.Tests.Pools;

[OnPostgres]
internal sealed class PoolModeTests(int postgres) : PgmuxFixture(postgres)
{
    [Test]
    public async Task Session_mode_keeps_the_server_and_its_state_for_the_client()
    {
        await StartAsync(("pool_mode", "session"), ("default_pool_size", "2"));
        await using var first = await LoginAsync();
        await using var second = await LoginAsync();

        await first.QueryAsync("SET search_path = pg_catalog");
        await first.QueryAsync("PREPARE kept AS SELECT 'kept'");
        await first.QueryAsync("CREATE TEMP TABLE kept_table (n int)");
        var backend = await first.ScalarAsync("SELECT pg_backend_pid()");

        using (Assert.EnterMultipleScope())
        {
            Assert.That(await second.ScalarAsync("SELECT pg_backend_pid()"), Is.Not.EqualTo(backend));
            Assert.That(await first.ScalarAsync("SELECT pg_backend_pid()"), Is.EqualTo(backend));
            Assert.That(await first.ScalarAsync("SHOW search_path"), Is.EqualTo("pg_catalog"));
            Assert.That(await first.ScalarAsync("EXECUTE kept"), Is.EqualTo("kept"));
            Assert.That(await first.ScalarAsync("SELECT count(*) FROM kept_table"), Is.EqualTo("0"));
        }
    }

    [Test, Property("Row", "B145")]
    public async Task Session_mode_cleans_the_server_for_the_next_client()
    {
        const int Owners = 30;
        await StartAsync(("pool_mode", "session"), ("default_pool_size", "1"));
        string? backend = null;
        for (var owner = 0; owner < Owners; owner++)
        {
            await using var client = await LoginAsync();
            backend ??= await client.ScalarAsync("SELECT pg_backend_pid()");
            using (Assert.EnterMultipleScope())
            {
                Assert.That(await client.ScalarAsync("SELECT pg_backend_pid()"), Is.EqualTo(backend), $"owner {owner}");
                Assert.That(await client.ScalarAsync("SHOW search_path"), Is.EqualTo("\"$user\", public"));
                Assert.That(await client.ScalarAsync("SELECT count(*) FROM pg_prepared_statements"), Is.EqualTo("0"));
                Assert.That(await client.ScalarAsync("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'"), Is.EqualTo("0"));
                Assert.That(await client.ScalarAsync("SELECT count(*) FROM pg_listening_channels()"), Is.EqualTo("0"));
                Assert.That(await client.ScalarAsync("SELECT count(*) FROM pg_class WHERE relname = 'left_behind'"), Is.EqualTo("0"));
            }

            await client.QueryAsync("SET search_path = pg_catalog");
            await client.QueryAsync("SET TimeZone = 'Asia/Tokyo'");
            await client.QueryAsync("PREPARE left_behind AS SELECT 1");
            await client.QueryAsync("CREATE TEMP TABLE left_behind (n int)");
            await client.QueryAsync("SELECT pg_advisory_lock(145)");
            await client.QueryAsync("LISTEN left_behind");
            await client.SendAsync(RawMessages.Terminate());
            await client.ReadToEndAsync();
        }
    }

    [Test]
    public async Task Session_mode_tells_the_client_the_process_id_of_its_backend()
    {
        await StartAsync(("pool_mode", "session"));
        await using var client = await LoginAsync();

        Assert.That(await client.ScalarAsync("SELECT pg_backend_pid()"), Is.EqualTo($"{client.CancelKey.ProcessId}"));
    }

    [Test]
    public async Task Transaction_mode_shares_one_server_between_transactions()
    {
        await StartAsync(("default_pool_size", "1"));
        await using var first = await LoginAsync();
        await using var second = await LoginAsync();

        var backends = new HashSet<string?>();
        for (var n = 0; n < 10; n++)
        {
            backends.Add(await first.ScalarAsync("SELECT pg_backend_pid()"));
            backends.Add(await second.ScalarAsync("SELECT pg_backend_pid()"));
        }

        Assert.That(backends, Has.Count.EqualTo(1));
    }

    [Test, Property("Row", "B146")]
    public async Task A_failed_transaction_keeps_its_server_until_it_is_rolled_back()
    {
        await StartAsync(("default_pool_size", "1"));
        await using var console = await ConsoleAsync();
        await using var first = await LoginAsync();
        await using var second = await LoginAsync();

        await first.QueryAsync("BEGIN");
        var failed = await first.QueryAsync("SELECT 1/0");
        await second.SendAsync(RawMessages.Query("SELECT 'mine'"));
        await console.WaitForPoolAsync("app", "app", "cl_waiting", 1);
        var rolledBack = await first.QueryAsync("ROLLBACK");

        using (Assert.EnterMultipleScope())
        {
            Assert.That(failed[^1].Status, Is.EqualTo('E'));
            Assert.That(string.Join(' ', rolledBack), Is.EqualTo("C(ROLLBACK) Z(I)"));
            Assert.That(string.Join(' ', await second.ReadToReadyAsync()), Is.EqualTo("T D C(SELECT 1) Z(I)"));
        }
    }

    [Test]
    public async Task Statement_mode_refuses_a_transaction_with_PgBouncers_text()
    {
        await StartAsync(("pool_mode", "statement"));
        await using var single = await LoginAsync();
        await using var client = await LoginAsync();

        var value = await single.ScalarAsync("SELECT 1");
        await client.SendAsync(RawMessages.Query("BEGIN"));
        var messages = await client.ReadToEndAsync();

        using (Assert.EnterMultipleScope())
        {
            Assert.That(value, Is.EqualTo("1"));
            Assert.That(messages.Where(message => message.Type == 'E').Select(message => message.Message), Is.EqualTo(new[] { "transaction blocks not allowed in statement pooling mode" }));
        }

        await Cluster.WaitForBackendsAsync("usename = 'app' AND state LIKE 'idle in transaction%'", 0);
    }

    [Test]
    public async Task The_mode_of_a_user_wins_over_that_of_the_database_and_the_global_one()
    {
        await StartAsync(PgmuxSettings.For(Cluster, ("pool_mode", "session"), ("default_pool_size", "1")) with
        {
            Databases = new Dictionary<string, string> { ["app"] = $"host=127.0.0.1 port={Cluster.Port} pool_mode=statement" },
            Users = new Dictionary<string, string> { ["app"] = "pool_mode=transaction" },
        });
        await using var first = await LoginAsync();
        await using var second = await LoginAsync();

        await first.QueryAsync("BEGIN");
        var committed = await first.QueryAsync("COMMIT");

        using (Assert.EnterMultipleScope())
        {
            Assert.That(string.Join(' ', committed), Is.EqualTo("C(COMMIT) Z(I)"));
            Assert.That(await second.ScalarAsync("SELECT 1"), Is.EqualTo("1"));
        }
    }

    [Test]
    public async Task A_pipeline_without_BEGIN_is_one_transaction_on_one_server()
    {
        await StartAsync(("default_pool_size", "2"));
        await using var client = await LoginAsync();

        await client.SendAsync(
            RawMessages.Parse("CREATE TEMP TABLE piped ON COMMIT DROP AS SELECT 42 AS n"), RawMessages.Bind(), RawMessages.Execute(),
            RawMessages.Parse("SELECT n FROM piped"), RawMessages.Bind(), RawMessages.DescribePortal(), RawMessages.Execute(), RawMessages.Sync());
        var messages = await client.ReadToReadyAsync();

        Assert.That(string.Join(' ', messages), Is.EqualTo("1 2 C(SELECT 1) 1 2 T D C(SELECT 1) Z(I)"));
    }

    [Test, Property("Row", "B70"), Property("Row", "B66")]
    public async Task An_error_in_a_pipeline_skips_to_Sync_and_a_query_behind_it_is_answered_once()
    {
        await StartAsync(("default_pool_size", "1"));
        await using var client = await LoginAsync();

        await client.SendAsync(
            RawMessages.Parse("SELECT 1/$1::int"), RawMessages.Bind("", "0"), RawMessages.Execute(),
            RawMessages.Parse("SELECT 2"), RawMessages.Bind(), RawMessages.Execute(), RawMessages.Query("SELECT 'skipped'"), RawMessages.Sync(),
            RawMessages.Query("SELECT 'after'"));
        var pipeline = await client.ReadToReadyAsync();
        var after = await client.ReadToReadyAsync();

        using (Assert.EnterMultipleScope())
        {
            Assert.That(string.Join(' ', pipeline), Does.Match(@"^1( 2)? E\(ERROR 22012 division by zero\) Z\(I\)$"));
            Assert.That(after.Single(message => message.Type == 'D').Columns()[0], Is.EqualTo("after"));
        }
    }

    [Test, Property("Row", "B69"), Property("Row", "E04")]
    public async Task Flush_returns_what_is_owed_without_a_Sync()
    {
        await StartAsync(("default_pool_size", "1"));
        await using var client = await LoginAsync();

        await client.SendAsync(RawMessages.Parse("SELECT 1"), RawMessages.Bind(), RawMessages.DescribePortal(), RawMessages.Flush());
        var described = await client.ReadThroughAsync('T');
        await client.SendAsync(RawMessages.Execute(), RawMessages.Sync());
        var executed = await client.ReadToReadyAsync();

        Assert.That($"{string.Join(' ', described)} | {string.Join(' ', executed)}", Is.EqualTo("1 2 T | D C(SELECT 1) Z(I)"));
    }
}
