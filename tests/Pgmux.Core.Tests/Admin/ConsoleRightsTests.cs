using Pgmux.Core.Admin;
using Pgmux.Core.Configuration;

namespace Pgmux.Core.Tests.Admin;

[TestFixture]
internal sealed class ConsoleRightsTests
{
    private const string Denied = "E(08P01 admin access needed)";

    /// <summary>Every verb, a command that is well-formed for it, and whether it changes the process.</summary>
    private static readonly TestCaseData[] Verbs =
    [
        new("show", "SHOW POOLS", false),
        new("select", "SELECT version", false),
        new("set", "SET client_encoding = 'UTF8'", false),
        new("set", "SET default_pool_size = 5", true),
        new("reload", "RELOAD", true),
        new("shutdown", "SHUTDOWN WAIT_FOR_CLIENTS", true),
        new("pause", "PAUSE", true),
        new("resume", "RESUME", true),
        new("disable", "DISABLE db", true),
        new("enable", "ENABLE db", true),
        new("reconnect", "RECONNECT", true),
        new("kill", "KILL db", true),
        new("kill_client", "KILL_CLIENT 1", true),
        new("suspend", "SUSPEND", true),
        new("wait_close", "WAIT_CLOSE", true),
        new("handover", "HANDOVER", true),
    ];

    [TestCaseSource(nameof(Verbs))]
    [Property("Row", "C04")]
    [Property("Row", "D01")]
    public async Task Statistics_users_look_and_change_nothing(string verb, string text, bool changes)
    {
        var rig = new ConsoleRig(ConsoleRights.Look);
        var replies = await rig.QueryAsync(text);
        Assert.That(replies.Contains(Denied), Is.EqualTo(changes), $"{verb}: {string.Join(' ', replies)}");
        Assert.That(replies[^1], Is.EqualTo("Z(I)"));
        Assert.That(rig.Source.WasChanged, Is.False);
    }

    [TestCaseSource(nameof(Verbs))]
    [Property("Row", "C04")]
    public async Task Statistics_users_are_held_to_the_same_in_the_extended_protocol(string verb, string text, bool changes)
    {
        var rig = new ConsoleRig(ConsoleRights.Look);
        var replies = await rig.ExtendedAsync(text);
        Assert.That(replies.Contains(Denied), Is.EqualTo(changes), $"{verb}: {string.Join(' ', replies)}");
        Assert.That(rig.Source.WasChanged, Is.False);
    }

    [TestCaseSource(nameof(Verbs))]
    [Property("Row", "D01")]
    public async Task Administrators_are_never_denied(string verb, string text, bool changes)
    {
        var replies = await new ConsoleRig().QueryAsync(text);
        Assert.That(replies, Has.No.Member(Denied), verb);
        Assert.That(replies[^1], Is.EqualTo("Z(I)"), changes ? "changes" : "looks");
    }

    [Test]
    [Property("Row", "C04")]
    public void Every_verb_stands_in_the_matrix()
        => Assert.That(Verbs.Select(data => data.Arguments[0]).Distinct(), Is.EquivalentTo(ConsoleVerb.All.Select(verb => verb.Word)));

    [Test]
    [Property("Row", "C04")]
    public async Task Descriptors_and_secrets_are_for_administrators()
        => Assert.That(await new ConsoleRig(ConsoleRights.Look).QueryAsync("SHOW FDS"), Is.EqualTo(new[] { Denied, "Z(I)" }));

    [Test]
    [Property("Row", "C04")]
    public async Task Tables_without_secrets_are_for_statistics_users_too()
    {
        foreach (var show in ShowCommands.All.Where(show => show.Needs == ConsoleRights.Look))
        {
            var replies = await new ConsoleRig(ConsoleRights.Look).QueryAsync($"SHOW {show.Word}");
            Assert.That(replies[^2..], Is.EqualTo(new[] { "C(SHOW)", "Z(I)" }), show.Word);
        }
    }

    [TestCase("boss", ConsoleRights.Administer)]
    [TestCase("watcher", ConsoleRights.Look)]
    [TestCase("both", ConsoleRights.Administer)]
    [TestCase("Boss", ConsoleRights.None)]
    [TestCase("pgbouncer", ConsoleRights.None)]
    [TestCase("", ConsoleRights.None)]
    [Property("Row", "D01")]
    public void Rights_come_from_the_two_lists(string user, object rights)
    {
        var options = new PgmuxOptions { AdminUsers = new NameList("boss, both"), StatsUsers = new NameList("watcher,both") };
        Assert.That(ConsoleAccess.RightsOf(options, user), Is.EqualTo(rights));
    }

    [Test]
    public void A_session_without_rights_cannot_be_made()
        => Assert.That(() => new ConsoleRig(ConsoleRights.None), Throws.InstanceOf<ArgumentOutOfRangeException>());
}
