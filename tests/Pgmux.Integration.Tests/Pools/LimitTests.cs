using Pgmux.Testing.Postgres;
using Pgmux.Testing.Processes;

namespace Pgmux.Integration.Tests.Pools;

[TestFixture(PostgresVersions.Newest)]
internal sealed class LimitTests(int postgres) : PgmuxFixture(postgres)
{
    [Test, Property("Row", "H19"), Property("Row", "B198")]
    [Property("Text", "T69"), Property("Text", "T72")]
    public async Task Exactly_the_clients_above_max_client_conn_are_refused_and_the_console_stays_reachable()
    {
        const int Limit = 5;
        const int Above = 7;
        await StartAsync(("max_client_conn", $"{Limit}"));
        var clients = new List<RawClient>();
        var refusals = new List<RawMessage>();
        try
        {
            for (var n = 0; n < Limit + Above; n++)
            {
                var client = await RawClient.ConnectAsync(Pgmux.TcpEndPoint);
                clients.Add(client);
                await client.SendAsync(RawMessages.Startup(("user", "app"), ("database", "app")));
                var last = await ReadLoginAsync(client);
                if (last.Type == 'E')
                {
                    refusals.Add(last);
                }
            }

            await using var console = await ConsoleAsync();
            var counts = await console.CountAsync();
            using (Assert.EnterMultipleScope())
            {
                Assert.That(refusals, Has.Count.EqualTo(Above));
                Assert.That(refusals.Select(error => (error.Severity, error.SqlState, error.Message)), Is.All.EqualTo(("FATAL", "53300", "no more connections allowed (max_client_conn)")));
                Assert.That(counts.Clients, Is.EqualTo(Limit));
                Assert.That(await clients[0].ScalarAsync("SELECT 1"), Is.EqualTo("1"));
            }
        }
        finally
        {
            foreach (var client in clients)
            {
                await client.DisposeAsync();
            }
        }

        // Places that are given back can be taken again.
        await Eventually.HoldsAsync(CanLogInAsync, "a client that leaves makes room for another");
    }

    [Test, Property("Row", "H20")]
    [Property("Text", "T71")]
    public async Task Clients_above_the_limit_of_their_user_are_refused()
    {
        await StartAsync(PgmuxSettings.For(Cluster) with { Users = new Dictionary<string, string> { ["app"] = "max_user_client_connections=2" } });
        await AssertThirdIsRefusedAsync("client connections exceeded (max_user_client_connections)");
    }

    [Test, Property("Row", "H20")]
    [Property("Text", "T70")]
    public async Task Clients_above_the_limit_of_their_database_are_refused()
    {
        await StartAsync(PgmuxSettings.For(Cluster) with
        {
            Databases = new Dictionary<string, string> { ["app"] = $"host=127.0.0.1 port={Cluster.Port} max_db_client_connections=2" },
        });
        await AssertThirdIsRefusedAsync("client connections exceeded (max_db_client_connections)");
    }

    [Test, Property("Row", "H20")]
    public async Task A_login_that_fails_later_gives_its_place_back()
    {
        await StartAsync(PgmuxSettings.For(Cluster, ("auth_type", "plain")) with
        {
            Users = new Dictionary<string, string> { ["app_plain"] = "max_user_client_connections=1" },
        });
        for (var n = 0; n < 5; n++)
        {
            await using var client = await RawClient.ConnectAsync(Pgmux.TcpEndPoint);
            await client.SendAsync(RawMessages.Startup(("user", "app_plain"), ("database", "app")));
            await client.ReadAsync();
            await client.SendAsync(RawMessages.Password("wrong"));
            var error = (await client.ReadToEndAsync())[^1];
            Assert.That(error.Message, Does.Contain("password authentication failed"));
        }

        await using var right = await RawClient.LoginAsync(Pgmux.TcpEndPoint, "app_plain", "app", PostgresRole.Plain.Password);
        Assert.That(await right.ScalarAsync("SELECT 1"), Is.EqualTo("1"));
    }

    [Test, Property("Row", "P01")]
    [Property("Text", "T94")]
    public async Task A_client_that_waits_longer_than_query_wait_timeout_is_told_so()
    {
        await StartAsync(("default_pool_size", "1"), ("query_wait_timeout", "1"));
        await using var holder = await LoginAsync();
        await holder.QueryAsync("BEGIN");
        await using var waiting = await LoginAsync();

        await waiting.SendAsync(RawMessages.Query("SELECT 1"));
        var messages = await waiting.ReadToEndAsync();

        using (Assert.EnterMultipleScope())
        {
            Assert.That(messages, Has.Count.EqualTo(1), string.Join(' ', messages));
            Assert.That(messages[0].Severity, Is.EqualTo("FATAL"));
            Assert.That(messages[0].SqlState, Is.EqualTo("53300"));
            Assert.That(messages[0].Message, Is.EqualTo("query_wait_timeout"));
            Assert.That(string.Join(' ', await holder.QueryAsync("COMMIT")), Is.EqualTo("C(COMMIT) Z(I)"));
        }
    }

    [Test, Property("Row", "P01")]
    public async Task Waiting_clients_are_served_in_the_order_of_their_coming()
    {
        const int Waiting = 8;
        await StartAsync(("default_pool_size", "1"));
        await using var console = await ConsoleAsync();
        await using var holder = await LoginAsync();
        await holder.QueryAsync("CREATE TABLE IF NOT EXISTS p01 (place serial, client int)");
        await holder.QueryAsync("TRUNCATE p01 RESTART IDENTITY");
        await holder.QueryAsync("BEGIN");
        var clients = new List<RawClient>();
        for (var n = 1; n <= Waiting; n++)
        {
            var client = await LoginAsync();
            clients.Add(client);
            await client.SendAsync(RawMessages.Query($"INSERT INTO p01 (client) VALUES ({n})"));
            await console.WaitForPoolAsync("app", "app", "cl_waiting", n);
        }

        await holder.QueryAsync("COMMIT");
        foreach (var client in clients)
        {
            await client.ReadToReadyAsync();
            await client.DisposeAsync();
        }

        Assert.That(
            await holder.ScalarAsync("SELECT string_agg(client::text, ' ' ORDER BY place) FROM p01"),
            Is.EqualTo(string.Join(' ', Enumerable.Range(1, Waiting))));
    }

    [Test, Property("Row", "P02"), Property("Row", "B185")]
    public async Task A_waiting_client_that_leaves_is_forgotten_and_its_query_never_runs()
    {
        await StartAsync(("default_pool_size", "1"));
        await using var console = await ConsoleAsync();
        await using var holder = await LoginAsync();
        await holder.QueryAsync("CREATE TABLE IF NOT EXISTS p02 (n int)");
        await holder.QueryAsync("TRUNCATE p02");
        await holder.QueryAsync("BEGIN");
        for (var n = 0; n < 20; n++)
        {
            await using var client = await LoginAsync();
            await client.SendAsync(RawMessages.Query("INSERT INTO p02 VALUES (1)"));
        }

        await console.WaitForPoolAsync("app", "app", "cl_waiting", 0);
        await holder.QueryAsync("COMMIT");

        Assert.That(await holder.ScalarAsync("SELECT count(*) FROM p02"), Is.EqualTo("0"));
    }

    [TestCase("max_db_connections=3", "")]
    [TestCase("", "max_user_connections=3")]
    public async Task Servers_never_exceed_the_limit_of_database_or_user(string database, string user)
    {
        await StartAsync(PgmuxSettings.For(Cluster, ("default_pool_size", "10")) with
        {
            Databases = new Dictionary<string, string> { ["app"] = $"host=127.0.0.1 port={Cluster.Port} {database}" },
            Users = user.Length == 0 ? new Dictionary<string, string>() : new Dictionary<string, string> { ["app"] = user },
        });
        await using var console = await ConsoleAsync();
        var most = 0;

        var work = Parallel.ForAsync(0, 60, new ParallelOptions { MaxDegreeOfParallelism = 20 }, async (_, _) =>
        {
            await using var client = await LoginAsync();
            await client.ScalarAsync("SELECT 1 FROM pg_sleep(0.02)");
        });
        while (!work.IsCompleted)
        {
            most = Math.Max(most, (await console.ShowAsync("SERVERS")).Count);
        }

        await work;
        Assert.That(most, Is.EqualTo(3));
    }

    private static async Task<RawMessage> ReadLoginAsync(RawClient client)
    {
        while (true)
        {
            var message = await client.ReadAsync() ?? throw new InvalidOperationException("closed without an error");
            if (message.Type is 'E' or 'Z')
            {
                return message;
            }
        }
    }

    private async Task<bool> CanLogInAsync()
    {
        await using var client = await RawClient.ConnectAsync(Pgmux.TcpEndPoint);
        await client.SendAsync(RawMessages.Startup(("user", "app"), ("database", "app")));
        return (await ReadLoginAsync(client)).Type == 'Z';
    }

    private async Task AssertThirdIsRefusedAsync(string text)
    {
        await using var first = await LoginAsync();
        await using (await LoginAsync())
        {
            await using var third = await RawClient.ConnectAsync(Pgmux.TcpEndPoint);
            await third.SendAsync(RawMessages.Startup(("user", "app"), ("database", "app")));
            var error = await ReadLoginAsync(third);
            using (Assert.EnterMultipleScope())
            {
                Assert.That(error.Severity, Is.EqualTo("FATAL"));
                Assert.That(error.SqlState, Is.EqualTo("53300"));
                Assert.That(error.Message, Is.EqualTo(text));
            }
        }

        await Eventually.HoldsAsync(CanLogInAsync, "a client that leaves makes room for another");
    }
}
