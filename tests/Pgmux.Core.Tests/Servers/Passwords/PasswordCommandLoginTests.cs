using Pgmux.Core.Hosting;
using Pgmux.Core.Servers.Passwords;
using Pgmux.Testing.FakePostgres;
using Pgmux.Testing.Mux;
using Pgmux.Testing.Processes;

namespace Pgmux.Core.Tests.Servers.Passwords;

/// <summary>Logins to servers with passwords that a program prints.</summary>
[TestFixture]
internal sealed class PasswordCommandLoginTests
{
    private const string Failed = "E(28P01 server login failed: password_command has printed no password) EOF";
    private const string Wrong = "E(28P01 password authentication failed for user \"alice\") EOF";

    private ScriptedPrograms _programs = null!;

    [SetUp]
    public void Forget() => _programs = new ScriptedPrograms { Printed = "printed-1\n" };

    [TestCase(LoginMethod.Cleartext)]
    [TestCase(LoginMethod.Md5)]
    [TestCase(LoginMethod.ScramSha256)]
    [TestCase(LoginMethod.Trust)]
    public void What_it_prints_is_the_password_whatever_the_server_asks_for(object method)
    {
        using var mux = Start((LoginMethod)method);
        Assert.That(mux.Login().Query("SELECT a"), Is.EqualTo("T D(a) C(SELECT 1) Z(I)"));
        Assert.That(_programs.Runs, Is.EqualTo(new[] { "/bin/x alice 127.0.0.1 5432 db" }));
    }

    [Test]
    public void All_logins_of_a_user_share_one_run_and_its_password()
    {
        using var mux = Start();
        _programs.Holds = true;
        var clients = Enumerable.Range(0, 20).Select(_ => mux.BeginLogin()).ToArray();
        mux.Advance(1);
        Assert.That(clients.Select(client => client.Take()), Is.All.Empty);
        Assert.That(mux.Postgres.Logins, Is.Zero, "no connection is open while the program runs");

        _programs.Finish();
        mux.Network.RunUntilIdle();
        Assert.That(clients.Select(client => client.Take()), Is.All.EndsWith("Z(I)"));
        foreach (var client in clients)
        {
            client.Query("BEGIN");
        }

        Assert.That((_programs.Runs.Count, mux.Postgres.Logins), Is.EqualTo((1, 20)));
        foreach (var client in clients)
        {
            client.Query("COMMIT");
        }
    }

    [Test]
    public void A_changed_password_is_asked_for_within_the_login_that_it_fails()
    {
        using var mux = Start();
        mux.Login();
        mux.Postgres.Single.Terminate();
        mux.Advance(20);
        (mux.Postgres.Passwords["alice"], _programs.Printed) = ("printed-2", "printed-2\n");
        Assert.That(mux.Login().Query("SELECT a"), Is.EqualTo("T D(a) C(SELECT 1) Z(I)"));
        Assert.That(_programs.Runs, Has.Count.EqualTo(2));
    }

    [Test]
    public void A_wrong_password_is_shown_once_and_printed_anew_once_per_server_login_retry()
    {
        using var mux = Start();
        mux.Postgres.Passwords["alice"] = "another";
        Assert.That(mux.BeginLogin().Take(), Is.EqualTo(Wrong));
        Assert.That((_programs.Runs.Count, mux.Postgres.Logins), Is.EqualTo((1, 1)), "what was printed for this login is not printed again");

        for (var i = 0; i < 40; i++)
        {
            mux.BeginLogin();
            mux.Advance(1);
        }

        Assert.That(_programs.Runs, Has.Count.InRange(2, 4), "server_login_retry is 15 s");
        Assert.That(mux.Postgres.Logins, Is.GreaterThan(3));
    }

    [TestCase(0, 100_000, 1)]
    [TestCase(60, 59, 1)]
    [TestCase(60, 61, 2)]
    public void A_password_is_used_until_its_time_is_over(int ttl, int seconds, int runs)
    {
        using var mux = Start(settings: [("password_command_ttl", $"{ttl}")]);
        mux.Login();
        mux.Postgres.Single.Terminate();
        mux.Advance(seconds);
        mux.Login().Query("SELECT a");
        Assert.That(_programs.Runs, Has.Count.EqualTo(runs));
    }

    [TestCase("", 0, "has printed nothing")]
    [TestCase("printed-1", 1, "has ended with exit status 1 and said: no token for ***")]
    public void A_program_that_fails_is_a_failed_login_and_one_line_in_the_log(string printed, int status, string trouble)
    {
        using var mux = Start();
        (_programs.Printed, _programs.ExitCode, _programs.Said) = (printed, status, status == 0 ? "" : "no token for printed-1\n");
        var clients = Enumerable.Range(0, 5).Select(_ => mux.BeginLogin()).ToArray();
        Assert.That(clients.Select(client => client.Take()), Is.All.EqualTo(Failed));
        var lines = mux.Log.Events.Where(entry => entry.Text.StartsWith("password_command (", StringComparison.Ordinal)).Select(entry => entry.Text).ToArray();
        Assert.That(lines, Has.Length.EqualTo(1));
        Assert.That(lines[0], Does.Match($@"^password_command \(.*pgmux\.ini:2\) of database ""db"" for user ""alice"": {System.Text.RegularExpressions.Regex.Escape(trouble)}\. Correct"));
        Assert.That(mux.Postgres.Logins, Is.Zero);

        (_programs.Printed, _programs.ExitCode) = ("printed-1", 0);
        mux.Advance(20);
        Assert.That(mux.Login().Query("SELECT a"), Is.EqualTo("T D(a) C(SELECT 1) Z(I)"));
    }

    [Test]
    public void A_name_that_a_program_could_take_for_an_option_is_handed_to_none()
    {
        using var mux = Start(secrets: ("-oops", "secret-d"));
        Assert.That(mux.BeginLogin("-oops").Take(), Is.EqualTo(Failed));
        Assert.That(_programs.Runs, Is.Empty);
    }

    [Test]
    public void The_password_stands_in_no_line_of_the_log()
    {
        using var mux = Start();
        _programs.Said = "about printed-1";
        mux.Login();
        mux.Postgres.Passwords["alice"] = "another";
        mux.Postgres.Single.Terminate();
        mux.BeginLogin();
        mux.Advance(40);
        mux.BeginLogin();
        Assert.That(mux.Log.Events.Select(entry => entry.Text), Has.None.Contains("printed-1"));
        Assert.That(mux.Log.Events.Select(entry => entry.Text), Has.Some.EndsWith("has printed a password and said: about ***"));
    }

    [Test]
    public void Few_programs_run_at_once_and_the_others_follow()
    {
        const int Users = 20;
        using var mux = Start(secrets: [.. Enumerable.Range(0, Users).Select(i => ($"user{i}", "secret-d"))]);
        for (var i = 0; i < Users; i++)
        {
            mux.Postgres.Passwords[$"user{i}"] = "printed-1";
        }

        _programs.Holds = true;
        var clients = Enumerable.Range(0, Users).Select(i => mux.BeginLogin($"user{i}")).ToArray();
        Assert.That(_programs.Runs, Has.Count.EqualTo(PasswordCommands.ProcessLimit));
        _programs.Finish();
        mux.Network.RunUntilIdle();
        Assert.That(clients.Select(client => client.Take()), Is.All.EndsWith("Z(I)"));
        Assert.That(_programs.Runs, Has.Count.EqualTo(Users));
    }

    [Test]
    public void Programs_that_hang_do_not_make_others_run_for_logins_that_are_over()
    {
        const int Users = 20;
        using var mux = Start(
            settings: [("password_command_timeout", "3")], secrets: [.. Enumerable.Range(0, Users).Select(i => ($"user{i}", "secret-d"))]);
        _programs.Holds = true;
        var clients = Enumerable.Range(0, Users).Select(i => mux.BeginLogin($"user{i}")).ToArray();
        mux.Advance(4);
        _programs.Finish();
        mux.Network.RunUntilIdle();
        Assert.That(_programs.Runs, Has.Count.EqualTo(PasswordCommands.ProcessLimit));
        Assert.That(clients[^1].Take(), Is.EqualTo(Failed));
        Assert.That(mux.Log.Events.Select(entry => entry.Text), Has.Some.Contains("for user \"user19\": was not run, because 8 others have been running"));
    }

    [Test]
    public void A_reload_forgets_passwords_and_a_server_that_is_given_up_is_not_opened()
    {
        using var mux = Start();
        mux.Login();
        mux.Reload(Settings());
        mux.Postgres.Single.Terminate();
        _programs.Holds = true;
        var client = mux.BeginLogin();
        client.Send(RawMessages.Query("SELECT a"));
        mux.Advance(1);
        Assert.That(_programs.Runs, Has.Count.EqualTo(2));
        mux.Advance(30);
        _programs.Finish();
        mux.Network.RunUntilIdle();
        Assert.That(client.Take(), Does.EndWith("T D(a) C(SELECT 1) Z(I)"), "a later login has the password that came too late for the first");
    }

    private TestMux Start(
        LoginMethod method = LoginMethod.ScramSha256, (string Key, string Value)[]? settings = null, params (string User, string Secret)[] secrets)
    {
        var mux = TestMux.Start(new TestMuxOptions { Settings = Settings(settings, secrets), Parts = new MultiplexerParts { Servers = _programs } });
        mux.Postgres.LoginMethod = method;
        mux.Postgres.Passwords["alice"] = "printed-1";
        return mux;
    }

    private static PgmuxSettings Settings((string Key, string Value)[]? settings = null, params (string User, string Secret)[] secrets)
    {
        var usual = TestMux.SettingsOf(settings ?? []);
        return usual with
        {
            Databases = new Dictionary<string, string> { ["db"] = $"{TestMux.DatabaseLine} password_command='/bin/x %u %h %p %d'" },
            Secrets = usual.Secrets.Concat(secrets.Select(secret => KeyValuePair.Create(secret.User, secret.Secret))).ToDictionary(),
        };
    }
}
