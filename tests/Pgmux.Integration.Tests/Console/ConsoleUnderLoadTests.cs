using Pgmux.Core.Admin;
using Pgmux.Testing.Postgres;
using Pgmux.Testing.Processes;

namespace Pgmux.Integration.Tests.Console;

/// <summary>The console while clients come, work and go.</summary>
[TestFixture(PostgresVersions.Newest)]
internal sealed class ConsoleUnderLoadTests(int postgres) : PgmuxFixture(postgres)
{
    private const int Workers = 8;

    [SetUp]
    public Task StartTransactionPoolingAsync() => StartFreshAsync(PgmuxSettings.For(
        Cluster, ("default_pool_size", "3"), ("max_client_conn", "150"), ("log_connections", "0"), ("log_disconnections", "0")));

    [Test, Property("Row", "B213")]
    public async Task Every_command_in_a_loop_is_answered_and_disturbs_nobody()
    {
        const int Rounds = 20;
        string[] commands =
        [
            // KILL, DISABLE and SUSPEND are there to disturb; clients that are paused go on with the RESUME that comes next.
            .. ConsoleVerb.All.Where(verb => verb.Word is not ("shutdown" or "show" or "kill" or "disable" or "suspend")).SelectMany(verb => new[] { verb.Word, $"{verb.Word} app", $"{verb.Word} 'x" }),
            .. ShowCommands.All.Select(show => $"SHOW {show.Word}"),
            "SHOW HELP", "SHOW", "SET default_pool_size = 3", "SET", "SELECT 1", "SHUTDOWN NONSENSE", "",
        ];
        await using var console = await ConsoleAsync();
        using var load = new Load(this);

        for (var round = 0; round < Rounds; round++)
        {
            foreach (var command in commands)
            {
                var answer = await console.SendAsync(command);
                Assert.That(answer.Count(message => message.Type is 'C' or 'E' or 'I'), Is.EqualTo(1), $"{command}: {string.Join(' ', answer)}");
            }
        }

        Assert.That(await load.StopAsync(), Is.GreaterThan(0));
    }

    [Test]
    public async Task Every_table_can_be_polled_under_load_as_rows_and_as_JSON()
    {
        const int Polls = 20;
        string[] tables = [.. ShowCommands.All.Select(show => $"SHOW {show.Word}")];
        await using var console = await ConsoleAsync();
        using var load = new Load(this);

        await PollAsync(console, [.. tables, .. tables.Select(table => $"{table} AS JSON")], Polls);

        Assert.That(await load.StopAsync(), Is.GreaterThan(0));
    }

    [Test]
    public async Task SUSPEND_and_RESUME_in_a_loop_cost_no_client_an_answer()
    {
        const int Rounds = 10;
        await using var console = await ConsoleAsync();
        using var load = new Load(this);

        for (var round = 0; round < Rounds; round++)
        {
            Assert.That((await console.SendAsync("SUSPEND"))[0].Tag, Is.EqualTo("SUSPEND"));
            var state = (await console.ShowAsync("STATE")).ToDictionary(row => row["key"], row => row["value"]);
            Assert.That(state["suspended"], Is.EqualTo("yes"));
            var busy = await console.ShowAsync("ACTIVE_SOCKETS");
            Assert.That(busy.Where(row => row["database"] == "app"), Is.Empty, "all of them are at rest");
            Assert.That((await console.SendAsync("RESUME"))[0].Tag, Is.EqualTo("RESUME"));
        }

        Assert.That(await load.StopAsync(), Is.GreaterThan(0));
    }

    [Test]
    public async Task What_is_SET_and_reloaded_in_a_loop_costs_no_client_an_answer()
    {
        const int Rounds = 50;
        await using var console = await ConsoleAsync();
        using var load = new Load(this);

        for (var round = 0; round < Rounds; round++)
        {
            Assert.That((await console.SendAsync($"SET default_pool_size = {(round % 3) + 1}"))[0].Tag, Is.EqualTo($"SET default_pool_size={(round % 3) + 1}"));
            Assert.That((await console.SendAsync("SET server_idle_timeout TO '0.5'"))[0].Tag, Is.EqualTo("SET server_idle_timeout=0.5"));
            Assert.That((await console.SendAsync("RELOAD"))[0].Tag, Is.EqualTo("RELOAD"));
        }

        Assert.That(await load.StopAsync(), Is.GreaterThan(0));
    }

    [Test, Property("Row", "I11")]
    public async Task Descriptors_are_those_of_the_process_and_carry_no_secret()
    {
        await using var console = await ConsoleAsync();
        await using var client = await LoginAsync();
        await client.QueryAsync("BEGIN");

        var rows = await console.ShowAsync("FDS");
        var sockets = Directory.GetFiles($"/proc/{Pgmux.Id}/fd").Select(Path.GetFileName).ToHashSet();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(rows.Select(row => row["fd"]), Is.Unique.And.SubsetOf(sockets));
            Assert.That(rows.Select(row => row["task"]).Distinct(), Is.EquivalentTo(new[] { "pooler", "client", "server" }));
            var (held, server) = (rows.Single(row => row["task"] == "client"), rows.Single(row => row["task"] == "server"));
            Assert.That((held["link"], server["link"]), Is.EqualTo((server["fd"], held["fd"])));
            Assert.That((held["user"], held["database"], held["std_strings"]), Is.EqualTo(("app", "app", "on")));
            Assert.That(rows.SelectMany(row => new[] { row["cancel"], row["password"], row["scram_client_key"], row["scram_server_key"] }), Is.All.Null.Or.Empty);
        }
    }

    [Test, Property("Row", "D10")]
    public async Task What_SHOW_says_of_clients_that_churn_is_of_one_moment()
    {
        const int Looks = 100;

        // A turn takes in whoever knocks, who may have hung up another connection since the turn began. That is seen in the next one, before
        // the new one has logged in.
        const int MostClients = 2 * Workers;
        await using var console = await ConsoleAsync();
        using var load = new Load(this);

        for (var look = 0; look < Looks; look++)
        {
            var clients = await console.ShowAsync("CLIENTS");
            using (Assert.EnterMultipleScope())
            {
                Assert.That(clients.Select(row => row["id"]), Is.Unique);
                Assert.That(clients.Count(row => row["database"] == "app"), Is.AtMost(MostClients));
                Assert.That(clients.Where(row => row["database"] == "app").Select(row => row["state"]), Is.All.AnyOf("active", "idle", "waiting"));
            }
        }

        Assert.That(await load.StopAsync(), Is.GreaterThan(0));
    }

    [Test, Property("Row", "D12")]
    public async Task A_hundred_sessions_that_idle_or_do_not_read_keep_nobody_from_the_console()
    {
        const int Sessions = 100;
        var sessions = new List<RawClient>();
        try
        {
            for (var n = 0; n < Sessions; n++)
            {
                var session = await RawClient.LoginAsync(Pgmux.TcpEndPoint, "admin", "pgbouncer");
                sessions.Add(session);
                if (n % 20 == 0)
                {
                    // More than the kernel and pgmux together hold for a client that does not read.
                    await session.SendAsync([.. Enumerable.Repeat(RawMessages.Query("SHOW CONFIG"), 1000)]);
                }
            }

            // Together with these they are all that max_client_conn allows.
            for (var n = 0; n < 50; n++)
            {
                sessions.Add(await LoginAsync());
            }

            await using var late = await ConsoleAsync();
            var others = await late.ShowAsync("CLIENTS");
            using (Assert.EnterMultipleScope())
            {
                Assert.That(others.Count(row => row["database"] == "pgbouncer"), Is.EqualTo(Sessions + 1));
                Assert.That(await sessions[^1].ScalarAsync("SELECT 'served'"), Is.EqualTo("served"));
            }
        }
        finally
        {
            foreach (var session in sessions)
            {
                await session.DisposeAsync();
            }
        }
    }

    [Test, Property("Row", "D13")]
    public async Task SHUTDOWN_said_twice_and_among_reloads_ends_the_process_in_good_order()
    {
        await using var busy = await LoginAsync();
        await busy.QueryAsync("BEGIN");
        await using var first = await RawClient.LoginAsync(Pgmux.TcpEndPoint, "admin", "pgbouncer");
        await using var second = await RawClient.LoginAsync(Pgmux.TcpEndPoint, "admin", "pgbouncer");
        await using var reloader = await RawClient.LoginAsync(Pgmux.TcpEndPoint, "admin", "pgbouncer");

        await reloader.SendAsync([.. Enumerable.Repeat(RawMessages.Query("RELOAD"), 20)]);
        await first.SendAsync(RawMessages.Query("SHUTDOWN WAIT_FOR_SERVERS"));
        await Pgmux.WaitForLogAsync("shutting down");
        await reloader.TrySendAsync(RawMessages.Query("RELOAD"));
        await second.TrySendAsync(RawMessages.Query("SHUTDOWN"));

        Assert.That(await Pgmux.WaitForExitAsync(), Is.Zero);
        await Cluster.WaitForBackendsAsync("usename = 'app'", 0);
    }

    private static async Task PollAsync(ConsoleClient console, string[] commands, int rounds)
    {
        for (var round = 0; round < rounds; round++)
        {
            foreach (var command in commands)
            {
                Assert.That((await console.SendAsync(command))[^2].Tag, Is.EqualTo("SHOW"), command);
            }
        }
    }

    /// <summary>Clients that log in, ask, and leave, until they are stopped.</summary>
    private sealed class Load : IDisposable
    {
        private readonly CancellationTokenSource _end = new();
        private readonly Task<int[]> _work;

        public Load(ConsoleUnderLoadTests test) => _work = Task.WhenAll(Enumerable.Range(0, Workers).Select(worker => WorkAsync(test, worker)));

        /// <summary>Ends the work; what went wrong in it fails the test here. Returns how many clients were served.</summary>
        public async Task<int> StopAsync()
        {
            await _end.CancelAsync();
            return (await _work).Sum();
        }

        public void Dispose()
        {
            _end.Cancel();
            _end.Dispose();
        }

        private async Task<int> WorkAsync(ConsoleUnderLoadTests test, int worker)
        {
            var served = 0;
            for (; !_end.IsCancellationRequested; served++)
            {
                await using var client = await test.LoginAsync();
                var nonce = $"{worker} {served}";
                Assert.That(await client.ScalarAsync($"SELECT '{nonce}' FROM pg_sleep(0.002)"), Is.EqualTo(nonce));
            }

            return served;
        }
    }
}
