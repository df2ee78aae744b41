using System.Text;
using Pgmux.Testing.Postgres;
using Pgmux.Testing.Processes;

namespace Pgmux.Integration.Tests.Faults;

/// <summary>The simple query protocol, ordinary and broken, over a raw connection in transaction mode.</summary>
[OnPostgres]
internal sealed class SimpleQueryTests(int postgres) : PgmuxFixture(postgres)
{
    private const long MemoryAllowed = 16 << 20;

    // Functions of pg_proc that are older than the protocol.
    private const int Int4Plus = 177;
    private const int Int4Divide = 154;

    [SetUp]
    public Task StartTransactionPoolingAsync() => StartAsync(("default_pool_size", "2"));

    [TestCase("")]
    [TestCase("-- only a comment")]
    [TestCase(";;")]
    [Property("Row", "Q01")]
    public async Task An_empty_query_gets_one_empty_response_and_one_ready(string sql)
    {
        await using var client = await LoginAsync();

        var answer = await client.QueryAsync(sql);

        Assert.That(string.Join(' ', answer), Is.EqualTo("I Z(I)"));
        Assert.That(await client.ScalarAsync("SELECT 1"), Is.EqualTo("1"));
    }

    [TestCase("SELECT 1; SELECT 1/0; SELECT 2")]
    [TestCase("BEGIN; SELECT 1; SELECT nonsense; COMMIT")]
    [TestCase("SET LOCAL x.y = 1; SELECT 'a' || chr(0)")]
    [TestCase("DO $$ BEGIN RAISE NOTICE 'first'; END $$; SELECT 3; ROLLBACK")]
    [Property("Row", "Q02")]
    public async Task Several_statements_in_one_query_are_answered_as_PostgreSQL_answers_them(string sql)
    {
        await using var direct = await RawClient.LoginAsync(new System.Net.IPEndPoint(System.Net.IPAddress.Loopback, Cluster.Port), "app", "app");
        await using var client = await LoginAsync();

        var expected = await direct.QueryAsync(sql);
        var answer = await client.QueryAsync(sql);

        Assert.That(answer.Select(message => (message.ToString(), message.Text)), Is.EqualTo(expected.Select(message => (message.ToString(), message.Text))));
    }

    [TestCase("SELECT 1")]
    [TestCase("SELECT 1\0; SELECT 2\0")]
    [Property("Row", "Q03")]
    public async Task A_query_without_or_with_too_many_terminators_is_refused_and_misframes_nothing(string body)
    {
        await using var client = await LoginAsync();

        await client.SendAsync(RawMessages.Message('Q', Encoding.ASCII.GetBytes(body)), RawMessages.Terminate());
        var messages = await client.ReadToEndAsync();

        using (Assert.EnterMultipleScope())
        {
            Assert.That(messages.Count(message => message.Type == 'E'), Is.EqualTo(1), string.Join(' ', messages));
            Assert.That(messages.First(message => message.Type == 'E').SqlState, Is.EqualTo("08P01"));
            Assert.That(messages.Count(message => message.Type is 'D' or 'C'), Is.Zero);
        }

        await AssertServesAsync();
    }

    [Test, Property("Row", "Q04")]
    public async Task A_query_of_100_MB_is_streamed_with_bounded_memory()
    {
        const int Length = 100_000_000;
        await using var client = await LoginAsync();
        await client.ScalarAsync("SELECT 1");
        var before = Pgmux.ReadCounters().ResidentBytes;
        var query = new byte[Length + 64];
        query.AsSpan().Fill((byte)'x');
        Encoding.ASCII.GetBytes("SELECT length('", query);
        Encoding.ASCII.GetBytes("')\0", query.AsSpan(query.Length - 3));

        await client.SendAsync(RawMessages.Message('Q', query));
        var after = Pgmux.ReadCounters().ResidentBytes;
        var answer = await client.ReadToReadyAsync();

        using (Assert.EnterMultipleScope())
        {
            Assert.That(answer.First(message => message.Type == 'D').Columns()[0], Is.EqualTo($"{query.Length - 15 - 3}"));
            Assert.That(after - before, Is.LessThan(MemoryAllowed));
        }
    }

    [Test, Property("Row", "Q04")]
    public async Task A_query_that_claims_1_GB_and_stalls_costs_nothing_and_its_server_is_closed_with_its_client()
    {
        await using var client = await LoginAsync();
        var backend = await client.ScalarAsync("SELECT pg_backend_pid()");
        var before = Pgmux.ReadCounters().ResidentBytes;

        await client.SendAsync(RawMessages.MessageOfLength('Q', 1_000_000_000, "SELECT 123"u8.ToArray()));
        await using (var other = await LoginAsync())
        {
            Assert.That(await other.ScalarAsync("SELECT 'other'"), Is.EqualTo("other"));
        }

        var after = Pgmux.ReadCounters().ResidentBytes;
        client.Reset();

        await Cluster.WaitForBackendsAsync($"pid = {backend}", 0);
        Assert.That(after - before, Is.LessThan(MemoryAllowed));
        await AssertServesAsync();
    }

    [Test, Property("Row", "Q04")]
    public async Task A_query_that_stalls_half_sent_is_ended_by_the_query_timeout()
    {
        await StartAsync(("query_timeout", "1"));
        await using var client = await LoginAsync();
        var backend = await client.ScalarAsync("SELECT pg_backend_pid()");

        await client.SendAsync(RawMessages.MessageOfLength('Q', 1_000_000_000, "SELECT 123"u8.ToArray()));
        var messages = await client.ReadToEndAsync();

        Assert.That(messages.Select(message => message.Message), Has.One.Matches<string?>(text => text?.Replace('_', ' ') == "query timeout"));
        await Cluster.WaitForBackendsAsync($"pid = {backend}", 0);
    }

    [TestCase('\0')]
    [TestCase('\u007f')]
    [TestCase('z')]
    [TestCase('T')]
    [TestCase('Z')]
    [TestCase('R')]
    [TestCase('K')]
    [TestCase('1')]
    [TestCase('p')]
    [Property("Row", "Q05")]
    public async Task An_unknown_message_type_ends_the_connection(char type)
    {
        await using var canary = await Canary.StartAsync(Pgmux, PostgresRole.Superuser.Name, "app");
        await using var client = await LoginAsync();

        await client.TrySendAsync(RawMessages.Message(type, 0, 0, 0, 0));
        var messages = await client.ReadToEndAsync();

        using (Assert.EnterMultipleScope())
        {
            Assert.That(messages, Has.Count.EqualTo(1), string.Join(' ', messages));
            Assert.That(messages[0].Severity, Is.EqualTo("FATAL"));
            Assert.That(messages[0].SqlState, Is.EqualTo("08P01"));
        }
    }

    [TestCase('Q', 0)]
    [TestCase('Q', 1)]
    [TestCase('Q', 2)]
    [TestCase('Q', 3)]
    [TestCase('Q', -1)]
    [TestCase('Q', int.MinValue)]
    [TestCase('P', 3)]
    [TestCase('B', -2)]
    [TestCase('S', 20_000)]
    [TestCase('H', 20_000)]
    [TestCase('X', 20_000)]
    [TestCase('D', 20_000)]
    [Property("Row", "Q06")]
    public async Task A_message_of_impossible_length_ends_the_connection(char type, int length)
    {
        await using var canary = await Canary.StartAsync(Pgmux, PostgresRole.Superuser.Name, "app");
        await using var client = await LoginAsync();

        await client.TrySendAsync(RawMessages.MessageOfLength(type, length, 0));
        var messages = await client.ReadToEndAsync();

        using (Assert.EnterMultipleScope())
        {
            Assert.That(messages, Has.Count.AtMost(1), string.Join(' ', messages));
            Assert.That(messages.Select(message => message.Severity), Is.All.EqualTo("FATAL"));
        }
    }

    [TestCase(2)]
    [TestCase(20)]
    [Property("Row", "Q07")]
    public async Task Queries_in_one_segment_are_answered_in_order(int count)
    {
        await using var client = await LoginAsync();

        await client.SendAsync([.. Enumerable.Range(0, count).Select(n => RawMessages.Query($"SELECT 'nonce {n}'"))]);
        var answers = new List<string?>();
        for (var n = 0; n < count; n++)
        {
            var messages = await client.ReadToReadyAsync();
            answers.AddRange(messages.Where(message => message.Type == 'D').Select(row => row.Columns()[0]));
        }

        Assert.That(answers, Is.EqualTo(Enumerable.Range(0, count).Select(n => $"nonce {n}")));
    }

    [Test, Property("Row", "Q07")]
    public async Task A_hundred_thousand_queries_sent_without_reading_pause_the_client_and_lose_nothing()
    {
        const int Count = 100_000;
        await using var client = await LoginAsync();
        await client.ScalarAsync("SELECT 1");
        var before = Pgmux.ReadCounters().ResidentBytes;
        var query = RawMessages.Query($"SELECT repeat('x', 400) -- {new string('-', 400)}");
        var all = new byte[query.Length * Count];
        for (var n = 0; n < Count; n++)
        {
            query.CopyTo(all, n * query.Length);
        }

        var sending = client.SendAsync(all);
        // Nobody reads: the server's answers fill every buffer up to its own socket.
        await Cluster.WaitForBackendsAsync("wait_event = 'ClientWrite' AND query LIKE '%repeat%'", 1);
        var after = Pgmux.ReadCounters().ResidentBytes;
        var isPaused = !sending.IsCompleted;
        var rows = 0;
        for (var n = 0; n < Count; n++)
        {
            rows += (await client.ReadToReadyAsync()).Count(message => message.Type == 'D' && message.Body.Length == 406);
        }

        await sending;
        using (Assert.EnterMultipleScope())
        {
            Assert.That(isPaused, Is.True);
            Assert.That(after - before, Is.LessThan(MemoryAllowed));
            Assert.That(rows, Is.EqualTo(Count));
        }
    }

    [Test, Property("Row", "Q08"), Property("Row", "B67")]
    public async Task Terminate_in_the_same_segment_lets_the_answers_arrive_first()
    {
        await using var client = await LoginAsync();

        await client.SendAsync(RawMessages.Query("SELECT 1"), RawMessages.Query("SELECT 2"), RawMessages.Terminate());
        var messages = await client.ReadToEndAsync();

        Assert.That(string.Join(' ', messages), Is.EqualTo("T D C(SELECT 1) Z(I) T D C(SELECT 1) Z(I)"));
    }

    [Test, Property("Row", "Q09")]
    public async Task A_client_that_resets_while_its_query_runs_takes_its_server_with_it()
    {
        await using var canary = await Canary.StartAsync(Pgmux, PostgresRole.Superuser.Name, "app");
        await using var client = await LoginAsync();
        var backend = await client.ScalarAsync("SELECT pg_backend_pid()");
        await client.SendAsync(RawMessages.Query("SELECT pg_sleep(600)"));
        await Cluster.WaitForBackendsAsync($"pid = {backend} AND state = 'active' AND query LIKE '%pg_sleep(600)%'", 1);

        client.Reset();

        await Cluster.WaitForBackendsAsync($"pid = {backend}", 0);
        await AssertServesAsync();
    }

    [Test, Property("Row", "Q10")]
    public async Task A_client_that_closes_its_sending_side_still_gets_its_answer()
    {
        await using var client = await LoginAsync();

        await client.SendAsync(RawMessages.Query("SELECT 'answer' FROM pg_sleep(0.2)"));
        client.CloseSending();
        var messages = await client.ReadToEndAsync();

        Assert.That(string.Join(' ', messages), Is.EqualTo("T D C(SELECT 1) Z(I)"));
    }

    [TestCase("LISTEN news", "LISTEN")]
    [TestCase("SET search_path = pg_catalog", "SET")]
    [TestCase("PREPARE q11 AS SELECT 1", "PREPARE")]
    [TestCase("SELECT pg_advisory_lock(11)", "SELECT 1")]
    [TestCase("CREATE TEMP TABLE q11 (n int)", "CREATE TABLE")]
    [TestCase("DECLARE q11 CURSOR WITH HOLD FOR SELECT 1", "DECLARE CURSOR")]
    [Property("Row", "Q11")]
    public async Task A_statement_for_the_session_is_passed_on_as_it_is_in_transaction_mode(string sql, string tag)
    {
        await using var client = await LoginAsync();

        var answer = await client.QueryAsync(sql);

        Assert.That(answer.Where(message => message.Type is 'C' or 'E').Select(message => message.ToString()), Is.EqualTo(new[] { $"C({tag})" }));
    }

    [Test, Property("Row", "Q12")]
    public async Task A_function_call_is_answered_with_one_ready_in_and_out_of_a_transaction()
    {
        await using var client = await LoginAsync();

        await client.SendAsync(RawMessages.FunctionCall(Int4Plus, "40", "2"));
        var outside = await client.ReadToReadyAsync();
        await client.SendAsync(RawMessages.FunctionCall(Int4Divide, "1", "0"));
        var failed = await client.ReadToReadyAsync();
        await client.SendAsync(RawMessages.Query("BEGIN"), RawMessages.FunctionCall(Int4Plus, "1", "2"), RawMessages.FunctionCall(Int4Divide, "1", "0"), RawMessages.Query("ROLLBACK"));
        var inside = new List<RawMessage>();
        for (var n = 0; n < 4; n++)
        {
            inside.AddRange(await client.ReadToReadyAsync());
        }

        using (Assert.EnterMultipleScope())
        {
            Assert.That(string.Join(' ', outside), Is.EqualTo("V Z(I)"));
            Assert.That(outside[0].Text, Is.EqualTo("\0\0\0\u000242"));
            Assert.That(string.Join(' ', failed), Is.EqualTo("E(ERROR 22012 division by zero) Z(I)"));
            Assert.That(string.Join(' ', inside), Is.EqualTo("C(BEGIN) Z(T) V Z(T) E(ERROR 22012 division by zero) Z(E) C(ROLLBACK) Z(I)"));
        }

        await AssertServesAsync();
    }

    private async Task AssertServesAsync()
    {
        await using var other = await LoginAsync();
        Assert.That(await other.ScalarAsync("SELECT 'served'"), Is.EqualTo("served"));
    }
}
