using Npgsql;
using Pgmux.Testing.Postgres;
using Pgmux.Testing.Processes;

namespace Pgmux.Integration.Tests.Console;

/// <summary>The administration console, asked by psql, by Npgsql and by hand.</summary>
[TestFixture(PostgresVersions.Newest)]
internal sealed class ConsoleTests(int postgres) : PgmuxFixture(postgres)
{
    private const int Text = 25;
    private const int Int4 = 23;
    private const int Int8 = 20;
    private const int Numeric = 1700;

    private static IEnumerable<TestCaseData<string, string>> Columns()
    {
        yield return new("VERSION", "version");
        yield return new("CONFIG", "key value default changeable");
        yield return new("LISTS", "list items");
        yield return new("DATABASES", "name host port database force_user pool_size min_pool_size reserve_pool_size server_lifetime pool_mode load_balance_hosts max_connections current_connections max_client_connections current_client_connections paused disabled");
        yield return new("POOLS", "database user cl_active cl_waiting cl_active_cancel_req cl_waiting_cancel_req sv_active sv_active_cancel sv_being_canceled sv_idle sv_used sv_tested sv_login maxwait maxwait_us pool_mode load_balance_hosts");
        const string Sockets = "type user database replication state addr port local_addr local_port connect_time request_time wait wait_us close_needed ptr link remote_pid tls application_name prepared_statements id";
        yield return new("CLIENTS", Sockets);
        yield return new("SERVERS", Sockets);
        string[] counters = ["server_assignment_count", "xact_count", "query_count", "received", "sent", "xact_time", "query_time", "wait_time", "client_parse_count", "server_parse_count", "bind_count"];
        yield return new("STATS", string.Join(' ', ["database", .. counters.Select(counter => $"total_{counter}"), .. counters.Select(counter => $"avg_{counter}".Replace("received", "recv", StringComparison.Ordinal))]));
    }

    [SetUp]
    public Task StartTransactionPoolingAsync() => StartAsync(("default_pool_size", "2"));

    [TestCaseSource(nameof(Columns))]
    public async Task Show_has_PgBouncers_columns_in_PgBouncers_order(string what, string columns)
    {
        await using var console = await ConsoleAsync();

        var answer = await console.SendAsync($"SHOW {what}");

        using (Assert.EnterMultipleScope())
        {
            Assert.That(string.Join(' ', answer[0].ColumnNames()), Is.EqualTo(columns));
            Assert.That(answer[^2].Tag, Is.EqualTo("SHOW"));
            Assert.That(answer[^1].Status, Is.EqualTo('I'));
        }
    }

    [Test]
    public async Task Columns_have_PgBouncers_types()
    {
        await using var console = await ConsoleAsync();

        var stats = (await console.SendAsync("SHOW STATS"))[0].Fields().ToDictionary(field => field.Name, field => field.TypeOid);
        var pools = (await console.SendAsync("SHOW POOLS"))[0].Fields().ToDictionary(field => field.Name, field => field.TypeOid);
        var clients = (await console.SendAsync("SHOW CLIENTS"))[0].Fields().ToDictionary(field => field.Name, field => field.TypeOid);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(stats.Where(column => column.Key != "database").Select(column => column.Value), Is.All.EqualTo(Numeric));
            Assert.That((pools["database"], pools["cl_active"], pools["pool_mode"]), Is.EqualTo((Text, Int4, Text)));
            Assert.That((clients["connect_time"], clients["port"], clients["id"]), Is.EqualTo((Text, Int4, Int4)));
            Assert.That(stats.Values.Concat(pools.Values).Concat(clients.Values).Distinct(), Is.SubsetOf(new[] { Text, Int4, Int8, Numeric }));
        }
    }

    [Test, Property("Row", "I6")]
    [Property("Text", "T23")]
    public async Task Pools_clients_and_servers_agree_about_who_is_there()
    {
        await using var console = await ConsoleAsync();
        await using var idle = await LoginAsync();
        await idle.ScalarAsync("SELECT 1");
        await using var busy = await LoginAsync(parameters: ("application_name", "the busy one"));
        await busy.QueryAsync("BEGIN");

        var pool = await console.PoolAsync("app", "app");
        var clients = (await console.ShowAsync("CLIENTS")).Where(row => row["database"] == "app").ToList();
        var servers = (await console.ShowAsync("SERVERS")).Where(row => row["database"] == "app").ToList();
        var backend = await busy.ScalarAsync("SELECT pg_backend_pid()");

        using (Assert.EnterMultipleScope())
        {
            Assert.That((pool["cl_active"], pool["cl_waiting"], pool["sv_active"], pool["pool_mode"]), Is.EqualTo(("2", "0", "1", "transaction")));
            Assert.That(clients, Has.Count.EqualTo(2));
            Assert.That(clients.Select(row => row["type"]), Is.All.EqualTo("C"));
            Assert.That(clients.Select(row => row["application_name"]), Has.One.EqualTo("the busy one"));
            Assert.That(servers.Count(row => row["state"] == "active"), Is.EqualTo(1));
            Assert.That(servers.Single(row => row["state"] == "active")["remote_pid"], Is.EqualTo(backend));
            Assert.That(clients.Concat(servers).Select(row => row["id"]), Is.Unique);
        }
    }

    [Test]
    public async Task Stats_count_transactions_queries_and_bytes()
    {
        await StartFreshAsync(PgmuxSettings.For(Cluster));
        await using var console = await ConsoleAsync();
        await using (var client = await LoginAsync())
        {
            await client.QueryAsync("BEGIN");
            await client.QueryAsync("SELECT 1");
            await client.QueryAsync("COMMIT");
            await client.QueryAsync("SELECT 2");
        }

        var stats = (await console.ShowAsync("STATS")).Single(row => row["database"] == "app");

        using (Assert.EnterMultipleScope())
        {
            Assert.That(stats["total_xact_count"], Is.EqualTo("2"));
            Assert.That(stats["total_query_count"], Is.EqualTo("4"));
            Assert.That(int.Parse(stats["total_received"], System.Globalization.CultureInfo.InvariantCulture), Is.GreaterThan(0));
            Assert.That(int.Parse(stats["total_sent"], System.Globalization.CultureInfo.InvariantCulture), Is.GreaterThan(0));
        }
    }

    [Test]
    [Property("Text", "T102"), Property("Text", "T110")]
    public async Task Psql_reads_the_console()
    {
        var psql = new ToolRunner(Pgmux.Port, "admin", "admin-secret", "pgbouncer");

        var version = await psql.PsqlAsync("-c", "SHOW VERSION");
        var pools = await psql.PsqlAsync("-c", "show pools;");
        var help = await psql.PsqlAsync("-c", "SHOW HELP");
        var wrong = await psql.PsqlAsync("-c", "FROBNICATE");

        using (Assert.EnterMultipleScope())
        {
            Assert.That(version.Output, Is.Not.Empty, version.Error);
            Assert.That(pools.Output, Does.Contain("pgbouncer"));
            Assert.That(help.Error, Does.Contain("Console usage").And.Contain("SHOW"));
            Assert.That(wrong.Error, Does.Contain("invalid command 'FROBNICATE', use SHOW HELP;"));
        }
    }

    [TestCase("SHOW VERSION")]
    [TestCase("SHOW POOLS")]
    [TestCase("SHOW STATS")]
    [TestCase("SHOW DATABASES")]
    [TestCase("SHOW CONFIG")]
    public async Task Npgsql_reads_the_console_over_the_extended_protocol(string command)
    {
        await using var connection = await Pgmux.ConnectConsoleAsync();
        await using var show = new NpgsqlCommand(command, connection);

        var rows = 0;
        await using var reader = await show.ExecuteReaderAsync();
        while (await reader.ReadAsync())
        {
            rows++;
            for (var column = 0; column < reader.FieldCount; column++)
            {
                Assert.That(reader.GetValue(column), Is.Not.Null);
            }
        }

        Assert.That(rows, Is.GreaterThan(0));
    }

    [Test]
    public async Task The_console_is_reached_under_its_own_name_too()
    {
        await using var console = await RawClient.LoginAsync(Pgmux.TcpEndPoint, "admin", "pgmux");

        Assert.That(await console.ScalarAsync("SHOW VERSION"), Is.Not.Empty);
    }

    [Test, Property("Row", "D01"), Property("Row", "C04")]
    public async Task A_statistics_user_may_look_and_nothing_else()
    {
        await using var watcher = await ConsoleClient.ConnectAsync(Pgmux, "watcher", "watcher-secret");

        var shown = await watcher.ShowAsync("POOLS");
        var refused = new List<IReadOnlyList<RawMessage>> { await watcher.SendAsync("RELOAD"), await watcher.SendAsync("SHUTDOWN") };

        using (Assert.EnterMultipleScope())
        {
            Assert.That(shown, Is.Not.Empty);
            Assert.That(refused.Select(answer => (answer[0].Type, answer[0].Severity, answer[0].SqlState, answer[0].Message)), Is.All.EqualTo(('E', "ERROR", "08P01", "admin access needed")));
            Assert.That(refused.Select(answer => answer[^1].ToString()), Is.All.EqualTo("Z(I)"));
        }
    }

    [Test, Property("Row", "D01"), Property("Row", "B40")]
    public async Task An_ordinary_user_does_not_get_into_the_console()
    {
        await using var client = await RawClient.ConnectAsync(Pgmux.TcpEndPoint);
        await client.SendAsync(RawMessages.Startup(("user", "app"), ("database", "pgbouncer")));

        var messages = await client.ReadToEndAsync();

        Assert.That(messages[^1].Severity, Is.EqualTo("FATAL"), string.Join(' ', messages));
        Assert.That(messages[^1].Message, Is.EqualTo("not allowed"));
    }

    [TestCase("trust")]
    [TestCase("plain")]
    [TestCase("md5")]
    [TestCase("scram-sha-256")]
    [TestCase("any")]
    [TestCase("pam")]
    [TestCase("hba")]
    [Property("Text", "T05")]
    public async Task The_user_of_the_process_gets_in_over_the_Unix_socket_without_a_password(string method)
    {
        var settings = PgmuxSettings.For(Cluster, ("auth_type", method), ("admin_users", ""), ("stats_users", ""));
        await StartFreshAsync(method == "hba" ? settings with { Hba = "local all all reject\n" } : settings);
        var command = UnprivilegedUser.Command(PostgresInstallation.ClientProgram("psql"), ["-X", "-A", "-t", "-h", Pgmux.Folder, "-p", $"{Pgmux.Port}", "-U", "pgbouncer", "-w", "-c", "SHOW VERSION", "pgbouncer"]);

        var result = await new ToolRunner(Pgmux).RunAsync(command);

        Assert.That(result.ExitCode, Is.Zero, result.ToString());
    }

    [TestCase("")]
    [TestCase("SHOW ")]
    [TestCase(";;;;")]
    [TestCase("SHOW nothing_of_the_kind")]
    [TestCase("SELECT 1; SELECT 2")]
    [TestCase("\"unclosed")]
    [TestCase("'unclosed")]
    [TestCase("SET")]
    [TestCase("\u0001\u0002\u007f")]
    [Property("Row", "D03"), Property("Row", "B12")]
    public async Task Nonsense_in_the_console_is_an_error_and_one_ready(string nonsense)
    {
        await using var console = await ConsoleAsync();

        var answer = await console.SendAsync(nonsense);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(answer[0].Type, nonsense.Trim(' ', ';').Length == 0 ? Is.AnyOf('E', 'I') : Is.EqualTo('E'), string.Join(' ', answer));
            Assert.That(answer.Count(message => message.Type == 'Z'), Is.EqualTo(1));
            Assert.That((await console.ShowAsync("VERSION"))[0], Is.Not.Empty);
        }
    }

    [Test]
    [Property("Text", "T03")]
    public async Task Show_version_equals_the_first_line_of_the_version_option()
    {
        var program = ProgramUnderTest.Find();
        await using var console = await ConsoleAsync();

        var option = await new ToolRunner(Pgmux).RunAsync([program.Program, .. program.Arguments, "--version"]);

        Assert.That((await console.ShowAsync("VERSION"))[0]["version"], Is.EqualTo(option.Output.Split('\n')[0]));
    }

    [Test, Property("Row", "B214"), Property("Row", "Z06")]
    [Property("Text", "T109")]
    public async Task A_reload_takes_the_new_file_and_a_bad_one_changes_nothing()
    {
        await StartFreshAsync(PgmuxSettings.For(Cluster));
        await using var console = await ConsoleAsync();
        await using var client = await LoginAsync();
        await client.ScalarAsync("SELECT 1");

        Pgmux.Write(PgmuxSettings.For(Cluster, ("default_pool_size", "7")));
        var good = await console.ExecuteAsync("RELOAD");
        var afterGood = (await console.ShowAsync("CONFIG")).Single(row => row["key"] == "default_pool_size")["value"];
        Pgmux.Write(PgmuxSettings.For(Cluster, ("default_pool_size", "9"), ("no_such_setting", "1")));
        var bad = await console.SendAsync("RELOAD");
        var afterBad = (await console.ShowAsync("CONFIG")).Single(row => row["key"] == "default_pool_size")["value"];

        using (Assert.EnterMultipleScope())
        {
            Assert.That(good, Is.EqualTo("RELOAD"));
            Assert.That(afterGood, Is.EqualTo("7"));
            Assert.That((bad[0].Severity, bad[0].SqlState, bad[0].Message), Is.EqualTo(("ERROR", "F0000", "RELOAD failed, see logs for additional details")));
            Assert.That(afterBad, Is.EqualTo("7"));
            Assert.That(Pgmux.Log.Lines, Has.Some.Contains("no_such_setting"));
            Assert.That(await client.ScalarAsync("SELECT 'still here'"), Is.EqualTo("still here"));
        }
    }

    [Test, Property("Row", "B210"), Property("Row", "Z09")]
    public async Task Reloads_of_A_then_B_then_A_end_as_A()
    {
        await StartFreshAsync(PgmuxSettings.For(Cluster));
        await using var console = await ConsoleAsync();
        foreach (var size in new[] { "3", "4", "3" })
        {
            Pgmux.Write(PgmuxSettings.For(Cluster, ("default_pool_size", size)));
            await console.ExecuteAsync("RELOAD");
            Assert.That((await console.ShowAsync("DATABASES")).Where(row => row["name"] != "pgbouncer").Select(row => row["pool_size"]), Is.All.EqualTo(size));
        }
    }

    [Test, Property("Row", "B152"), Property("Row", "D09")]
    public async Task Reloads_in_a_loop_refuse_no_login()
    {
        await using var console = await ConsoleAsync();
        var logins = Parallel.ForAsync(0, 400, new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (n, _) =>
        {
            await using var client = await LoginAsync();
            Assert.That(await client.ScalarAsync($"SELECT {n}"), Is.EqualTo($"{n}"));
        });

        var reloads = 0;
        for (; !logins.IsCompleted; reloads++)
        {
            await console.ExecuteAsync("RELOAD");
        }

        await logins;
        Assert.That(reloads, Is.GreaterThan(0));
    }
}
