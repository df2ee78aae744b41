using Pgmux.Testing.Processes;

namespace Pgmux.Integration.Tests.Statements;

/// <summary>What prepared statements are called on the servers, and how many there are.</summary>
[OnPostgres]
internal sealed class ServerNameTests(int postgres) : PgmuxFixture(postgres)
{
    [Test, Property("Row", "B92"), Property("Row", "E12")]
    public async Task Names_on_the_server_begin_with_the_prefix_whatever_level_made_them()
    {
        await StartFreshAsync(("default_pool_size", "1"));
        await using var client = await LoginAsync();
        await client.SendAsync(RawMessages.Parse("SELECT 'by protocol'", "mine"), RawMessages.Sync());
        await client.ReadToReadyAsync();
        await client.QueryAsync("PREPARE yours AS SELECT 'by SQL'; EXECUTE yours");
        var rows = (await client.QueryAsync("SELECT name, statement FROM pg_prepared_statements")).Where(message => message.Type == 'D').Select(row => row.Columns()).ToArray();

        using (Assert.EnterMultipleScope())
        {
            Assert.That(rows, Has.Length.EqualTo(2));
            Assert.That(rows.Select(row => row[0]), Is.All.StartsWith("pgmux_"));
            Assert.That(rows.Select(row => row[0]), Is.Unique);
        }
    }

    [Test, Property("Row", "B90"), Property("Row", "B103")]
    public async Task A_text_that_many_clients_prepare_is_prepared_once_on_a_server()
    {
        await StartFreshAsync(("default_pool_size", "1"));
        for (var n = 0; n < 20; n++)
        {
            await using var client = await LoginAsync();
            await client.SendAsync(RawMessages.Parse("SELECT 'shared'", $"name{n}"), RawMessages.Bind($"name{n}"), RawMessages.Execute(), RawMessages.Sync());
            Assert.That(string.Join(' ', await client.ReadToReadyAsync()), Is.EqualTo("1 2 D C(SELECT 1) Z(I)"));
        }

        await using var last = await LoginAsync();
        Assert.That(await last.ScalarAsync("SELECT count(*) FROM pg_prepared_statements"), Is.EqualTo("1"));
    }

    [Test, Property("Row", "B98"), Property("Row", "R12")]
    public async Task A_server_never_holds_more_statements_than_the_limit()
    {
        const int Limit = 5;
        await StartFreshAsync(("default_pool_size", "2"), ("max_prepared_statements", $"{Limit}"));
        var counts = await Task.WhenAll(Enumerable.Range(0, 20).Select(async number =>
        {
            await using var client = await LoginAsync();
            var most = 0;
            for (var n = 0; n < 50; n++)
            {
                var name = $"s{n}";
                await client.SendAsync(
                    RawMessages.Parse($"SELECT count(*), {number % 4}, {n} FROM pg_prepared_statements", name), RawMessages.Bind(name), RawMessages.Execute(), RawMessages.Sync());
                var row = (await client.ReadToReadyAsync()).Single(message => message.Type == 'D').Columns();
                most = Math.Max(most, int.Parse(row[0]!, System.Globalization.CultureInfo.InvariantCulture));
            }

            return most;
        }));

        Assert.That(counts, Is.All.InRange(1, Limit));
    }

    [Test, Property("Row", "B92")]
    public async Task Two_poolers_in_front_of_one_server_and_of_each_other_do_not_meet()
    {
        await StartFreshAsync(("default_pool_size", "1"));
        // The second one's server is a client of the first: names of both live side by side on one server.
        var settings = PgmuxSettings.For(Cluster, ("default_pool_size", "1")) with
        {
            Databases = new Dictionary<string, string> { ["app"] = $"host=127.0.0.1 port={Pgmux.Port}" },
        };
        await using var second = await PgmuxProcess.StartAsync(settings);
        await using var near = await LoginAsync();
        await using var far = await RawClient.LoginAsync(second.TcpEndPoint, "app", "app");
        for (var round = 0; round < 5; round++)
        {
            foreach (var (client, who) in new[] { (near, "near"), (far, "far") })
            {
                var name = $"s{round}";
                await client.SendAsync(RawMessages.Parse($"SELECT '{who} {round}'", name), RawMessages.Sync());
                await client.ReadToReadyAsync();
                await client.SendAsync(RawMessages.Bind(name), RawMessages.Execute(), RawMessages.Sync());
                var answer = await client.ReadToReadyAsync();
                Assert.That(answer.Where(message => message.Type == 'D').Select(row => row.Columns()[0]), Is.EqualTo(new[] { $"{who} {round}" }), string.Join(' ', answer));
            }
        }
    }

    [Test, Property("Row", "E12")]
    public async Task Names_that_differ_only_behind_63_bytes_are_told_apart()
    {
        await StartAsync(("default_pool_size", "1"));
        var common = new string('n', 63);
        await using var client = await LoginAsync();
        await client.SendAsync(
            RawMessages.Parse("SELECT 'a'", common + "a"), RawMessages.Parse("SELECT 'b'", common + "b"), RawMessages.Bind(common + "a"), RawMessages.Execute(),
            RawMessages.Bind(common + "b"), RawMessages.Execute(), RawMessages.Sync());
        var answer = await client.ReadToReadyAsync();

        Assert.That(answer.Where(message => message.Type == 'D').Select(row => row.Columns()[0]), Is.EqualTo(new[] { "a", "b" }), string.Join(' ', answer));
    }

    [Test, Property("Row", "E12")]
    public async Task A_long_name_is_cut_without_a_notice()
    {
        await StartAsync(("default_pool_size", "1"));
        await using var client = await LoginAsync();
        var cut = new string('n', 63);

        var prepared = await client.QueryAsync($"PREPARE {cut}nnn AS SELECT 'long'");
        var executed = await client.QueryAsync($"EXECUTE {cut}");
        await client.SendAsync(RawMessages.Bind(cut), RawMessages.Execute(), RawMessages.Sync());
        var bound = await client.ReadToReadyAsync();

        using (Assert.EnterMultipleScope())
        {
            Assert.That(string.Join(' ', prepared), Is.EqualTo("C(PREPARE) Z(I)"));
            Assert.That(string.Join(' ', executed), Is.EqualTo("T D C(SELECT 1) Z(I)"));
            Assert.That(string.Join(' ', bound), Is.EqualTo("2 D C(SELECT 1) Z(I)"));
        }
    }

    [Test, Property("Row", "E15")]
    public async Task Describe_of_a_statement_whose_table_is_gone_fails_without_its_parameters()
    {
        await StartFreshAsync(("default_pool_size", "2"));
        await Cluster.ExecuteAsync("DROP TABLE IF EXISTS soon_gone; CREATE TABLE soon_gone (n int); GRANT ALL ON soon_gone TO PUBLIC");
        await using var client = await LoginAsync();
        await using var other = await LoginAsync();
        await client.SendAsync(RawMessages.Parse("SELECT n FROM soon_gone WHERE n = $1", "s"), RawMessages.Sync());
        await client.ReadToReadyAsync();
        await Cluster.ExecuteAsync("DROP TABLE soon_gone");
        await other.QueryAsync("BEGIN");

        await client.SendAsync(RawMessages.Describe('S', "s"), RawMessages.Sync());
        var answer = await client.ReadToReadyAsync();

        Assert.That(string.Join(' ', answer), Is.EqualTo("E(ERROR 42P01 relation \"soon_gone\" does not exist) Z(I)"));
    }

    [Test, Property("Row", "E15")]
    public async Task Describe_in_a_failed_transaction_fails_on_a_server_without_the_statement()
    {
        await StartFreshAsync(("default_pool_size", "2"));
        await Cluster.ExecuteAsync("DROP TABLE IF EXISTS described; CREATE TABLE described (n int); GRANT ALL ON described TO PUBLIC");
        await using var client = await LoginAsync();
        await using var other = await LoginAsync();
        await client.SendAsync(RawMessages.Parse("UPDATE described SET n = n", "s"), RawMessages.Sync());
        await client.ReadToReadyAsync();
        await other.QueryAsync("BEGIN");

        await client.QueryAsync("BEGIN; SELECT 1/0");
        await client.SendAsync(RawMessages.Describe('S', "s"), RawMessages.Sync());
        var refused = await client.ReadToReadyAsync();
        await client.QueryAsync("ROLLBACK");
        await client.SendAsync(RawMessages.Describe('S', "s"), RawMessages.Sync());
        var described = await client.ReadToReadyAsync();

        using (Assert.EnterMultipleScope())
        {
            Assert.That(refused.Select(message => message.Type), Is.EqualTo("EZ"));
            Assert.That(refused[0].SqlState, Is.EqualTo("25P02"));
            Assert.That(string.Join(' ', described), Is.EqualTo("t n Z(I)"));
        }
    }

    private Task StartFreshAsync(params (string Key, string Value)[] settings) => StartFreshAsync(PgmuxSettings.For(Cluster, settings));
}
