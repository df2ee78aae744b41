using Pgmux.Core.Admin;
using Pgmux.Core.Configuration;
using Pgmux.Testing.Mux;
using Pgmux.Testing.Processes;

namespace Pgmux.Core.Tests.Hosting;

/// <summary>The console of a multiplexer that has something to do.</summary>
[TestFixture]
internal sealed class ConsoleLoadTests
{
    private const string Answer = "T D(a) C(SELECT 1) Z(I)";

    // Those that end or stop clients, or wait for them, have tests of their own.
    private static readonly string[] Ending = ["shutdown", "pause", "kill", "kill_client", "disable", "wait_close"];

    private static readonly string[] Arguments = ["", " db", " nosuch", " 1", " all", ";", " = 5", " client_encoding = 'x'"];

    [TestCase(1)]
    [TestCase(2)]
    [Property("Row", "B213")]
    public void Every_verb_in_a_loop_is_answered_while_clients_come_ask_and_go(int loops)
    {
        using var mux = TestMux.Start(loops, ("default_pool_size", "3"));
        var console = mux.Login("admin", "pgbouncer");
        var canary = mux.Login("bob");
        console.Take();
        canary.Take();
        string[] commands =
        [
            .. ConsoleVerb.All.Where(verb => !Ending.Contains(verb.Word)).SelectMany(verb => Arguments.Select(argument => verb.Word + argument)),
            .. ShowCommands.All.Select(show => $"SHOW {show.Word}"),
            "SHOW HELP",
        ];
        for (var round = 0; round < 3; round++)
        {
            foreach (var command in commands)
            {
                var client = mux.Login();
                client.Take();

                // On its way, waiting and leaving, while the console works.
                canary.Write(RawMessages.Query("SELECT a"));
                client.Write(RawMessages.Query(round == 0 ? "BEGIN" : "SELECT a"));
                console.Send(RawMessages.Query(command));
                Assert.That(console.Replies.Select(reply => reply.Type).Last(), Is.EqualTo('Z'), command);
                Assert.That(console.Replies.Count(reply => reply.Type is 'C' or 'E'), Is.EqualTo(1), command);
                console.Take();
                Assert.That(canary.Take(), Is.EqualTo(Answer), command);
                if (round == 1)
                {
                    client.Reset();
                }
                else
                {
                    client.Close();
                }
            }
        }
    }

    // SET of a setting is not built: each is refused in so many words, and nothing changes.
    [Test, Property("Row", "D11")]
    public void SET_of_any_setting_to_anything_is_answered_and_SHOW_CONFIG_tells_the_same_as_before()
    {
        using var mux = TestMux.Start(("stats_users", ConsoleRows.User));
        var console = mux.Login("admin", "pgbouncer");
        console.Take();
        var before = Config(mux);
        foreach (var setting in SettingTable.All)
        {
            foreach (var value in new[] { "0", "1", "-1", "2147483647", "-2147483648", "99999999999999999999", "'text'", "''", "'it''s'", "DEFAULT" })
            {
                Assert.That(console.Query($"SET {setting.Name} = {value}"), Does.Match(@"^E\(\w{5} .*\) Z\(I\)$"), $"{setting.Name} = {value}");
            }
        }

        Assert.That(Config(mux), Is.EqualTo(before));
        Assert.That(before.Keys, Is.SupersetOf(SettingTable.All.Select(setting => setting.Name)));
    }

    [TestCase("SET client_encoding = 'UTF8'")]
    [TestCase("SET DateStyle = 'ISO'")]
    [Property("Row", "D11")]
    public void SET_of_what_drivers_set_is_accepted_and_ignored(string command)
    {
        using var mux = TestMux.Start();
        Assert.That(mux.Login("admin", "pgbouncer").Query(command), Does.EndWith("C(SET) Z(I)"));
    }

    // Sessions of the console are not counted for max_client_conn, as in PgBouncer, so that an administrator always gets in; nothing else
    // limits their number but the descriptors of the process. What each may cost is bounded.
    [Test, Property("Row", "D12")]
    public void A_hundred_sessions_idle_or_stuck_are_cheap_and_leave_the_console_reachable()
    {
        using var mux = TestMux.Start(("max_client_conn", "5"), ("stats_users", ConsoleRows.User));
        var clients = Enumerable.Range(0, 5).Select(_ => mux.Login()).ToArray();
        var sessions = Enumerable.Range(0, 100).Select(_ => mux.Login("admin", "pgbouncer")).ToArray();
        foreach (var stuck in sessions.Where((_, i) => i % 2 == 0))
        {
            stuck.IsReading = false;
            for (var i = 0; i < 20; i++)
            {
                stuck.Send(RawMessages.Query("SHOW CONFIG"));
            }

            // A command that never ends.
            stuck.Send(RawMessages.Query("SHOW STATS")[..8]);
        }

        Assert.That(mux.RentedBytes, Is.LessThan(50 * 256 * 1024));
        Assert.That(mux.BeginLogin().Take(), Is.EqualTo("E(53300 no more connections allowed (max_client_conn)) EOF"));
        var console = mux.Login("admin", "pgbouncer");
        console.Take();
        Assert.That(console.Query("SHOW VERSION"), Does.EndWith("C(SHOW) Z(I)"));
        Assert.That(clients.Select(client => { client.Take(); return client.Query("SELECT a"); }), Is.All.EqualTo(Answer));
        Assert.That(mux.Show("LISTS").Single(row => row["list"] == "used_clients")["items"], Is.EqualTo("107"));
    }

    [TestCase("SHUTDOWN WAIT_FOR_CLIENTS")]
    [TestCase("SHUTDOWN WAIT_FOR_SERVERS")]
    [Property("Row", "D13")]
    public void SHUTDOWN_twice_from_the_console_means_now(string command)
    {
        using var mux = TestMux.Start();
        var client = mux.Login();
        client.Query("BEGIN");
        var (first, second) = (mux.Login("admin", "pgbouncer"), mux.Login("admin", "pgbouncer"));
        first.Take();
        second.Take();
        Assert.That(first.Query(command), Is.EqualTo("C(SHUTDOWN) Z(I)"));
        mux.Advance(5);
        Assert.That(client.Query("SELECT a"), Is.EqualTo("T D(a) C(SELECT 1) Z(T)"));
        second.Send(RawMessages.Query(command));
        mux.Advance(2);
        Assert.That(new[] { client, first }.Select(other => other.Take()), Is.All.EqualTo("E(57P01 server shutting down) EOF"));
        Assert.That(second.Take(), Does.EndWith("EOF"));
        Assert.That(mux.Mux.Stopped.IsCompleted, Is.True);
    }

    [TestCase("SHUTDOWN WAIT_FOR_CLIENTS", "RELOAD")]
    [TestCase("RELOAD", "SHUTDOWN WAIT_FOR_CLIENTS")]
    [TestCase("RELOAD", "SHUTDOWN WAIT_FOR_SERVERS")]
    [Property("Row", "D13")]
    public void SHUTDOWN_and_RELOAD_at_one_moment_are_both_carried_out(string first, string second)
    {
        using var mux = TestMux.Start(loops: 2);
        var client = mux.Login();
        client.Query("BEGIN");
        var (one, other) = (mux.Login("admin", "pgbouncer"), mux.Login("admin", "pgbouncer"));
        one.Take();
        other.Take();
        one.Write(RawMessages.Query(first));
        other.Write(RawMessages.Query(second));
        mux.Network.RunUntilIdle();
        Assert.That(new[] { one.Take(), other.Take() }, Is.EqualTo(new[] { Tag(first), Tag(second) }));
        Assert.That(client.Query("SELECT a"), Is.EqualTo("T D(a) C(SELECT 1) Z(T)"), "it may finish");
        Assert.That(client.Query("COMMIT"), Does.StartWith("C(COMMIT) Z(I)"));
        client.Send(RawMessages.Terminate());
        mux.Advance(3);
        Assert.That(mux.Mux.Stopped.IsCompleted, Is.True);
    }

    private static string Tag(string command) => $"C({command.Split(' ')[0]}) Z(I)";

    private static Dictionary<string, string> Config(TestMux mux) => mux.Show("CONFIG").ToDictionary(row => row["key"], row => row["value"]);
}
