using System.Text;
using Microsoft.Extensions.Logging;
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
    private static readonly string[] Ending = ["shutdown", "pause", "kill", "kill_client", "disable", "wait_close", "suspend"];

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

    [Test, Property("Row", "D11")]
    [Property("Text", "T17"), Property("Text", "T108")]
    public void SET_of_any_setting_to_anything_is_taken_or_refused_and_SHOW_CONFIG_tells_what_can_be_SET_again()
    {
        using var mux = TestMux.Start(("stats_users", ConsoleRows.User));
        var console = mux.Login("admin", "pgbouncer");
        console.Take();
        var before = Config(console);
        var taken = 0;
        foreach (var setting in SettingTable.All)
        {
            foreach (var value in new[] { "0", "1", "'-1'", "2147483647", "'-2147483648'", "99999999999999999999", "'text'", "''", "'it''s'", "DEFAULT" })
            {
                var text = $"SET {setting.Name} = {value}";
                var was = Config(console);
                var answer = console.Query(text);
                Assert.That(answer, Does.Match(@"^((N\(.*\) )?C\(SET \w+=.*\)|E\(08P01 SET failed\)) Z\(I\)$"), text);
                if (answer.Contains("E(", StringComparison.Ordinal) || !setting.IsChangeable)
                {
                    Assert.That(Config(console), Is.EqualTo(was), text);
                }
                else if (Config(console)[setting.Name] is { } shown)
                {
                    taken++;
                    Assert.That(console.Query($"SET {setting.Name} = '{shown.Replace("'", "''", StringComparison.Ordinal)}'"), Does.Contain("C(SET "), text);
                    Assert.That(Config(console)[setting.Name], Is.EqualTo(shown), text);
                }
            }

            if (before[setting.Name] is { } first)
            {
                Assert.That(console.Query($"SET {setting.Name} = '{first.Replace("'", "''", StringComparison.Ordinal)}'"), Does.Contain("C(SET "), setting.Name);
            }
        }

        Assert.That(taken, Is.GreaterThan(200));
        Assert.That(before.Keys, Is.EquivalentTo(SettingTable.All.Select(setting => setting.Name)));
        Assert.That(console.Query("RELOAD"), Is.EqualTo("C(RELOAD) Z(I)"));
        var after = Config(console);
        foreach (var setting in SettingTable.All.Where(setting => setting.DefaultText is not null))
        {
            Assert.That(after[setting.Name], Is.EqualTo(before[setting.Name]), setting.Name);
        }
    }

    [Test, Property("Row", "D11")]
    [Property("Text", "T17")]
    public void What_is_SET_holds_for_pools_and_clients_at_once_and_until_RELOAD([Values(1, 2)] int loops)
    {
        using var mux = TestMux.Start(loops, ("default_pool_size", "1"));
        var (busy, waiting, console) = (mux.Login(), mux.Login(), mux.Login("admin", "pgbouncer"));
        console.Take();
        busy.Send(RawMessages.Query("WAIT"));
        waiting.Send(RawMessages.Query("SELECT a"));
        Assert.That(waiting.Take(), Is.Empty);
        Assert.That(console.Query("SET default_pool_size = 2"), Is.EqualTo("C(SET default_pool_size=2) Z(I)"));
        mux.Advance(1);
        Assert.That(waiting.Take(), Is.EqualTo(Answer));
        Assert.That(console.Query("SET query_timeout TO '5';"), Is.EqualTo("C(SET query_timeout=5) Z(I)"));
        mux.Advance(5);
        Assert.That(busy.Take(), Does.EndWith("query timeout) EOF"));
        Assert.That(console.Query("RELOAD"), Is.EqualTo("C(RELOAD) Z(I)"));
        Assert.That(mux.Pool.Policy.Size, Is.EqualTo(1));
        Assert.That(mux.Mux.Configuration.Current.Options.QueryTimeout, Is.EqualTo(TimeSpan.Zero));
    }

    [Test, Property("Row", "D11")]
    public void A_setting_that_needs_a_restart_is_answered_as_in_PgBouncer_and_a_notice_says_that_it_stays()
    {
        using var mux = TestMux.Start();
        var console = mux.Login("admin", "pgbouncer");
        console.Take();
        Assert.That(
            console.Query("SET listen_backlog = 5"),
            Is.EqualTo("N(listen_backlog stays 128 until pgmux is started again) C(SET listen_backlog=5) Z(I)"));
    }

    [Test, Property("Row", "D11")]
    public void A_setting_of_TLS_that_cannot_be_used_is_answered_as_in_PgBouncer_and_the_old_one_stays_in_use()
    {
        using var mux = TestMux.Start();
        var console = mux.Login("admin", "pgbouncer");
        console.Take();
        console.Send(RawMessages.Query("SET server_tls_ca_file = '/no/such/file'"));
        Assert.That(Encoding.UTF8.GetString(console.Replies[0].Body), Does.Contain("Dserver_tls_ca_file: "), "the notice says in its DETAIL why");
        Assert.That(
            console.Take(),
            Is.EqualTo("N(TLS settings could not be applied, still using old configuration) C(SET server_tls_ca_file=/no/such/file) Z(I)"));
        Assert.That(mux.Mux.Configuration.Current.Options.ServerTlsCaFile, Is.Null.Or.Empty);
        Assert.That(
            mux.Log.Events.Where(entry => entry.Level == LogLevel.Warning).Select(entry => entry.Text),
            Has.Some.Contains("server_tls_ca_file").And.Some.Contains("/no/such/file"));
        Assert.That(mux.Login().Query("SELECT a"), Does.EndWith(Answer));
    }

    [Test, Property("Row", "I11")]
    public void A_password_in_a_setting_is_not_sent_back()
    {
        using var mux = TestMux.Start();
        var console = mux.Login("admin", "pgbouncer");
        console.Take();
        Assert.That(
            console.Query("SET auth_ldap_options = 'ldapserver=h ldapbasedn=x ldapbindpasswd=planted'") + console.Query("SHOW CONFIG"),
            Does.Contain("C(SET auth_ldap_options=").And.Not.Contain("planted"));
        Assert.That(mux.Log.Events.Select(entry => entry.Text), Has.None.Contains("planted"));
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

    private static Dictionary<string, string?> Config(FakeClient console)
    {
        console.Send(RawMessages.Query("SHOW CONFIG"));
        return console.TakeReplies().Where(reply => reply.Type == 'D').Select(reply => reply.Columns()).ToDictionary(row => row[0]!, row => row[1]);
    }
}
