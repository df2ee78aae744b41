using Npgsql;
using Pgmux.Testing.Processes;

namespace Pgmux.Integration.Tests.Statements;

/// <summary>The table of a prepared statement changes its columns between two executions.</summary>
[OnPostgres]
internal sealed class StalePlanTests(int postgres) : PgmuxFixture(postgres)
{
    private const int Clients = 16;
    private const string StaleSqlState = "0A000";

    [SetUp]
    public Task CreateTableAsync() => Cluster.ExecuteAsync("DROP TABLE IF EXISTS stale; CREATE TABLE stale (n int); INSERT INTO stale VALUES (1); GRANT ALL ON stale TO PUBLIC");

    [TestCase(true)]
    [TestCase(false)]
    [Property("Row", "B105"), Property("Row", "E16")]
    public async Task Sixteen_clients_see_the_new_columns_and_no_error(bool isNamed)
    {
        await StartAsync(("default_pool_size", "4"));
        var name = isNamed ? "s" : "";
        var clients = new List<RawClient>();
        for (var n = 0; n < Clients; n++)
        {
            var client = await LoginAsync();
            clients.Add(client);
            await client.SendAsync(RawMessages.Parse("SELECT * FROM stale", name), RawMessages.Sync());
            await client.ReadToReadyAsync();
        }

        for (var round = 1; round <= 3; round++)
        {
            Assert.That(await Task.WhenAll(clients.Select(client => ExecuteAsync(client, name))), Is.All.EqualTo($"2 T D{round} C Z"), $"round {round}");
            await Cluster.ExecuteAsync($"ALTER TABLE stale ADD COLUMN added{round} int DEFAULT {round}");
        }

        foreach (var client in clients)
        {
            await client.DisposeAsync();
        }
    }

    [Test, Property("Row", "B105"), Property("Row", "E16")]
    public async Task Npgsql_with_prepared_commands_sees_no_error()
    {
        await StartAsync(("default_pool_size", "4"));
        var connections = new List<NpgsqlConnection>();
        var commands = new List<NpgsqlCommand>();
        for (var n = 0; n < Clients; n++)
        {
            connections.Add(await Pgmux.ConnectAsync());
            commands.Add(new NpgsqlCommand("SELECT n FROM stale", connections[n]));
            await commands[n].PrepareAsync();
        }

        for (var round = 1; round <= 3; round++)
        {
            var answers = await Task.WhenAll(commands.Select(command => command.ExecuteScalarAsync()));
            Assert.That(answers, Is.All.EqualTo(1));
            // Of another type behind another name and back: the plan is another each time, the result type is the same.
            await Cluster.ExecuteAsync($"ALTER TABLE stale ADD COLUMN other{round} text; ALTER TABLE stale ALTER COLUMN n TYPE bigint; ALTER TABLE stale ALTER COLUMN n TYPE int");
        }

        foreach (var connection in connections)
        {
            await connection.DisposeAsync();
        }
    }

    [Test, Property("Row", "B105"), Property("Row", "E16")]
    public async Task EXECUTE_sees_the_new_columns_too()
    {
        await StartAsync(("default_pool_size", "2"));
        await using var client = await LoginAsync();
        await client.QueryAsync("PREPARE s AS SELECT * FROM stale");
        await client.QueryAsync("EXECUTE s");
        await Cluster.ExecuteAsync("ALTER TABLE stale ADD COLUMN added int DEFAULT 7");

        Assert.That(string.Join(' ', await client.QueryAsync("EXECUTE s")), Is.EqualTo("T D C(SELECT 1) Z(I)"));
    }

    [Test, Property("Row", "B105"), Property("Row", "E16")]
    public async Task Inside_a_transaction_the_error_goes_on_once_and_the_server_is_healed()
    {
        await StartAsync(("default_pool_size", "1"));
        await using var client = await LoginAsync();
        await client.SendAsync(RawMessages.Parse("SELECT * FROM stale", "s"), RawMessages.Sync());
        await client.ReadToReadyAsync();
        await Cluster.ExecuteAsync("ALTER TABLE stale ADD COLUMN added int DEFAULT 7");

        await client.QueryAsync("BEGIN");
        await client.SendAsync(RawMessages.Bind("s"), RawMessages.DescribePortal(), RawMessages.Execute(), RawMessages.Sync());
        var refused = await client.ReadToReadyAsync();
        await client.QueryAsync("ROLLBACK");
        await client.QueryAsync("BEGIN");
        var healed = await ExecuteAsync(client, "s");
        await client.QueryAsync("COMMIT");

        using (Assert.EnterMultipleScope())
        {
            Assert.That(refused.Select(message => message.Type), Is.EqualTo("EZ"));
            Assert.That(refused[0].SqlState, Is.EqualTo(StaleSqlState));
            Assert.That(refused[^1].Status, Is.EqualTo('E'));
            Assert.That(healed, Is.EqualTo("2 T D2 C Z"));
        }
    }

    [Test, Property("Row", "B105"), Property("Row", "E16")]
    public async Task What_was_already_executed_in_the_cycle_is_never_run_again()
    {
        await StartAsync(("default_pool_size", "1"));
        await Cluster.ExecuteAsync("DROP TABLE IF EXISTS stale_ledger; CREATE TABLE stale_ledger (n int); GRANT ALL ON stale_ledger TO PUBLIC");
        await using var client = await LoginAsync();
        await client.SendAsync(RawMessages.Parse("SELECT * FROM stale", "s"), RawMessages.Parse("INSERT INTO stale_ledger VALUES (1)", "i"), RawMessages.Sync());
        await client.ReadToReadyAsync();
        await Cluster.ExecuteAsync("ALTER TABLE stale ADD COLUMN added int DEFAULT 7");

        await client.SendAsync(
            RawMessages.Bind("i"), RawMessages.Execute(), RawMessages.Flush());
        await client.ReadThroughAsync('C');
        await client.SendAsync(RawMessages.Bind("s"), RawMessages.Execute(), RawMessages.Sync());
        var answer = await client.ReadToReadyAsync();

        using (Assert.EnterMultipleScope())
        {
            Assert.That(string.Join(' ', answer), Is.EqualTo($"E(ERROR {StaleSqlState} cached plan must not change result type) Z(I)"));
            Assert.That(await client.ScalarAsync("SELECT count(*) FROM stale_ledger"), Is.EqualTo("0"));
            Assert.That(await ExecuteAsync(client, "s"), Is.EqualTo("2 T D2 C Z"));
        }
    }

    [Test, Property("Row", "E16")]
    public async Task A_statement_that_its_server_has_lost_is_prepared_again()
    {
        await StartAsync(("default_pool_size", "1"));
        await using var client = await LoginAsync();
        await client.SendAsync(RawMessages.Parse("SELECT * FROM stale", "s"), RawMessages.Sync());
        await client.ReadToReadyAsync();
        // Behind pgmux's back: no lexer looks into a block of PL/pgSQL.
        await client.QueryAsync("DO $$ DECLARE name text; BEGIN FOR name IN SELECT s.name FROM pg_prepared_statements s LOOP EXECUTE 'DEALLOCATE ' || name; END LOOP; END $$");

        Assert.That(await ExecuteAsync(client, "s"), Is.EqualTo("2 T D1 C Z"));
    }

    /// <summary>The types of the answer's messages; a row with the number of its columns.</summary>
    private static async Task<string> ExecuteAsync(RawClient client, string statement)
    {
        await client.SendAsync(RawMessages.Bind(statement), RawMessages.DescribePortal(), RawMessages.Execute(), RawMessages.Sync());
        var answer = await client.ReadToReadyAsync();
        return string.Join(' ', answer.Select(message => message.Type switch
        {
            'D' => $"D{message.Columns().Count}",
            'E' => message.ToString(),
            _ => $"{message.Type}",
        }));
    }
}
