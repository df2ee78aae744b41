using System.Diagnostics;
using System.Globalization;
using Npgsql;
using Pgmux.Testing.Processes;

namespace Pgmux.Integration.Tests.Statements;

/// <summary>Npgsql's own preparing, by hand and by itself, on servers that keep few of its statements.</summary>
[OnPostgres]
internal sealed class NpgsqlStatementTests(int postgres) : PgmuxFixture(postgres)
{
    private const int Connections = 32;
    private const int Texts = 200;
    private const int ServerStatements = 10;

    /// <summary>How long the exchange of nonces runs: PGMUX_STATEMENT_SECONDS, else short enough for every run.</summary>
    private static readonly TimeSpan Exchange = TimeSpan.FromSeconds(
        int.TryParse(Environment.GetEnvironmentVariable("PGMUX_STATEMENT_SECONDS"), CultureInfo.InvariantCulture, out var seconds) ? seconds : 5);

    [Test, Property("Row", "B60"), Property("Row", "B78"), Property("Row", "B98"), Property("Row", "E13"), Property("Row", "E14")]
    public async Task Every_answer_carries_the_nonce_of_its_question_while_servers_evict_all_the_time()
    {
        await StartAsync(("default_pool_size", "4"), ("max_prepared_statements", $"{ServerStatements}"));
        var clock = Stopwatch.StartNew();
        var answers = await Task.WhenAll(Enumerable.Range(0, Connections).Select(worker => ExchangeAsync(worker, clock)));

        using (Assert.EnterMultipleScope())
        {
            Assert.That(answers.SelectMany(answer => answer.Wrong), Is.Empty);
            Assert.That(answers.Select(answer => answer.Right), Is.All.Positive);
        }

        await TestContext.Out.WriteLineAsync($"{answers.Sum(answer => answer.Right)} answers in {clock.Elapsed.TotalSeconds:F1} s");
        foreach (var held in await HeldStatementsAsync())
        {
            Assert.That(held, Is.InRange(1, ServerStatements));
        }
    }

    [Test, Property("Row", "B78")]
    public async Task A_batch_of_cached_statements_returns_large_rows_and_survives_an_error()
    {
        const int Large = 100_000;
        await StartAsync(("default_pool_size", "2"), ("max_prepared_statements", "3"));
        await using var connection = await ConnectAsync(autoPrepare: 20);
        for (var round = 0; round < 20; round++)
        {
            var nonce = $"{round}";
            await using (var batch = new NpgsqlBatch(connection))
            {
                batch.BatchCommands.Add(Command("SELECT $1 || ':first'", nonce));
                batch.BatchCommands.Add(Command($"SELECT repeat($1, {Large})", "x"));
                batch.BatchCommands.Add(Command("SELECT $1 || ':third'", nonce));
                batch.BatchCommands.Add(Command($"SELECT repeat($1, {Large + 1})", "y"));
                Assert.That(await LengthsAndTextsAsync(batch), Is.EqualTo(new[] { $"{round}:first", $"{Large}", $"{round}:third", $"{Large + 1}" }));
            }

            await using var failing = new NpgsqlBatch(connection)
            {
                BatchCommands = { Command("SELECT $1 || ':first'", nonce), Command("SELECT 1 / length($1)", ""), Command("SELECT $1 || ':third'", nonce) },
            };
            var error = await Assert.ThrowsAsync<PostgresException>(() => failing.ExecuteNonQueryAsync());
            Assert.That(error!.SqlState, Is.EqualTo(PostgresErrorCodes.DivisionByZero));
        }
    }

    [Test, Property("Row", "E17"), Property("Row", "B100")]
    public async Task Statements_prepared_by_hand_outlive_what_others_discard()
    {
        await StartAsync(("default_pool_size", "1"));
        await using var connection = await ConnectAsync(autoPrepare: 0);
        await using var other = await LoginAsync();
        await using var command = new NpgsqlCommand("SELECT $1 || '!'", connection) { Parameters = { new() { Value = "" } } };
        await command.PrepareAsync();
        string[] statements = ["DISCARD ALL", "DEALLOCATE ALL", "SELECT 1", "PREPARE mine AS SELECT 1", "DISCARD PLANS"];
        foreach (var statement in statements)
        {
            await other.QueryAsync(statement);
            command.Parameters[0].Value = statement;

            Assert.That(await command.ExecuteScalarAsync(), Is.EqualTo($"{statement}!"));
        }
    }

    private async Task<(int Right, IReadOnlyList<string> Wrong)> ExchangeAsync(int worker, Stopwatch clock)
    {
        var random = new Random(worker);
        // Every second connection leaves the preparing to Npgsql.
        var preparesByHand = worker % 2 == 0;
        await using var connection = await ConnectAsync(preparesByHand ? 0 : 50);
        var prepared = new Dictionary<int, NpgsqlCommand>();
        var wrong = new List<string>();
        var right = 0;
        for (var turn = 0; clock.Elapsed < Exchange; turn++)
        {
            var text = random.Next(Texts);
            var nonce = $"{worker}:{turn}";
            if (!prepared.TryGetValue(text, out var command))
            {
                command = new NpgsqlCommand($"SELECT '{text}:' || $1", connection) { Parameters = { new() { Value = nonce } } };
                if (preparesByHand)
                {
                    await command.PrepareAsync();
                    prepared.Add(text, command);
                }
            }

            await using var transaction = turn % 7 == 0 ? await connection.BeginTransactionAsync() : null;
            command.Parameters[0].Value = nonce;
            var answer = (string?)await command.ExecuteScalarAsync();
            if (transaction is not null)
            {
                await transaction.CommitAsync();
            }

            if (answer == $"{text}:{nonce}")
            {
                right++;
            }
            else
            {
                wrong.Add($"{text}:{nonce} was answered by {answer}");
            }
        }

        return (right, wrong);
    }

    /// <summary>How many prepared statements each of the four servers has.</summary>
    private async Task<IReadOnlyList<int>> HeldStatementsAsync()
    {
        var counts = new List<int>();
        var clients = new List<RawClient>();
        for (var server = 0; server < 4; server++)
        {
            // Each in a transaction, so that each has a server of its own.
            var client = await LoginAsync();
            clients.Add(client);
            await client.QueryAsync("BEGIN");
            counts.Add(int.Parse((await client.ScalarAsync("SELECT count(*) FROM pg_prepared_statements"))!, CultureInfo.InvariantCulture));
        }

        foreach (var client in clients)
        {
            await client.DisposeAsync();
        }

        return counts;
    }

    private async Task<NpgsqlConnection> ConnectAsync(int autoPrepare)
    {
        var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(Pgmux.ConnectionString()) { MaxAutoPrepare = autoPrepare, AutoPrepareMinUsages = 2 }.ConnectionString);
        await connection.OpenAsync();
        return connection;
    }

    private static NpgsqlBatchCommand Command(string text, string value) => new(text) { Parameters = { new() { Value = value } } };

    private static async Task<List<string>> LengthsAndTextsAsync(NpgsqlBatch batch)
    {
        var answers = new List<string>();
        await using var reader = await batch.ExecuteReaderAsync();
        do
        {
            await reader.ReadAsync();
            var text = reader.GetString(0);
            answers.Add(text.Length > 100 ? $"{text.Length}" : text);
        }
        while (await reader.NextResultAsync());
        return answers;
    }
}
