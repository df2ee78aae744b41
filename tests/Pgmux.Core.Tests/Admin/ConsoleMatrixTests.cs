using Pgmux.Core.Admin;
using Pgmux.Testing.Mux;
using Pgmux.Testing.Processes;

namespace Pgmux.Core.Tests.Admin;

/// <summary>
/// Every verb and every word of SHOW, by every kind of user, over both protocols. Who is neither administrator nor statistics user never
/// gets as far as a command.
/// </summary>
[TestFixture]
internal sealed class ConsoleMatrixTests
{
    private const string Denied = "E(08P01 admin access needed)";

    private static readonly string[] Words = [.. ShowCommands.All.Select(show => show.Word), "help", "timezone", "nosuch"];

    // Each verb with something to do, and with what is wrong for it.
    private static readonly string[] Arguments = ["", " db", " nosuch", " pgbouncer", " 7", " x = 1", " default_pool_size = 5", " timezone = 'x'", " AS JSON"];

    private static IEnumerable<TestCaseData<ConsoleRights, bool>> Kinds()
    {
        foreach (var rights in new[] { ConsoleRights.Administer, ConsoleRights.Look })
        {
            yield return new(rights, false);
            yield return new(rights, true);
        }
    }

    [TestCaseSource(nameof(Kinds))]
    [Property("Row", "C04"), Property("Row", "D01")]
    public async Task Every_word_of_SHOW_has_its_columns_or_its_refusal(object rights, bool isExtended)
    {
        foreach (var verb in new[] { "SHOW", "select" })
        {
            foreach (var word in Words)
            {
                foreach (var suffix in new[] { "", " AS JSON" })
                {
                    var text = $"{verb} {word}{suffix}";
                    Assert.That(
                        await AnswerAsync(new ConsoleRig((ConsoleRights)rights), text, isExtended),
                        Does.StartWith(ExpectedOfShow(word, suffix.Length > 0, (ConsoleRights)rights, text)), $"{text} by {rights}");
                }
            }
        }
    }

    [TestCaseSource(nameof(Kinds))]
    [Property("Row", "C04"), Property("Row", "D01")]
    public async Task Every_verb_does_something_only_for_administrators(object rights, bool isExtended)
    {
        foreach (var verb in ConsoleVerb.All.Where(verb => verb.Word is not ("show" or "select")))
        {
            foreach (var argument in Arguments)
            {
                var rig = new ConsoleRig((ConsoleRights)rights);
                var text = verb.Word.ToUpperInvariant() + argument;
                var isCommand = ConsoleCommandParser.TryParse(text, out _, out var problem);
                var answer = await AnswerAsync(rig, text, isExtended);
                if (!isCommand)
                {
                    Assert.That(answer, Is.EqualTo($"E(08P01 {problem})"), text);
                }
                else if (text.EndsWith(" timezone = 'x'", StringComparison.Ordinal))
                {
                    Assert.That(answer, Is.EqualTo("N(NOTICE 00000 SET ignored) C(SET)"), text);
                }
                else if ((ConsoleRights)rights == ConsoleRights.Look)
                {
                    Assert.That(answer, Is.EqualTo(Denied), text);
                    Assert.That(rig.Source.WasChanged, Is.False, text);
                }
                else
                {
                    // SHUTDOWN at once says nothing any more.
                    Assert.That(answer, Does.Match(@"^(C\(.+\)|E\(08P01 .+\))$").Or.Empty, text);
                    Assert.That(answer.Length > 0 || text == "SHUTDOWN", Is.True, text);
                    Assert.That(answer, Does.Not.Contain("admin access needed"), text);
                }
            }
        }
    }

    [Test]
    [Property("Row", "C04"), Property("Row", "D01")]
    public void Anybody_else_is_sent_away_before_the_first_command([Values("pgbouncer", "pgmux")] string database, [Values] bool isExtended)
    {
        using var mux = TestMux.Start();
        foreach (var text in ConsoleVerb.All.Select(verb => verb.Word).Concat(Words.Select(word => $"SHOW {word}")))
        {
            var client = mux.Connect();

            // Ahead of the answer to the login, as an attacker may.
            byte[][] command = isExtended
                ? [RawMessages.Parse(text), RawMessages.Bind(), RawMessages.Execute(), RawMessages.Sync()]
                : [RawMessages.Query(text)];
            client.Send([RawMessages.Startup(("user", "alice"), ("database", database)), .. command]);
            Assert.That(client.Take(), Does.EndWith("E(28000 not allowed) EOF"), text);
        }

        Assert.That(mux.Mux.Clients.IsShuttingDown, Is.False);
        Assert.That(mux.Mux.Pools.IsPaused, Is.False);
    }

    private static string ExpectedOfShow(string word, bool isJson, ConsoleRights rights, string text)
    {
        if (word == "timezone")
        {
            return isJson ? "T(json:25) D([{\"timezone\":\"GMT\"}]) C(SHOW)" : "T(timezone:25) D(GMT) C(SHOW)";
        }

        if (word == "help" && !isJson)
        {
            return "N(NOTICE 00000 Console usage) C(SHOW)";
        }

        return ShowCommands.Find(word) is not { } show ? $"E(08P01 invalid command '{text}', use SHOW HELP;)"
            : rights < show.Needs ? Denied
            : isJson ? "T(json:25) D([" : $"T({string.Join(',', show.Columns.Select(column => $"{column.Name}:{column.TypeOid}"))})";
    }

    /// <summary>What a command is answered by, apart from what the protocol has around it.</summary>
    private static async Task<string> AnswerAsync(ConsoleRig rig, string text, bool isExtended)
    {
        var replies = isExtended ? await rig.ExtendedAsync(text) : await rig.QueryAsync(text);

        // A refused FDS is described before it is run, and a refused Parse is followed by nothing.
        var hasError = replies.Any(reply => reply.StartsWith("E(", StringComparison.Ordinal));
        return string.Join(' ', replies.Where(reply =>
            reply is not ("1" or "2" or "n" or "Z(I)") && !(hasError && reply.StartsWith("T(", StringComparison.Ordinal))));
    }
}
