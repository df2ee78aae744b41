using Pgmux.Testing.Postgres;
using Pgmux.Testing.Processes;

namespace Pgmux.Integration.Tests.Pools;

/// <summary>Run-time parameters follow the client: two clients take turns on one server.</summary>
[OnPostgres]
internal sealed class ParameterTests(int postgres) : PgmuxFixture(postgres)
{
    private const int Turns = 5;

    private static readonly (string Name, string First, string Second)[] Tracked =
    [
        ("application_name", "first app", "second app"),
        ("TimeZone", "Asia/Tokyo", "America/New_York"),
        ("DateStyle", "German, DMY", "SQL, MDY"),
        ("IntervalStyle", "iso_8601", "sql_standard"),
        ("client_encoding", "LATIN1", "UTF8"),
        ("standard_conforming_strings", "off", "on"),
    ];

    [SetUp]
    public Task StartWithOneServerAsync() => StartAsync(("default_pool_size", "1"));

    [Test, Property("Row", "B160"), Property("Row", "B167")]
    public async Task Startup_parameters_of_two_clients_on_one_server_stay_apart()
    {
        await using var first = await LoginAsync(parameters: [.. Tracked.Select(tracked => (tracked.Name, tracked.First))]);
        await using var second = await LoginAsync(parameters: [.. Tracked.Select(tracked => (tracked.Name, tracked.Second))]);
        await using var plain = await LoginAsync();

        for (var turn = 0; turn < Turns; turn++)
        {
            foreach (var (name, ofFirst, ofSecond) in Tracked)
            {
                using (Assert.EnterMultipleScope())
                {
                    Assert.That(await first.ScalarAsync($"SHOW {name}"), Is.EqualTo(ofFirst), $"{name} of the first client");
                    Assert.That(await second.ScalarAsync($"SHOW {name}"), Is.EqualTo(ofSecond), $"{name} of the second client");
                    Assert.That(await plain.ScalarAsync($"SHOW {name}"), Is.EqualTo(plain.Parameters.GetValueOrDefault(name, "")), $"{name} of the plain client");
                }
            }
        }
    }

    [Test, Property("Row", "B161")]
    public async Task Two_clients_that_set_the_same_value_in_turn_are_both_told()
    {
        await using var first = await LoginAsync();
        await using var second = await LoginAsync();

        foreach (var (name, value, other) in Tracked)
        {
            foreach (var client in new[] { first, second })
            {
                // Away from the value first, so that PostgreSQL has a change to report.
                await client.QueryAsync($"SET {name} = '{other}'");
                var answer = await client.QueryAsync($"SET {name} = '{value}'");
                Assert.That(answer.Select(message => message.ToString()), Does.Contain("S").And.Contain("C(SET)"), name);
                Assert.That(answer.Single(message => message.Type == 'S').Text, Is.EqualTo($"{name}\0{value}\0"));
                await client.QueryAsync("SELECT 1");
            }
        }

        foreach (var (name, value, _) in Tracked)
        {
            using (Assert.EnterMultipleScope())
            {
                Assert.That(await first.ScalarAsync($"SHOW {name}"), Is.EqualTo(value));
                Assert.That(await second.ScalarAsync($"SHOW {name}"), Is.EqualTo(value));
            }
        }
    }

    [Test, Property("Row", "B164")]
    public async Task A_setting_that_is_rolled_back_is_not_remembered()
    {
        await using var first = await LoginAsync(parameters: ("TimeZone", "Asia/Tokyo"));
        await using var second = await LoginAsync(parameters: ("TimeZone", "UTC"));

        await first.QueryAsync("BEGIN");
        await first.QueryAsync("SET TimeZone = 'Europe/Berlin'");
        await first.QueryAsync("ROLLBACK");

        using (Assert.EnterMultipleScope())
        {
            Assert.That(await second.ScalarAsync("SHOW TimeZone"), Is.EqualTo("UTC"));
            Assert.That(await first.ScalarAsync("SHOW TimeZone"), Is.EqualTo("Asia/Tokyo"));
        }
    }

    [TestCase("it's")]
    [TestCase("''; SELECT pg_terminate_backend(1); --")]
    [TestCase(@"back\slash\\twice")]
    [TestCase(@"\'; DROP TABLE x; --")]
    [TestCase("\"quoted\", comma, $1 $$ $tag$")]
    [TestCase("")]
    [TestCase(" blanks ")]
    [Property("Row", "B163")]
    public async Task A_value_of_any_characters_comes_back_as_it_was_given(string value)
    {
        foreach (var strings in new[] { "on", "off" })
        {
            await using var client = await LoginAsync(parameters: [("application_name", value), ("standard_conforming_strings", strings)]);
            await using var other = await LoginAsync(parameters: ("application_name", "other"));
            for (var turn = 0; turn < 2; turn++)
            {
                using (Assert.EnterMultipleScope())
                {
                    Assert.That(await client.ScalarAsync("SHOW application_name"), Is.EqualTo(value), $"standard_conforming_strings = {strings}");
                    Assert.That(await other.ScalarAsync("SHOW application_name"), Is.EqualTo("other"));
                }
            }
        }
    }

    [TestCase("TimeZone", "Nowhere/Nothing")]
    [TestCase("DateStyle", "sideways")]
    [TestCase("client_encoding", "EBCDIC-7")]
    [Property("Row", "B168"), Property("Row", "P13")]
    public async Task A_value_that_the_server_refuses_costs_that_client_only(string name, string value)
    {
        await using var canary = await Canary.StartAsync(Pgmux, PostgresRole.Superuser.Name, "app");
        await using var bad = await RawClient.ConnectAsync(Pgmux.TcpEndPoint);

        await bad.SendAsync(RawMessages.Startup(("user", "app"), ("database", "app"), (name, value)), RawMessages.Query("SELECT 'never'"));
        var messages = await bad.ReadToEndAsync();

        using (Assert.EnterMultipleScope())
        {
            Assert.That(messages.Count(message => message.Type == 'E' && message.Severity == "FATAL"), Is.EqualTo(1), string.Join(' ', messages));
            Assert.That(messages.Count(message => message.Type == 'D'), Is.Zero);
        }

        await using var good = await LoginAsync();
        Assert.That(await good.ScalarAsync("SELECT 1"), Is.EqualTo("1"));
    }

    [TestCase("-c TimeZone=Asia/Tokyo", "TimeZone", "Asia/Tokyo")]
    [TestCase("-cTimeZone=Asia/Tokyo", "TimeZone", "Asia/Tokyo")]
    [TestCase("--TimeZone=Asia/Tokyo", "TimeZone", "Asia/Tokyo")]
    [TestCase(@"-c application_name=two\ words", "application_name", "two words")]
    [TestCase("-c TimeZone=UTC -c DateStyle=German --application-name=last", "application_name", "last")]
    public async Task Options_set_parameters_like_startup_parameters(string options, string name, string value)
    {
        await using var client = await LoginAsync(parameters: ("options", options));
        await using var other = await LoginAsync();
        await other.ScalarAsync("SELECT 1");

        Assert.That(await client.ScalarAsync($"SHOW {name}"), Is.EqualTo(value));
    }

    [Test]
    public async Task The_login_reports_the_clients_own_values()
    {
        await using var client = await LoginAsync(parameters: [("TimeZone", "Asia/Tokyo"), ("application_name", "reported")]);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(client.Parameters, Does.ContainKey("TimeZone").WithValue("Asia/Tokyo"));
            Assert.That(client.Parameters, Does.ContainKey("application_name").WithValue("reported"));
            Assert.That(client.Parameters["server_version"], Does.StartWith($"{Cluster.Major}."));
            Assert.That(client.Parameters, Does.ContainKey("integer_datetimes"));
        }
    }

    [Test, Property("Row", "B72")]
    public async Task A_pipeline_that_changes_two_parameters_reports_both()
    {
        await using var client = await LoginAsync();

        await client.SendAsync(
            RawMessages.Parse("SET DateStyle = 'German'"), RawMessages.Bind(), RawMessages.Execute(),
            RawMessages.Parse("SET application_name = 'piped'"), RawMessages.Bind(), RawMessages.Execute(), RawMessages.Sync());
        var messages = await client.ReadToReadyAsync();

        using (Assert.EnterMultipleScope())
        {
            Assert.That(messages.Count(message => message.Type == 'C'), Is.EqualTo(2), string.Join(' ', messages));
            Assert.That(messages.Where(message => message.Type == 'S').Select(message => message.Text.Split('\0')[0]), Is.EquivalentTo(new[] { "DateStyle", "application_name" }));
        }
    }
}
