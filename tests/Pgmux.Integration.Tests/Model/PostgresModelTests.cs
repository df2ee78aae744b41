using System.Net;
using System.Text.RegularExpressions;
using Npgsql;
using Pgmux.Testing.FakePostgres;
using Pgmux.Testing.Mux;
using Pgmux.Testing.Postgres;
using Pgmux.Testing.Processes;

namespace Pgmux.Integration.Tests.Model;

/// <summary>
/// The model of a backend, which the simulations rest on, against PostgreSQL itself: random scripts about statements, portals and
/// transactions get the same replies from both.
/// </summary>
[TestFixtureSource(typeof(PostgresVersions), nameof(PostgresVersions.Tested)), Category(TestCategories.WithoutPgmux)]
internal sealed partial class PostgresModelTests(int major)
{
    private const int Scripts = 500;
    private const int LongestScript = 24;

    // What the model's FAIL is in SQL.
    private const string Failure = "DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '22012', MESSAGE = 'division by zero'; END $$";

    private static readonly string[] Names = ["", "a", "B"];

    private static readonly string[] Texts =
    [
        "SELECT 'one'", "SELECT 'two'", "SELECT $1", "SELECT $1", "", "BEGIN", "COMMIT", "ROLLBACK", "FAIL", "PARSEFAIL",
        "SELECT 1; SELECT 2", "TABLE t", "PREPARE a AS SELECT 'prepared'", "PREPARE \"B\" (int) AS SELECT $1", "prepare b as SELECT $1",
        "EXECUTE a", "EXECUTE A", "EXECUTE \"B\"(5)", "EXECUTE b('x')", "EXECUTE a('too', 'many')", "DEALLOCATE a", "DEALLOCATE PREPARE \"B\"",
        "DEALLOCATE ALL", "deallocate prepare all", "DISCARD ALL", "DISCARD PLANS", "/* c */ EXECUTE /* c */ a -- end",
        "SELECT 'x'; EXECUTE a; SELECT 'y'", "BEGIN; EXECUTE a", "PREPARE a AS SELECT 'multi'; EXECUTE a; DEALLOCATE a",
        "SELECT 'x'; DISCARD ALL", "EXECUTE \"B\"($1)", "INSERT one", "INSERT $1", "INSERT two; INSERT three", "INSERT four; FAIL",
        "INSERT five; BEGIN; INSERT six", "INSERT seven; COMMIT; INSERT eight", "INSERT nine; ROLLBACK", "PREPARE a AS INSERT ten",
    ];

    [Test]
    public async Task The_model_answers_as_PostgreSQL_does()
    {
        var cluster = await PostgresClusters.GetAsync(major);
        await cluster.ExecuteAsync("CREATE TABLE IF NOT EXISTS t (value text); TRUNCATE t; INSERT INTO t VALUES ('t'); GRANT SELECT ON t TO PUBLIC");
        await cluster.ExecuteAsync("CREATE TABLE ledger (value text); GRANT INSERT ON ledger TO PUBLIC");
        await using var ledger = await cluster.ConnectAsync();
        await using var count = new NpgsqlCommand("SELECT count(*) FROM ledger", ledger);
        var database = new FakeDatabase();
        for (var seed = 0; seed < Scripts; seed++)
        {
            var random = new Random(seed);
            var script = Enumerable.Range(0, random.Next(1, LongestScript)).Select(_ => NextMessage(random)).Append(RawMessages.Sync()).ToArray();
            // Newer ones open a block when a Query follows an Execute without Sync, and stay in it until Sync; the model is the older one.
            // And the portal that a failed Query leaves points to memory that is gone: some versions crash when it is executed.
            script = [.. script.SelectMany(message => message[0] == 'Q' ? new[] { RawMessages.Sync(), message, RawMessages.ClosePortal() } : [message])];
            Assert.That(Trace(new DirectSession(database).Ask(script)), Is.EqualTo(await AskAsync(cluster, script)), () => Run(seed, script));
            Assert.That(await count.ExecuteScalarAsync(), Is.EqualTo(database.Ledger.Committed.Count), () => Run(seed, script));
        }

        var rows = string.Join(',', database.Ledger.Committed.Order(StringComparer.Ordinal));
        Assert.That(await cluster.QueryAsync<string>("SELECT string_agg(value, ',' ORDER BY value COLLATE \"C\") FROM ledger"), Is.EqualTo(rows));

        static string Run(int seed, byte[][] script) => $"seed {seed}: {string.Join(' ', script.Select(Describe))}";
    }

    [Test]
    public async Task The_model_answers_as_PostgreSQL_does_when_a_table_changes_or_goes()
    {
        var cluster = await PostgresClusters.GetAsync(major);
        await cluster.ExecuteAsync("CREATE TABLE gone (value text); GRANT SELECT ON gone TO PUBLIC");
        byte[][] prepare = [RawMessages.Parse("TABLE gone", "a"), RawMessages.Parse("TABLE gone"), RawMessages.Sync()];
        byte[][] use =
        [
            RawMessages.Bind("a"), RawMessages.Sync(), RawMessages.DescribeStatement("a"), RawMessages.Sync(), RawMessages.DescribeStatement(),
            RawMessages.Sync(), RawMessages.Query("EXECUTE a"), RawMessages.CloseStatement("a"), RawMessages.Parse("TABLE gone", "a"),
            RawMessages.DescribeStatement("a"), RawMessages.Sync(),
        ];
        var database = new FakeDatabase();
        var model = new DirectSession(database);
        await using var client = await LoginAsync(cluster);

        Assert.That(Trace(model.Ask(prepare)), Is.EqualTo(await AskAsync(client, prepare)));
        await cluster.ExecuteAsync("ALTER TABLE gone ADD COLUMN other text");
        model.Statements.MakeStale();
        Assert.That(Trace(model.Ask(use)), Is.EqualTo(await AskAsync(client, use)), "the table has changed");
        await cluster.ExecuteAsync("DROP TABLE gone");
        database.HasTables = false;
        Assert.That(Trace(model.Ask(use)), Is.EqualTo(await AskAsync(client, use)), "the table has gone");
    }

    [Test]
    public async Task The_model_answers_as_PostgreSQL_does_to_commands_that_run_alone()
    {
        var cluster = await PostgresClusters.GetAsync(major);
        byte[][] script =
        [
            RawMessages.Parse("SELECT 'x'", "a"), RawMessages.Bind("a"), RawMessages.Execute(),
            RawMessages.Parse("DISCARD ALL"), RawMessages.Bind(), RawMessages.Execute(),
            RawMessages.Parse("SELECT 'y'"), RawMessages.Bind(), RawMessages.Execute(), RawMessages.Sync(),
            RawMessages.DescribeStatement("a"), RawMessages.Sync(),
            RawMessages.Parse("DISCARD ALL"), RawMessages.BindPortal("p"), RawMessages.Bind(), RawMessages.Execute(), RawMessages.DescribePortal("p"),
            RawMessages.Sync(), RawMessages.DescribeStatement(), RawMessages.Sync(),
        ];
        Assert.That(Trace(new DirectSession().Ask(script)), Is.EqualTo(await AskAsync(cluster, script)));
    }

    private static byte[] NextMessage(Random random)
    {
        var name = Names[random.Next(Names.Length)];
        var portal = random.Next(4) == 0 ? "p" : "";
        return random.Next(14) switch
        {
            0 or 1 => RawMessages.Query(Texts[random.Next(Texts.Length)]),
            2 or 3 or 4 => NextParse(Texts[random.Next(Texts.Length)], name),
            5 or 6 => RawMessages.BindPortal(portal, name, [.. Enumerable.Repeat("7", random.Next(3) / 2)]),
            7 => RawMessages.DescribeStatement(name),
            8 => RawMessages.DescribePortal(portal),
            9 or 10 => RawMessages.Execute(portal, random.Next(3) / 2),
            11 => random.Next(3) switch { 0 => RawMessages.CloseStatement(name), 1 => RawMessages.ClosePortal(portal), _ => RawMessages.Flush() },
            _ => RawMessages.Sync(),
        };
    }

    // An EXECUTE of an EXECUTE is past what the model has to know; the unnamed statement cannot be executed by name.
    private static byte[] NextParse(string text, string name) =>
        RawMessages.Parse(text, text.Contains("EXECUTE", StringComparison.OrdinalIgnoreCase) ? "" : name);

    private static Task<RawClient> LoginAsync(PostgresCluster cluster) =>
        RawClient.LoginAsync(new IPEndPoint(IPAddress.Loopback, cluster.Port), PostgresRole.App.Name, PostgresCluster.Database);

    private static async Task<string> AskAsync(PostgresCluster cluster, byte[][] script)
    {
        await using var client = await LoginAsync(cluster);
        await client.SendAsync([.. script.Select(InSql), RawMessages.Terminate()]);
        return Trace(await client.ReadToEndAsync());
    }

    private static async Task<string> AskAsync(RawClient client, byte[][] script)
    {
        await client.SendAsync(script);
        var replies = new List<RawMessage>();
        for (var ready = script.Count(message => message[0] is (byte)'S' or (byte)'Q'); ready > 0; ready--)
        {
            replies.AddRange(await client.ReadToReadyAsync());
        }

        return Trace(replies);
    }

    private static byte[] InSql(byte[] message)
    {
        var parts = new RawMessage((char)message[0], message[5..]).Text.Split('\0');
        return parts switch
        {
            [var sql, ..] when message[0] == 'Q' => RawMessages.Query(InSql(sql)),
            [var name, var sql, ..] when message[0] == 'P' => RawMessages.Parse(InSql(sql), name),
            _ => message,
        };
    }

    private static string InSql(string text) => Fail().Replace(
        Insert().Replace(text, match => $"INSERT INTO ledger VALUES ({(match.Groups[1].Value is ['$', ..] parameter ? parameter : $"'{match.Groups[1].Value}'")})"),
        _ => Failure);

    [GeneratedRegex(@"\bINSERT (\$1|\w+)")]
    private static partial Regex Insert();

    [GeneratedRegex(@"\bFAIL\b")]
    private static partial Regex Fail();

    // Warnings and reports are not modelled, nor where in the text a syntax error stands, nor which version says what of pipelines.
    private static string Trace(IReadOnlyList<RawMessage> replies) =>
        string.Join(' ', replies.Where(reply => reply.Type is not ('N' or 'S')).Select(DescribeReply));

    private static string DescribeReply(RawMessage reply) => reply switch
    {
        { Type: 'E', SqlState: "42601", Message: "syntax error" } => "E(42601)",
        { Type: 'E', SqlState: "42601" } when reply.Message.StartsWith("syntax error at", StringComparison.Ordinal) => "E(42601)",
        { Type: 'E', SqlState: "25001" } => "E(25001)",
        _ => FakeClient.Describe(reply),
    };

    private static string Describe(byte[] message) => $"{(char)message[0]}({new RawMessage((char)message[0], message[5..]).Text.Replace('\0', ' ').Trim()})";
}
