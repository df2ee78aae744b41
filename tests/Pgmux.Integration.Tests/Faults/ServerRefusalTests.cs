using Pgmux.Testing.Postgres;
using Pgmux.Testing.Processes;

namespace Pgmux.Integration.Tests.Faults;

/// <summary>What PostgreSQL refuses or ends by itself reaches the client as PostgreSQL said it.</summary>
[TestFixture(PostgresVersions.Newest)]
internal sealed class ServerRefusalTests(int postgres) : PgmuxFixture(postgres)
{
    [SetUp]
    public Task StartWithOneServerAsync() => StartFreshAsync(PgmuxSettings.For(Cluster, ("default_pool_size", "1")));

    [Test, Property("Row", "S16")]
    public async Task A_server_that_becomes_read_only_says_so_and_serves_again_when_it_may_be_written()
    {
        await using var client = await LoginAsync();
        await client.QueryAsync("DROP TABLE IF EXISTS s16; CREATE TABLE s16 (n int)");
        RawMessage refused;
        string? read;
        await SetReadOnlyAsync(client, "on");
        try
        {
            refused = (await client.QueryAsync("INSERT INTO s16 VALUES (1)"))[0];
            read = await client.ScalarAsync("SELECT count(*) FROM s16");
        }
        finally
        {
            await SetReadOnlyAsync(client, "off");
        }

        using (Assert.EnterMultipleScope())
        {
            Assert.That((refused.Type, refused.Severity, refused.SqlState), Is.EqualTo(('E', "ERROR", "25006")));
            Assert.That(read, Is.EqualTo("0"));
            Assert.That(string.Join(' ', await client.QueryAsync("INSERT INTO s16 VALUES (2)")), Is.EqualTo("C(INSERT 0 1) Z(I)"));
        }
    }

    [Test, Property("Row", "P04")]
    public async Task A_transaction_that_PostgreSQL_finds_too_long_ends_with_its_own_words_and_costs_nobody_else_anything()
    {
        await using var other = await LoginAsync();
        await using var slow = await LoginAsync();
        await slow.SendAsync(RawMessages.Query("BEGIN"), RawMessages.Query("SET LOCAL transaction_timeout = '50ms'"), RawMessages.Query("SELECT pg_sleep(600)"));
        var messages = await slow.ReadToEndAsync();

        using (Assert.EnterMultipleScope())
        {
            Assert.That(messages.Where(message => message.Type == 'E').Select(error => (error.Severity, error.SqlState)), Is.EqualTo(new[] { ("FATAL", "25P04") }));
            Assert.That(messages[^1].Type, Is.EqualTo('E'));
            Assert.That(await other.ScalarAsync("SELECT current_setting('transaction_timeout')"), Is.EqualTo("0"));
        }
    }

    /// <summary>For the whole cluster, as after a failover; waits until the pool's server has heard of it.</summary>
    private async Task SetReadOnlyAsync(RawClient client, string value)
    {
        await Cluster.ExecuteAsync($"ALTER SYSTEM SET default_transaction_read_only = {value}");
        await Cluster.ExecuteAsync("SELECT pg_reload_conf()");
        await Eventually.HoldsAsync(async () => await client.ScalarAsync("SHOW default_transaction_read_only") == value, $"the server is read-only: {value}");
    }
}
