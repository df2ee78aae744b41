using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Pgmux.Core.Clients;
using Pgmux.Core.Statements;
using Pgmux.Core.Statements.Sql;
using Pgmux.Core.Tests.Statements;
using Pgmux.Protocol;

namespace Pgmux.Core.Tests.Clients;

[TestFixture, FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class CommandTranslationTests
{
    private const int NoLimit = 10_000;

    private readonly StatementRegistry _registry = new(loops: 1);
    private readonly ClientStatements _client = new();

    // The client has a (1), "B b" (2) and, made by Parse, p (3). New ones get the numbers from 4 on.
    [SetUp]
    public void Prepare()
    {
        _registry.Give(_client, "a", StatementLevel.Sql, " AS SELECT 1");
        _registry.Give(_client, "B b", StatementLevel.Sql, " AS SELECT 2");
        _registry.Give(_client, "p", StatementLevel.Protocol, "SELECT 3\0\0\0");
    }

    [TestCase("EXECUTE a", "EXECUTE <1>")]
    [TestCase("execute A(1, 'a')", "execute <1>(1, 'a')")]
    [TestCase("EXECUTE \"a\";", "EXECUTE <1>;")]
    [TestCase("EXECUTE \"B b\"('EXECUTE a')", "EXECUTE <2>('EXECUTE a')")]
    [TestCase("EXECUTE p", "EXECUTE <3>")]
    [TestCase("EXECUTE U&\"\\0061\"", "EXECUTE <1>")]
    [TestCase("EXECUTE U&\"!0061\" UESCAPE '!'", "EXECUTE <1>")]
    [TestCase("/* EXECUTE a; */ EXECUTE/**/a/* a */ -- a", "/* EXECUTE a; */ EXECUTE/**/<1>/* a */ -- a")]
    [TestCase("SELECT 'EXECUTE a'; EXECUTE a; SELECT $$; EXECUTE a;$$; EXECUTE a", "SELECT 'EXECUTE a'; EXECUTE <1>; SELECT $$; EXECUTE a;$$; EXECUTE <1>")]
    [TestCase("EXPLAIN ANALYZE EXECUTE a", "EXPLAIN ANALYZE EXECUTE <1>")]
    [TestCase("CREATE TEMP TABLE a AS EXECUTE a", "CREATE TEMP TABLE a AS EXECUTE <1>")]
    [TestCase("BEGIN; EXECUTE a; EXECUTE \"B b\"; COMMIT", "BEGIN; EXECUTE <1>; EXECUTE <2>; COMMIT")]
    [Property("Row", "E17")]
    public void Names_are_replaced_where_they_stand(string sql, string expected) =>
        Assert.That(Translate(sql), Is.EqualTo((expected, Sorted(Regex.Matches(expected, "<(\\d)>").Select(match => match.Groups[1].Value)), "")));

    [TestCase("EXECUTE nobody")]
    [TestCase("EXECUTE \"A\"; DEALLOCATE \"b b\"")]
    [TestCase("DEALLOCATE nobody")]
    [TestCase("EXECUTE B")]
    [Property("Row", "E08")]
    public void Names_that_stand_for_nothing_stay(string sql) => Assert.That(Translate(sql), Is.EqualTo((sql, "", "")));

    [TestCase("PREPARE b AS SELECT 9", "PREPARE <4> AS SELECT 9", "", "+b=4")]
    [TestCase("PREPARE b (int, text) AS SELECT $1 ; EXECUTE b(1, 'x')", "PREPARE <4> (int, text) AS SELECT $1 ; EXECUTE <4>(1, 'x')", "", "+b=4")]
    [TestCase("PREPARE b AS SELECT 9; PREPARE c AS SELECT 8; EXECUTE c; EXECUTE b; EXECUTE a", "PREPARE <4> AS SELECT 9; PREPARE <5> AS SELECT 8; EXECUTE <5>; EXECUTE <4>; EXECUTE <1>", "1", "+b=4 +c=5")]
    [TestCase("PREPARE \"X\"\"y\" AS SELECT 9", "PREPARE <4> AS SELECT 9", "", "+X\"y=4")]
    [TestCase("PREPARE b AS SELECT 1", "PREPARE <1> AS SELECT 1", "", "+b=1")]
    public void What_is_prepared_is_known_to_the_rest_of_the_text(string sql, string expected, string required, string steps) =>
        Assert.That(Translate(sql), Is.EqualTo((expected, required, steps)));

    [Test, Property("Row", "E17")]
    public void The_same_text_under_two_names_of_one_query_is_made_twice() =>
        Assert.That(Translate("PREPARE b AS SELECT 9; PREPARE c AS SELECT 9; EXECUTE b; EXECUTE c"), Is.EqualTo(
            ("PREPARE <4> AS SELECT 9; PREPARE <5> AS SELECT 9; EXECUTE <4>; EXECUTE <5>", "", "+b=4 +c=5")));

    [TestCase("PREPARE a AS SELECT 9", "PREPARE <1> AS SELECT 9", "1", "")]
    [TestCase("PREPARE p AS SELECT 9", "PREPARE <3> AS SELECT 9", "3", "")]
    [TestCase("PREPARE b AS SELECT 9; PREPARE b AS SELECT 9", "PREPARE <4> AS SELECT 9; PREPARE <4> AS SELECT 9", "", "+b=4")]
    [Property("Row", "E09")]
    public void A_name_that_is_taken_is_refused_by_the_server_which_has_it(string sql, string expected, string required, string steps) =>
        Assert.That(Translate(sql), Is.EqualTo((expected, required, steps)));

    [TestCase("DEALLOCATE a", "DEALLOCATE <4>", "4", "-a=4")]
    [TestCase("DEALLOCATE PREPARE a; EXECUTE a", "DEALLOCATE PREPARE <4>; EXECUTE a", "4", "-a=4")]
    [TestCase("DEALLOCATE a; DEALLOCATE a", "DEALLOCATE <4>; DEALLOCATE a", "4", "-a=4")]
    [TestCase("EXECUTE a; DEALLOCATE a; DEALLOCATE p", "EXECUTE <1>; DEALLOCATE <4>; DEALLOCATE <5>", "1 4 5", "-a=4 -p=5")]
    [TestCase("DEALLOCATE a; PREPARE a AS SELECT 9; EXECUTE a", "DEALLOCATE <4>; PREPARE <5> AS SELECT 9; EXECUTE <5>", "4", "-a=4 +a=5")]
    [TestCase("DEALLOCATE a; PREPARE a AS SELECT 1; EXECUTE a", "DEALLOCATE <4>; PREPARE <1> AS SELECT 1; EXECUTE <1>", "4", "-a=4 +a=1")]
    [TestCase("PREPARE b AS SELECT 9; DEALLOCATE b; EXECUTE b", "PREPARE <4> AS SELECT 9; DEALLOCATE <5>; EXECUTE b", "5", "+b=4 -b=5")]
    [TestCase("PREPARE b AS SELECT 9; DEALLOCATE b; PREPARE b AS SELECT 9", "PREPARE <4> AS SELECT 9; DEALLOCATE <5>; PREPARE <6> AS SELECT 9", "5", "+b=4 -b=5 +b=6")]
    [Property("Row", "E17")]
    public void What_is_deallocated_is_gone_for_the_rest_of_the_text(string sql, string expected, string required, string steps) =>
        Assert.That(Translate(sql), Is.EqualTo((expected, required, steps)));

    [TestCase("DEALLOCATE ALL; EXECUTE a", "DEALLOCATE ALL; EXECUTE a", "", "!")]
    [TestCase("EXECUTE a; DEALLOCATE ALL; PREPARE a AS SELECT 9; EXECUTE a", "EXECUTE <1>; DEALLOCATE ALL; PREPARE <4> AS SELECT 9; EXECUTE <4>", "1", "! +a=4")]
    [TestCase("PREPARE b AS SELECT 9; DEALLOCATE ALL; EXECUTE b", "PREPARE <4> AS SELECT 9; DEALLOCATE ALL; EXECUTE b", "", "+b=4 !")]
    [TestCase("DISCARD ALL", "DISCARD ALL", "", "!")]
    [Property("Row", "B100"), Property("Row", "E17")]
    public void Everything_is_gone_behind_deallocate_all(string sql, string expected, string required, string steps) =>
        Assert.That(Translate(sql), Is.EqualTo((expected, required, steps)));

    [TestCase("EXECUTE {0}1")]
    [TestCase("DEALLOCATE {0}1")]
    [TestCase("EXECUTE \"{0}1\"")]
    [TestCase("EXECUTE {0}portal")]
    [Property("Row", "E12"), Property("Row", "B92")]
    public void Names_of_pgmux_are_not_to_be_had(string format)
    {
        var sql = string.Format(CultureInfo.InvariantCulture, format, Encoding.ASCII.GetString(_registry.Names.Prefix));
        var (text, required, steps) = Translate(sql);
        Assert.That(text, Is.EqualTo($"{sql[..sql.IndexOf(' ', StringComparison.Ordinal)]} \"{Encoding.ASCII.GetString(_registry.Names.Nobody)}\""));
        Assert.That((required, steps), Is.EqualTo(("", "")));
    }

    [Test, Property("Row", "B92")]
    public void A_client_may_prepare_under_a_name_like_those_of_pgmux()
    {
        var name = $"{Encoding.ASCII.GetString(_registry.Names.Prefix)}1";
        Assert.That(Translate($"PREPARE {name} AS SELECT 9; EXECUTE {name}; EXECUTE a"), Is.EqualTo(
            ("PREPARE <4> AS SELECT 9; EXECUTE <4>; EXECUTE <1>", "1", $"+{name}=4")));
    }

    [Test, Property("Row", "E12")]
    public void Names_are_cut_as_PostgreSQL_cuts_them()
    {
        var name = new string('n', 100);
        Assert.That(Translate($"PREPARE {name} AS SELECT 9; EXECUTE {name[..63]}"), Is.EqualTo(
            ("PREPARE <4> AS SELECT 9; EXECUTE <4>", "", $"+{name[..63]}=4")));
    }

    [TestCase("EXECUTE a", true, false)]
    [TestCase("EXECUTE a;", true, false)]
    [TestCase("EXECUTE a; SELECT 1", false, false)]
    [TestCase("DEALLOCATE a", true, true)]
    [TestCase("EXECUTE a; PREPARE b AS SELECT 9", false, true)]
    [TestCase("DISCARD ALL", true, true)]
    public void The_text_tells_whether_it_is_one_statement_and_changes_names(string sql, bool isSingle, bool changesNames)
    {
        var text = Run(sql, NoLimit, out _)!;
        Assert.That((text.Commands.IsSingle, text.Commands.ChangesNames, text.Commands.IsQuery), Is.EqualTo((isSingle, changesNames, true)));
        text.Commands.Release();
    }

    [TestCase("PREPARE b AS SELECT 9", 3)]
    [TestCase("PREPARE b AS SELECT 9; PREPARE c AS SELECT 8", 4)]
    [TestCase("EXECUTE a; PREPARE b AS SELECT 9; EXECUTE b; PREPARE c AS SELECT 9", 4)]
    public void A_client_with_as_many_statements_as_it_may_have_gets_no_more(string sql, int limit)
    {
        Assert.That(Run(sql, limit, out var refusal), Is.Null);
        Assert.That(refusal!.SqlState, Is.EqualTo(SqlState.ProgramLimitExceeded));
        CheckHolders(held: 1);
        Run(sql, limit + 1, out refusal)!.Commands.Release();
        Assert.That(refusal, Is.Null);
        CheckHolders(held: 1);
    }

    [Test, Property("Row", "B175")]
    public void Without_room_nothing_is_prepared()
    {
        _registry.BytesLimit = _registry.Bytes;
        Assert.That(Run("EXECUTE a; DEALLOCATE p; PREPARE b AS SELECT 9", NoLimit, out var refusal), Is.Null);
        Assert.That(refusal!.SqlState, Is.EqualTo(SqlState.OutOfMemory));
        CheckHolders(held: 1);
        Assert.That(_registry.Count, Is.EqualTo(3));
    }

    [TestCase("EXECUTE a; EXECUTE a; EXECUTE p", 2, 1, 2)]
    [TestCase("DEALLOCATE a", 1, 1, 1)]
    [TestCase("PREPARE b AS SELECT 1; EXECUTE b", 2, 1, 1)]
    public void What_a_text_needs_is_held_until_it_has_ended(string sql, int a, int b, int p)
    {
        var commands = Run(sql, NoLimit, out _)!.Commands;
        Assert.That(new[] { "a", "B b", "p" }.Select(name => Get(name).ClientCount), Is.EqualTo(new[] { a, b, p }));
        commands.OnEnded(RequestOutcome.Skipped, new ServerStatements());
        CheckHolders(held: 1);
    }

    [Test]
    public void What_the_text_has_done_shows_tag_by_tag()
    {
        var server = new ServerStatements();
        var commands = Run("EXECUTE a; PREPARE b AS SELECT 9; DEALLOCATE a; PREPARE c AS SELECT 8", NoLimit, out _)!.Commands;
        var (a, dropped) = (Get("a"), commands.Steps[1].Statement!);
        server.OnMade(a);
        server.OnMade(dropped);
        commands.OnSent(server, cycle: 1);
        commands.OnCommandComplete("SELECT 1"u8, server);
        commands.OnCommandComplete("PREPARE"u8, server);
        Assert.That((Find("b")?.Text, Find("a"), Find("c")), Is.EqualTo(("AS SELECT 9", (Statement?)a, (Statement?)null)));
        commands.OnCommandComplete("DEALLOCATE"u8, server);
        Assert.That((Find("a"), server.Has(dropped, 0), server.Has(Get("b"), 0)), Is.EqualTo(((Statement?)null, (bool?)false, (bool?)true)));
        Assert.That(server.Has(a, 0), Is.True, "it may serve others");

        // The last one failed.
        commands.OnEnded(RequestOutcome.Succeeded, server);
        Assert.That((Find("c"), a.Holders(), Get("b").Holders()), Is.EqualTo(((Statement?)null, (0, 1), (1, 1))));
        Assert.That(dropped.IsUnused, Is.True);
    }

    [Test]
    public void A_query_ends_the_unnamed_statement_unless_it_is_skipped([Values] RequestOutcome outcome)
    {
        var server = new ServerStatements();
        server.Unnamed.Set(Get("p"), StatementHolder.Server);
        _client.Unnamed.Binding.Set(Get("p"), StatementHolder.Client);
        var commands = Run("EXECUTE a", NoLimit, out _)!.Commands;
        commands.OnSent(server, cycle: 1);
        Assert.That((server.Unnamed.View, _client.Unnamed.Binding.View), Is.EqualTo(((Statement?)null, (Statement?)null)), "for what comes behind it");
        commands.OnEnded(outcome, server);
        var isKept = outcome == RequestOutcome.Skipped;
        Assert.That((server.Unnamed.IsEmpty, _client.Unnamed.Binding.IsEmpty), Is.EqualTo((!isKept, !isKept)));
    }

    private (string Text, string Required, string Steps) Translate(string sql)
    {
        var text = Run(sql, NoLimit, out var refusal);
        Assert.That(refusal, Is.Null);
        var steps = text!.Commands.Steps.Select(step => step.Kind switch
        {
            StatementCommandKind.Prepare => $"+{Encoding.UTF8.GetString(step.Name)}={step.Statement!.Number}",
            StatementCommandKind.Deallocate => $"-{Encoding.UTF8.GetString(step.Name)}={step.Statement!.Number}",
            _ => "!",
        });
        var result = (
            Regex.Replace(Encoding.UTF8.GetString(text.Sql), $"\"{Encoding.ASCII.GetString(_registry.Names.Prefix)}(\\d+)\"", "<$1>"),
            Sorted(text.Commands.Required.Select(statement => $"{statement.Number}")),
            string.Join(' ', steps));
        text.Commands.Release();
        CheckHolders(held: 1);
        return result;
    }

    private RewrittenText? Run(string sql, int limit, out ErrorFields? refusal) =>
        new CommandTranslation(_registry, _client, limit).Translate(Encoding.UTF8.GetBytes(sql), default, isQuery: true, out refusal);

    private static string Sorted(IEnumerable<string> numbers) => string.Join(' ', numbers.Distinct().Order(StringComparer.Ordinal));

    // Every statement is held by its name alone: whatever the text held is let go.
    private void CheckHolders(int held) =>
        Assert.That(new[] { "a", "B b", "p" }.Select(name => Get(name).Holders()), Has.All.EqualTo((held, 0)));

    private Statement? Find(string name) => _client.Find(Encoding.UTF8.GetBytes(name))?.Binding.View;

    private Statement Get(string name) => Find(name)!;
}
