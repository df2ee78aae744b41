using Npgsql;
using Pgmux.Core.Admin;
using Pgmux.Core.Diagnostics;

namespace Pgmux.Core.Tests.Admin;

/// <summary>A driver that speaks only the extended protocol and wants binary results.</summary>
[TestFixture]
[Property("Row", "D02")]
internal sealed class NpgsqlConsoleTests
{
    private ConsoleListener _listener = null!;
    private NpgsqlDataSource _npgsql = null!;

    [SetUp]
    public void Connect()
    {
        _listener = new ConsoleListener();
        _npgsql = NpgsqlDataSource.Create(
            $"Host=127.0.0.1;Port={_listener.Port};Username=admin;Database=pgbouncer;Server Compatibility Mode=NoTypeLoading;"
            + "Ssl Mode=Disable;Gss Encryption Mode=Disable;Timeout=10;Command Timeout=10");
    }

    [TearDown]
    public async Task DisconnectAsync()
    {
        await _npgsql.DisposeAsync();
        await _listener.DisposeAsync();
    }

    [Test]
    public async Task Text_and_numbers_are_read_with_their_types()
    {
        _listener.Source.Stats.Add(new StatsRow("shop", new StatsValues { QueryCount = 1234567890123 }, default));
        _listener.Source.Pools.Add(new PoolRow { Database = "shop", User = "app", ServersActive = 10 });
        Assert.That(await _npgsql.CreateCommand("SHOW VERSION").ExecuteScalarAsync(), Is.EqualTo(ProductVersion.Text));

        await using (var stats = await _npgsql.CreateCommand("SHOW STATS").ExecuteReaderAsync())
        {
            Assert.That(await stats.ReadAsync(), Is.True);
            Assert.That(stats.GetString(0), Is.EqualTo("shop"));
            Assert.That(stats.GetFieldValue<decimal>(stats.GetOrdinal("total_query_count")), Is.EqualTo(1234567890123m));
        }

        await using var pools = await _npgsql.CreateCommand("SHOW POOLS").ExecuteReaderAsync();
        Assert.That(await pools.ReadAsync(), Is.True);
        Assert.That(pools["sv_active"], Is.EqualTo(10));
        Assert.That(pools["load_balance_hosts"], Is.EqualTo(DBNull.Value));
    }

    [Test]
    public async Task A_connection_of_the_drivers_own_pool_is_used_again_and_again()
    {
        for (var i = 0; i < 5; i++)
        {
            await using var connection = await _npgsql.OpenConnectionAsync();
            await using var command = new NpgsqlCommand("SHOW LISTS", connection);
            await using var reader = await command.ExecuteReaderAsync();
            var rows = 0;
            while (await reader.ReadAsync())
            {
                rows++;
            }

            Assert.That(rows, Is.EqualTo(14));
        }
    }

    [Test]
    public async Task Prepared_commands_and_batches_leave_the_connection_usable()
    {
        await using var connection = await _npgsql.OpenConnectionAsync();
        await using var command = new NpgsqlCommand("SHOW STATE", connection);
        await command.PrepareAsync();
        Assert.That(await command.ExecuteScalarAsync(), Is.EqualTo("active"));

        await using var batch = new NpgsqlBatch(connection) { BatchCommands = { new("RELOAD"), new("SHOW VERSION") } };
        Assert.That(await batch.ExecuteScalarAsync(), Is.EqualTo(ProductVersion.Text));
        Assert.That(_listener.Source.Reloads, Is.EqualTo(1));
        Assert.That(await command.ExecuteScalarAsync(), Is.EqualTo("active"));
    }

    [Test]
    public async Task A_wrong_command_is_told_as_PgBouncer_tells_it()
    {
        // Npgsql itself gives a connection up that ever said 08P01; the next command opens another one.
        Assert.That(
            async () => await _npgsql.CreateCommand("SHOW NONSENSE").ExecuteScalarAsync(),
            Throws.InstanceOf<PostgresException>().With.Property("SqlState").EqualTo("08P01"));
        Assert.That(await _npgsql.CreateCommand("SHOW STATE").ExecuteScalarAsync(), Is.EqualTo("active"));
    }

    [Test]
    public async Task Many_rows_are_read_whole()
    {
        for (var i = 0; i < 10_000; i++)
        {
            _listener.Source.Clients.Add(new ConnectionRow { IsServer = false, State = "idle", Address = "unix", Id = i });
        }

        await using var reader = await _npgsql.CreateCommand("SHOW CLIENTS").ExecuteReaderAsync();
        var next = 0;
        while (await reader.ReadAsync())
        {
            Assert.That(reader.GetInt32(20), Is.EqualTo(next++));
        }

        Assert.That(next, Is.EqualTo(10_000));
    }
}
