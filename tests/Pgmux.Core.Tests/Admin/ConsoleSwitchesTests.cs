using Pgmux.Core.Admin;

namespace Pgmux.Core.Tests.Admin;

/// <summary>What PAUSE and its like answer and ask for.</summary>
[TestFixture, FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class ConsoleSwitchesTests
{
    private readonly ConsoleRig _rig = new();

    private FakeSwitches Switches => _rig.Source.Switches;

    [TestCase("PAUSE", "C(PAUSE)", "pause")]
    [TestCase("PAUSE db", "C(PAUSE)", "pause db")]
    [TestCase("pause \"db\";", "C(PAUSE)", "pause db")]
    [TestCase("DISABLE db", "C(DISABLE)", "disable db")]
    [TestCase("ENABLE db", "C(ENABLE)", "enable db")]
    [TestCase("RECONNECT", "C(RECONNECT)", "reconnect all")]
    [TestCase("RECONNECT db", "C(RECONNECT)", "reconnect db")]
    [TestCase("KILL", "C(KILL)", "kill all")]
    [TestCase("KILL db", "C(KILL)", "kill db")]
    [TestCase("KILL_CLIENT 7", "C(KILL_CLIENT)", "kill client 7")]
    [TestCase("KILL_CLIENT 7x", "C(KILL_CLIENT)", "kill client 7")]
    [TestCase("KILL_CLIENT 8", "E(08P01 client not found)", "kill client 8")]
    [TestCase("WAIT_CLOSE", "C(WAIT_CLOSE)")]
    [TestCase("WAIT_CLOSE db", "C(WAIT_CLOSE)")]
    [TestCase("SUSPEND", "C(SUSPEND)", "suspend")]
    [TestCase("RESUME", "E(08P01 pooler is not paused/suspended)")]
    [TestCase("RESUME db", "E(08P01 database db is not paused)")]
    [TestCase("RESUME nosuch", "E(08P01 no such database: nosuch)")]
    [TestCase("PAUSE nosuch", "E(08P01 no such database: nosuch)")]
    [TestCase("KILL nosuch", "E(08P01 no such database: nosuch)")]
    [TestCase("RECONNECT nosuch", "E(08P01 no such database: nosuch)")]
    [TestCase("WAIT_CLOSE nosuch", "E(08P01 no such database: nosuch)")]
    [TestCase("DISABLE nosuch", "E(08P01 no such database: nosuch)")]
    [TestCase("ENABLE nosuch", "E(08P01 no such database: nosuch)")]
    [TestCase("PAUSE pgbouncer", "E(08P01 cannot pause admin db: pgbouncer)")]
    [TestCase("KILL pgbouncer", "E(08P01 cannot kill admin db: pgbouncer)")]
    [TestCase("RECONNECT pgbouncer", "E(08P01 cannot reconnect admin db: pgbouncer)")]
    [TestCase("WAIT_CLOSE pgbouncer", "E(08P01 cannot wait in admin db: pgbouncer)")]
    [TestCase("DISABLE pgbouncer", "E(08P01 cannot disable admin db: pgbouncer)")]
    [TestCase("ENABLE pgbouncer", "E(08P01 cannot enable admin db: pgbouncer)")]
    [TestCase("DISABLE", "E(08P01 a database is required)")]
    [TestCase("ENABLE", "E(08P01 a database is required)")]
    [TestCase("KILL_CLIENT", "E(08P01 invalid client pointer supplied)")]
    [TestCase("KILL_CLIENT x7", "E(08P01 invalid client pointer supplied)")]
    [TestCase("KILL_CLIENT 99999999999999999999999", "E(08P01 invalid client pointer supplied)")]
    [Property("Row", "D07")]
    [Property("Text", "T103"), Property("Text", "T104"), Property("Text", "T105"), Property("Text", "T107")]
    public async Task A_command_does_what_it_says_or_says_what_is_wrong(string text, string answer, params string[] calls)
    {
        Assert.That(await _rig.QueryAsync(text), Is.EqualTo(new[] { answer, "Z(I)" }));
        Assert.That(Switches.Calls, Is.EqualTo(calls));
    }

    [TestCase("PAUSE")]
    [TestCase("PAUSE db")]
    [TestCase("KILL")]
    [TestCase("KILL db")]
    [Property("Row", "D04")]
    public async Task What_is_paused_is_not_paused_again(string text)
    {
        Switches.IsPaused = true;
        Assert.That(await _rig.QueryAsync(text), Is.EqualTo(new[] { "E(08P01 already suspended/paused)", "Z(I)" }));
        Assert.That(Switches.Calls, Is.Empty);
    }

    [Test]
    [Property("Text", "T106")]
    public async Task Nothing_is_resumed_while_the_process_ends()
    {
        Switches.IsPaused = Switches.IsShuttingDown = true;
        Assert.That(await _rig.QueryAsync("RESUME"), Is.EqualTo(new[] { "E(08P01 pooler is shutting down)", "Z(I)" }));
        Assert.That(Switches.IsPaused, Is.True);
    }

    [TestCase("SUSPEND", ConsoleWaitEnd.Cancelled, "E(57014 canceling SUSPEND due to user request)", "suspend", "resume")]
    [TestCase("SUSPEND", ConsoleWaitEnd.Left, "C(SUSPEND)", "suspend", "resume")]
    [TestCase("PAUSE", ConsoleWaitEnd.Cancelled, "E(57014 canceling PAUSE due to user request)", "pause", "resume")]
    [TestCase("PAUSE db", ConsoleWaitEnd.Cancelled, "E(57014 canceling PAUSE due to user request)", "pause db", "resume db")]
    [TestCase("PAUSE", ConsoleWaitEnd.Left, "C(PAUSE)", "pause", "resume")]
    [TestCase("PAUSE db", ConsoleWaitEnd.Left, "C(PAUSE)", "pause db", "resume db")]
    [TestCase("WAIT_CLOSE", ConsoleWaitEnd.Cancelled, "E(57014 canceling WAIT_CLOSE due to user request)")]
    [TestCase("WAIT_CLOSE db", ConsoleWaitEnd.Left, "C(WAIT_CLOSE)")]
    [Property("Row", "D05")]
    public async Task A_wait_that_is_given_up_leaves_nothing_half_done(string text, ConsoleWaitEnd end, string answer, params string[] calls)
    {
        Switches.IsQuietNow = Switches.IsTidyNow = Switches.IsAtRest = false;
        _rig.Waiter.End = end;
        Assert.That(await _rig.QueryAsync(text), Is.EqualTo(new[] { answer, "Z(I)" }));
        Assert.That(Switches.Calls, Is.EqualTo(calls));
    }
}
