using System.Globalization;
using Npgsql;
using NpgsqlTypes;
using Pgmux.Testing.Postgres;

namespace Pgmux.Integration.Tests.Clients;

[OnPostgres]
internal sealed class NpgsqlTests(int postgres) : PgmuxFixture(postgres)
{
    [SetUp]
    public Task StartTransactionPoolingAsync() => StartAsync(("default_pool_size", "4"));

    [Test]
    public async Task Its_own_connection_pool_works_in_front_of_the_servers()
    {
        await using var source = NpgsqlDataSource.Create(Pgmux.ConnectionString(pooling: true));
        var answers = await Task.WhenAll(Enumerable.Range(0, 40).Select(async worker =>
        {
            var sum = 0;
            for (var round = 0; round < 25; round++)
            {
                await using var connection = await source.OpenConnectionAsync();
                await using var command = new NpgsqlCommand("SELECT $1 * 1000 + $2", connection)
                {
                    Parameters = { new() { Value = worker }, new() { Value = round } },
                };
                sum += (int)(await command.ExecuteScalarAsync())! - (worker * 1000) - round;
            }

            return sum;
        }));

        Assert.That(answers, Is.All.Zero);
    }

    [Test]
    public async Task Parameters_of_many_types_come_back_unchanged()
    {
        await using var connection = await Pgmux.ConnectAsync();
        await using var command = new NpgsqlCommand("SELECT $1::text, $2::int8, $3::numeric, $4::bytea, $5::timestamptz, $6::int[], $7::jsonb, $8::text", connection);
        var moment = new DateTime(2026, 3, 1, 12, 30, 15, DateTimeKind.Utc);
        command.Parameters.Add(new() { Value = "it's \\ \"quoted\" — äöü" });
        command.Parameters.Add(new() { Value = long.MinValue });
        command.Parameters.Add(new() { Value = 12345678901234567890.123m });
        command.Parameters.Add(new() { Value = new byte[] { 0, 1, 255 } });
        command.Parameters.Add(new() { Value = moment });
        command.Parameters.Add(new() { Value = new[] { 1, 2, 3 } });
        command.Parameters.Add(new() { Value = "{\"a\": 1}", NpgsqlDbType = NpgsqlDbType.Jsonb });
        command.Parameters.Add(new() { Value = DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text });

        await using var reader = await command.ExecuteReaderAsync();
        await reader.ReadAsync();

        using (Assert.EnterMultipleScope())
        {
            Assert.That(reader.GetString(0), Is.EqualTo("it's \\ \"quoted\" — äöü"));
            Assert.That(reader.GetInt64(1), Is.EqualTo(long.MinValue));
            Assert.That(reader.GetDecimal(2), Is.EqualTo(12345678901234567890.123m));
            Assert.That(reader.GetFieldValue<byte[]>(3), Is.EqualTo(new byte[] { 0, 1, 255 }));
            Assert.That(reader.GetDateTime(4), Is.EqualTo(moment));
            Assert.That(reader.GetFieldValue<int[]>(5), Is.EqualTo(new[] { 1, 2, 3 }));
            Assert.That(reader.GetString(6), Is.EqualTo("{\"a\": 1}"));
            Assert.That(reader.IsDBNull(7), Is.True);
        }
    }

    [Test]
    public async Task A_batch_returns_the_results_of_its_commands_in_order()
    {
        await using var connection = await Pgmux.ConnectAsync();
        await using var batch = new NpgsqlBatch(connection);
        for (var n = 1; n <= 20; n++)
        {
            batch.BatchCommands.Add(new("SELECT $1 * 2") { Parameters = { new() { Value = n } } });
        }

        var answers = new List<int>();
        await using var reader = await batch.ExecuteReaderAsync();
        do
        {
            await reader.ReadAsync();
            answers.Add(reader.GetInt32(0));
        }
        while (await reader.NextResultAsync());

        Assert.That(answers, Is.EqualTo(Enumerable.Range(1, 20).Select(n => n * 2)));
    }

    [Test]
    public async Task An_error_in_a_batch_undoes_the_batch_and_leaves_the_connection_usable()
    {
        await using var connection = await Pgmux.ConnectAsync();
        await using var batch = new NpgsqlBatch(connection)
        {
            BatchCommands = { new("CREATE TABLE npgsql_batch (n int)"), new("SELECT 1 / $1") { Parameters = { new() { Value = 0 } } }, new("SELECT 1") },
        };

        var error = await Assert.ThrowsAsync<PostgresException>(() => batch.ExecuteNonQueryAsync());
        await using var after = new NpgsqlCommand("SELECT to_regclass('npgsql_batch') IS NULL", connection);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(error!.SqlState, Is.EqualTo(PostgresErrorCodes.DivisionByZero));
            Assert.That(await after.ExecuteScalarAsync(), Is.True);
        }
    }

    [Test]
    public async Task A_transaction_stays_on_one_server_and_is_rolled_back_whole()
    {
        await using var connection = await Pgmux.ConnectAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using var command = new NpgsqlCommand("SELECT pg_backend_pid()", connection, transaction);
        var backends = new HashSet<int>();
        for (var n = 0; n < 20; n++)
        {
            backends.Add((int)(await command.ExecuteScalarAsync())!);
        }

        command.CommandText = "CREATE TABLE npgsql_rolled_back (n int)";
        await command.ExecuteNonQueryAsync();
        await transaction.RollbackAsync();
        await using var after = new NpgsqlCommand("SELECT to_regclass('npgsql_rolled_back') IS NULL", connection);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(backends, Has.Count.EqualTo(1));
            Assert.That(await after.ExecuteScalarAsync(), Is.True);
        }
    }

    [Test]
    public async Task Binary_copy_moves_rows_in_and_out()
    {
        const int Rows = 20_000;
        await using var connection = await Pgmux.ConnectAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using (var create = new NpgsqlCommand("CREATE TABLE npgsql_copy (n int, t text)", connection))
        {
            await create.ExecuteNonQueryAsync();
        }

        ulong written;
        await using (var import = await connection.BeginBinaryImportAsync("COPY npgsql_copy FROM STDIN BINARY"))
        {
            for (var n = 0; n < Rows; n++)
            {
                await import.StartRowAsync();
                await import.WriteAsync(n, NpgsqlDbType.Integer);
                await import.WriteAsync(n.ToString(CultureInfo.InvariantCulture), NpgsqlDbType.Text);
            }

            written = await import.CompleteAsync();
        }

        var read = 0;
        var same = 0;
        await using (var export = await connection.BeginBinaryExportAsync("COPY (SELECT * FROM npgsql_copy ORDER BY n) TO STDOUT BINARY"))
        {
            for (; await export.StartRowAsync() >= 0; read++)
            {
                same += await export.ReadAsync<int>() == read && await export.ReadAsync<string>() == read.ToString(CultureInfo.InvariantCulture) ? 1 : 0;
            }
        }

        await transaction.RollbackAsync();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(written, Is.EqualTo((ulong)Rows));
            Assert.That(read, Is.EqualTo(Rows));
            Assert.That(same, Is.EqualTo(Rows));
        }
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task A_cancelled_query_stops_and_the_connection_goes_on(bool byToken)
    {
        await using var connection = await Pgmux.ConnectAsync();
        await using var command = new NpgsqlCommand("SELECT pg_sleep(600)", connection);
        using var cancellation = new CancellationTokenSource();

        var query = command.ExecuteNonQueryAsync(cancellation.Token);
        await Cluster.WaitForBackendsAsync("state = 'active' AND query LIKE '%pg_sleep(600)%'", 1);
        if (byToken)
        {
            await cancellation.CancelAsync();
        }
        else
        {
            command.Cancel();
        }

        var error = await Assert.ThrowsAsync<OperationCanceledException>(() => query);
        await using var after = new NpgsqlCommand("SELECT 1", connection);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(error!.InnerException, Is.InstanceOf<PostgresException>().With.Property("SqlState").EqualTo(PostgresErrorCodes.QueryCanceled));
            Assert.That(await after.ExecuteScalarAsync(), Is.EqualTo(1));
        }
    }

    [Test]
    public async Task A_command_timeout_stops_the_query_on_the_server()
    {
        await using var connection = await Pgmux.ConnectAsync();
        await using var command = new NpgsqlCommand("SELECT pg_sleep(602)", connection) { CommandTimeout = 1 };

        Assert.That(() => command.ExecuteNonQueryAsync(), Throws.InstanceOf<NpgsqlException>().With.InnerException.InstanceOf<TimeoutException>());
        await Cluster.WaitForBackendsAsync("state = 'active' AND query LIKE '%pg_sleep(602)%'", 0);
        await using var after = new NpgsqlCommand("SELECT 1", connection);
        Assert.That(await after.ExecuteScalarAsync(), Is.EqualTo(1));
    }

    [Test]
    public async Task A_result_of_100_MB_read_slowly_slows_the_server_and_costs_pgmux_no_memory()
    {
        const int Rows = 1000;
        const int RowBytes = 100_000;
        const long Allowed = 16 << 20;
        await using var connection = await Pgmux.ConnectAsync(PostgresRole.App);
        await using (var warm = new NpgsqlCommand("SELECT 1", connection))
        {
            await warm.ExecuteNonQueryAsync();
        }

        var before = Pgmux.ReadCounters().ResidentBytes;
        await using var command = new NpgsqlCommand($"SELECT repeat('x', {RowBytes}) FROM generate_series(1, {Rows})", connection);
        await using var reader = await command.ExecuteReaderAsync();

        // The reader has taken next to nothing. That must reach the server, which then waits for its socket.
        await Cluster.WaitForBackendsAsync($"wait_event = 'ClientWrite' AND query LIKE '%{RowBytes}%'", 1);
        var whileWaiting = Pgmux.ReadCounters().ResidentBytes;
        long bytes = 0;
        long most = whileWaiting;
        while (await reader.ReadAsync())
        {
            bytes += reader.GetString(0).Length;
            most = Math.Max(most, Pgmux.ReadCounters().ResidentBytes);
        }

        using (Assert.EnterMultipleScope())
        {
            Assert.That(bytes, Is.EqualTo((long)Rows * RowBytes));
            Assert.That(whileWaiting - before, Is.LessThan(Allowed));
            Assert.That(most - before, Is.LessThan(Allowed));
        }
    }

    [Test]
    public async Task Notifications_arrive_in_session_mode()
    {
        await StartAsync(("pool_mode", "session"));
        await using var listener = await Pgmux.ConnectAsync();
        var heard = new TaskCompletionSource<string>();
        listener.Notification += (_, notification) => heard.TrySetResult(notification.Payload);
        await using (var listen = new NpgsqlCommand("LISTEN news", listener))
        {
            await listen.ExecuteNonQueryAsync();
        }

        await Cluster.ExecuteAsync("NOTIFY news, 'hello'");
        await listener.WaitAsync(TimeSpan.FromSeconds(10));

        Assert.That(heard.Task.IsCompletedSuccessfully && heard.Task.Result == "hello", Is.True);
    }
}
