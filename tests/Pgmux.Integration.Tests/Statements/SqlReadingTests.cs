using System.Net;
using System.Text;
using Pgmux.Core.Statements.Sql;
using Pgmux.Testing.Postgres;
using Pgmux.Testing.Processes;

namespace Pgmux.Integration.Tests.Statements;

/// <summary>What is read in SQL text, held against PostgreSQL itself, without pgmux between.</summary>
[TestFixtureSource(typeof(PostgresVersions), nameof(PostgresVersions.Tested)), Category(TestCategories.WithoutPgmux)]
internal sealed class SqlReadingTests(int postgres)
{
    private const int TextsPerRun = 1500;
    private const int MostPieces = 7;

    // Whoever reads one of these otherwise than the server sees another number of statements from there on.
    private static readonly string[] Fillers =
    [
        @"\", @"\'", @"\\", "'", "''", "\"", "\"\"", "$$", "$a$", ";", "--", "/*", "*/", "\n", " ", "x", "(", ")", "+", "e'", "U&'", "B'", "$1", "a$$", "; EXECUTE p; ",
        "; DEALLOCATE ALL; ", "; PREPARE z AS SELECT 2; ",
    ];

    private static readonly (string Open, string Close)[] Quotes =
    [
        ("'", "'"), ("E'", "'"), ("N'", "'"), ("U&'", "'"), ("B'", "'"), ("$$", "$$"), ("$a$", "$a$"), ("\"", "\""), ("/*", "*/ 1"), ("--", "\n1"), ("(", "1)"), ("'a'\n'", "'"), ("E'a' --\n'", "'"),
        ("/*/*", "*/;*/ 1"), ("/* /*/**/", "*/;*/ 1"), ("1+--", "\n1"), ("1<>/*", "*/ 1"), ("1 as a$$, '", "'"),
    ];

    private static readonly string[] Statements =
    [
        "PREPARE q AS SELECT 1", "PREPARE \"q;r\"(int)AS SELECT $1", "prepare transaction as select ';'", "EXECUTE p", "EXECUTE\"p\"", "EXPLAIN EXECUTE p", "EXPLAIN (COSTS off) EXECUTE p",
        "CREATE TEMP TABLE IF NOT EXISTS fuzz_t AS EXECUTE p", "CREATE TEMP TABLE IF NOT EXISTS fuzz_u AS SELECT 1 AS execute", "DEALLOCATE p", "DEALLOCATE/**/PREPARE p", "DEALLOCATE ALL",
        "DISCARD PLANS", "SELECT CASE WHEN true THEN 1 END", "CREATE OR REPLACE RULE fuzz_r AS ON INSERT TO fuzz_rules DO ALSO (SELECT 1; SELECT 2)",
        "CREATE OR REPLACE FUNCTION fuzz_f() RETURNS int BEGIN ATOMIC SELECT CASE WHEN true THEN 1 END AS end; SELECT 2; END", "CREATE OR REPLACE PROCEDURE fuzz_p() BEGIN ATOMIC END",
        "CREATE OR REPLACE FUNCTION fuzz_g() RETURNS int RETURN CASE WHEN true THEN 1 END", "SELECT 1 AS \"EXECUTE\"", "",
    ];

    private PostgresCluster? _cluster;

    private PostgresCluster Cluster => _cluster ?? throw new InvalidOperationException("the cluster starts before the first test");

    [OneTimeSetUp]
    public async Task StartClusterAsync()
    {
        _cluster = await PostgresClusters.GetAsync(postgres);
        await _cluster.ExecuteAsync("CREATE TABLE IF NOT EXISTS fuzz_rules (a int)");
    }

    [TestCase("abc")]
    [TestCase("ABC_1$")]
    [TestCase("ÄBC")]
    [TestCase("transaction")]
    [TestCase("prepare")]
    [TestCase("\"aBc\"")]
    [TestCase("\"a\"\"b\"\"\"")]
    [TestCase("\" a;--/*$$'\"")]
    [TestCase("\"\\\"")]
    [TestCase("\"\"")]
    [TestCase("U&\"d\\0061t\\+000061\"")]
    [TestCase("u&\"a\"\"B\\\\\"")]
    [TestCase("U&\"\\00e4\\65e5\\d83d\\de00\\+01F600\"")]
    [TestCase("U&\"\\+00d83d\\+00de00\"")]
    [TestCase("U&\"d!0061t!!\\\" UESCAPE '!'")]
    [TestCase("U&\"d!0061\"/*c*/uescape --x\n '!'")]
    [TestCase("U&\"\\006\"")]
    [TestCase("U&\"\\0000\"")]
    [TestCase("U&\"\\+110000\"")]
    [TestCase("U&\"\\d83d\"")]
    [TestCase("U&\"\\d83dx\"")]
    [TestCase("U&\"\\de00\"")]
    [TestCase("U&\"\\d83d\\0061\"")]
    [TestCase("U&\"\"")]
    [TestCase("U&\"a\" UESCAPE '+'")]
    [TestCase("U&\"a\" UESCAPE '!!'")]
    [TestCase("A23456789_b23456789_c23456789_d23456789_e23456789_f23456789_g23x")]
    [TestCase("\"a23456789_b23456789_c23456789_d23456789_e23456789_f23456789_g2äx\"")]
    [TestCase("\"日本日本日本日本日本日本日本日本日本日本日本日本\"")]
    [TestCase("\"x😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀\"")]
    public async Task A_name_folds_to_the_one_that_the_server_keeps(string token)
    {
        await using var client = await LoginAsync("UTF8", "on");
        var answer = await client.QueryAsync($"PREPARE {token} AS SELECT 1");
        var kept = answer[0].Type == 'E' ? null : await client.ScalarAsync("SELECT name FROM pg_prepared_statements");

        var destination = new byte[SqlIdentifier.MaximumBytes];
        var length = SqlIdentifier.Fold(Encoding.UTF8.GetBytes(token), destination);

        Assert.That(length == SqlIdentifier.NotAName ? null : Encoding.UTF8.GetString(destination, 0, length), Is.EqualTo(kept));
    }

    [TestCase("UTF8", "on", "C3A4", 1)]
    [TestCase("UTF8", "off", "C3A4", 2)]
    [TestCase("LATIN1", "on", "E4", 3)]
    [TestCase("SJIS", "on", "835C", 4)]
    [TestCase("SJIS", "off", "835C", 5)]
    [TestCase("SJIS", "off", "B1", 6)]
    [TestCase("BIG5", "off", "A55C", 7)]
    [TestCase("GBK", "off", "815C", 8)]
    [TestCase("UHC", "on", "8141", 9)]
    [TestCase("GB18030", "off", "815C", 10)]
    public async Task Statements_end_and_commands_begin_where_the_server_sees_it(string encoding, string standardStrings, string character, int seed)
    {
        var dialect = SqlDialect.From(standardStrings, encoding);
        var random = new Random(seed);

        // Often enough to stand right before the end of a string, where its second byte counts.
        string[] fillers = [.. Fillers, .. Enumerable.Repeat(Encoding.Latin1.GetString(Convert.FromHexString(character)), 8)];
        var accepted = 0;
        var commands = 0;
        await using var client = await LoginAsync(encoding, standardStrings);
        for (var n = 0; n < TextsPerRun; n++)
        {
            var sql = RandomText(random, fillers);
            await client.QueryAsync("DEALLOCATE ALL; PREPARE p AS SELECT 1");
            await client.SendAsync(RawMessages.Message('Q', [.. Encoding.Latin1.GetBytes(sql), 0]));
            var answer = await client.ReadToReadyAsync();
            if (answer.Any(message => message.Type == 'E'))
            {
                continue;
            }

            string[] tags = [.. answer.Where(message => message.Type == 'C').Select(message => message.Tag)];
            var (found, count) = Read(Encoding.Latin1.GetBytes(sql), dialect);
            Assert.That(count, Is.EqualTo(tags.Length), sql);
            Assert.That(found, Is.EqualTo(TagsOfCommands(tags)), sql);
            accepted++;
            commands += found.Count;
        }

        await TestContext.Out.WriteLineAsync($"{accepted} texts with {commands} commands");

        // Texts that the server refuses prove nothing.
        Assert.That(accepted, Is.GreaterThan(TextsPerRun / 10));
        Assert.That(commands, Is.GreaterThan(TextsPerRun / 20));
    }

    private static string RandomText(Random random, string[] fillers)
    {
        var text = new StringBuilder();
        for (var pieces = random.Next(1, MostPieces + 1); pieces > 0; pieces--)
        {
            if (random.Next(3) == 0)
            {
                text.Append(Pick(random, Statements));
            }
            else
            {
                var (open, close) = Quotes[random.Next(Quotes.Length)];
                text.Append("SELECT ").Append(open == "\"" ? "1 AS " : "").Append(open);
                for (var inside = random.Next(3); inside > 0; inside--)
                {
                    text.Append(Pick(random, fillers));
                }

                text.Append(close);
            }

            text.Append(random.Next(20) == 0 ? Pick(random, fillers) : ";");
        }

        return text.ToString();
    }

    private static string Pick(Random random, string[] from) => from[random.Next(from.Length)];

    /// <summary>Statement number and tag of the commands whose tags tell them: EXECUTE has that of what it executes.</summary>
    private static List<(int Index, string Tag)> TagsOfCommands(string[] tags) =>
        [.. tags.Select((tag, index) => (index, tag)).Where(pair => pair.tag is "PREPARE" or "DEALLOCATE" or "DEALLOCATE ALL" or "DISCARD ALL")];

    private static (List<(int Index, string Tag)> Commands, int StatementCount) Read(byte[] sql, SqlDialect dialect)
    {
        var found = new List<(int, string)>();
        var reader = new StatementCommandReader(sql, dialect);
        while (reader.MoveNext(out var command))
        {
            var tag = command.Kind switch
            {
                StatementCommandKind.Prepare => "PREPARE",
                StatementCommandKind.Deallocate => "DEALLOCATE",
                StatementCommandKind.DeallocateAll => "DEALLOCATE ALL",
                StatementCommandKind.DiscardAll => "DISCARD ALL",
                _ => null,
            };
            if (tag is not null)
            {
                found.Add((command.StatementIndex, tag));
            }
        }

        return (found, reader.StatementCount);
    }

    private Task<RawClient> LoginAsync(string encoding, string standardStrings) => RawClient.LoginAsync(
        new IPEndPoint(IPAddress.Loopback, Cluster.Port), PostgresRole.Superuser.Name, PostgresCluster.Database, parameters:
        [("client_encoding", encoding), ("standard_conforming_strings", standardStrings), ("backslash_quote", "on"), ("client_min_messages", "error")]);
}
