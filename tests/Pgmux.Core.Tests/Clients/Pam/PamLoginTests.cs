using Pgmux.Core.Authentication;
using Pgmux.Core.Clients;
using Pgmux.Core.Clients.Pam;
using Pgmux.Core.Hosting;
using Pgmux.Testing.FakePostgres;
using Pgmux.Testing.Mux;
using Pgmux.Testing.Processes;
using Pgmux.Transport.Pam;

namespace Pgmux.Core.Tests.Clients.Pam;

/// <summary>auth_type pam, and pam in HBA files, with a PAM that says what a test says.</summary>
[TestFixture]
internal sealed class PamLoginTests
{
    private const string Refused = "E(28000 auth failed) EOF";

    private ScriptedPam _pam = null!;

    [SetUp]
    public void Forget() => _pam = new ScriptedPam();

    [Test]
    public void Who_is_right_is_let_in_and_its_password_serves_at_the_server()
    {
        using var mux = Start();
        mux.Postgres.LoginMethod = LoginMethod.ScramSha256;
        mux.Postgres.Passwords["carol"] = "right";
        var client = mux.BeginLogin("carol");
        var asked = client.TakeReplies().Single();
        Assert.That((asked.Type, asked.Body[3]), Is.EqualTo(('R', (byte)3)), "in clear");
        client.Send(RawMessages.Password("right"));
        Assert.That(client.Take(), Does.EndWith("Z(I)"), "auth_file is not looked at");
        Assert.That(_pam.Asked, Is.EqualTo(new[] { "pgbouncer carol right 127.0.0.1" }));
    }

    [Test]
    public void Who_is_not_is_told_so_and_the_log_says_why()
    {
        using var mux = Start();
        _pam.Answer = "pam_authenticate() failed: Authentication failure";
        Assert.That(Login(mux, "alice", "wrong-secret").Take(), Is.EqualTo(Refused));
        Assert.That(mux.Log.Events.Select(entry => entry.Text), Has.Some.Contains("pam_authenticate() failed: Authentication failure"));
        Assert.That(mux.Log.Events.Select(entry => entry.Text), Has.None.Contains("wrong-secret"));
        Assert.That(mux.Postgres.Logins, Is.Zero);
    }

    [Test, Property("Row", "A04")]
    public void An_empty_password_is_not_even_asked_about()
    {
        using var mux = Start();
        Assert.That(Login(mux, "alice", "").Take(), Is.EqualTo("E(28P01 empty password returned by client) EOF"));
        Assert.That(_pam.Asked, Is.Empty);
    }

    [TestCase("host all all all pam", "pgbouncer")]
    [TestCase("host all all all pam pamservice=other", "other")]
    public void A_line_of_the_HBA_file_names_the_service(string hba, string service)
    {
        using var mux = Start(settings => settings with { Hba = hba });
        Assert.That(Login(mux, "carol", "right").Take(), Does.EndWith("Z(I)"));
        Assert.That(_pam.Asked, Is.EqualTo(new[] { $"{service} carol right 127.0.0.1" }));
    }

    [Test]
    public void More_logins_than_may_wait_are_refused()
    {
        using var mux = Start();
        _pam.IsFull = true;
        Assert.That(Login(mux, "alice", "right").Take(), Is.EqualTo("E(53300 too many logins wait for PAM, try again later) EOF"));
        Assert.That(
            mux.Log.Events.Select(entry => entry.Text), Has.One.Contains("100 logins wait for PAM already; see what its modules wait for"));
    }

    [Test]
    public void Whoever_leaves_meanwhile_is_not_waited_for()
    {
        using var mux = Start();
        _pam.Holds = true;
        var client = Login(mux, "alice", "right");
        client.Close();
        mux.Network.RunUntilIdle();
        Assert.That(mux.Mux.Clients.ClientCount, Is.Zero);
        Assert.That(_pam.Held.Single().IsUnwanted, Is.True);

        _pam.Finish();
        mux.Network.RunUntilIdle();
        Assert.That(mux.Postgres.Logins, Is.Zero);
    }

    [Test]
    public void A_module_that_does_not_answer_is_waited_for_until_client_login_timeout()
    {
        using var mux = Start(settings => settings, ("client_login_timeout", "5"));
        _pam.Holds = true;
        var client = Login(mux, "alice", "right");
        mux.Advance(4);
        Assert.That(client.Take(), Is.Empty);
        mux.Advance(2);
        Assert.That(client.Take(), Is.EqualTo("E(08P01 client_login_timeout) EOF"));
        _pam.Finish();
        mux.Network.RunUntilIdle();
        Assert.That(mux.Postgres.Logins, Is.Zero);
    }

    [Test]
    public void Guessing_is_slowed_down_as_with_other_passwords()
    {
        using var mux = Start(settings => settings, ("auth_max_failures", "2"));
        _pam.Answer = "wrong";
        Login(mux, "alice", "a");
        Login(mux, "alice", "b");
        Assert.That(mux.BeginLogin("alice").Take(), Is.EqualTo(Refused), "in the same words");
        Assert.That(_pam.Asked, Has.Count.EqualTo(2));
    }

    [Test]
    public void A_module_that_cannot_judge_takes_nothing_for_a_guess()
    {
        using var mux = Start(settings => settings, ("auth_max_failures", "2"));
        (_pam.Answer, _pam.IsBroken) = ("pam_authenticate() failed: Authentication service cannot retrieve authentication info", true);
        for (var i = 0; i < 5; i++)
        {
            Assert.That(Login(mux, "alice", "right").Take(), Is.EqualTo(Refused));
        }

        _pam.Answer = null;
        Assert.That(Login(mux, "alice", "right").Take(), Does.EndWith("Z(I)"));
    }

    private static FakeClient Login(TestMux mux, string user, string password)
    {
        var client = mux.BeginLogin(user);
        client.Take();
        client.Send(RawMessages.Password(password));
        return client;
    }

    private TestMux Start(Func<PgmuxSettings, PgmuxSettings>? change = null, params (string Key, string Value)[] settings)
    {
        var all = change is null || settings.Length > 0 ? TestMux.SettingsOf([("auth_type", "pam"), .. settings]) : TestMux.SettingsOf();
        return TestMux.Start(new TestMuxOptions
        {
            Settings = change is null ? all : change(all),
            Parts = new MultiplexerParts { Clients = _pam },
        });
    }

    /// <summary>Says what it is told to, at once or when it is told to.</summary>
    private sealed class ScriptedPam : ClientParts, IPamChecks
    {
        public List<string> Asked { get; } = [];

        public List<PamCheck> Held { get; } = [];

        public string? Answer { get; set; }

        public bool IsBroken { get; set; }

        private PamRefusal? Refusal => Answer is null ? null : new PamRefusal(Answer, !IsBroken);

        public bool IsFull { get; set; }

        public bool Holds { get; set; }

        public override IPamChecks CreatePam() => this;

        public bool TryStart(PamCheck check)
        {
            if (IsFull)
            {
                return false;
            }

            var login = check.Login;
            Asked.Add($"{login.Service} {login.User} {login.Password} {login.Address}");
            if (Holds)
            {
                Held.Add(check);
            }
            else
            {
                check.Tell(Refusal);
            }

            return true;
        }

        public void Finish()
        {
            foreach (var check in Held)
            {
                check.Tell(Refusal);
            }
        }
    }
}
