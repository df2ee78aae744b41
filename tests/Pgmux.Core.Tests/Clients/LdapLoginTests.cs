using Microsoft.Extensions.Logging;
using Pgmux.Core.Authentication.Ldap;
using Pgmux.Core.Clients;
using Pgmux.Core.Hosting;
using Pgmux.Testing.Mux;
using Pgmux.Testing.Processes;

namespace Pgmux.Core.Tests.Clients;

/// <summary>auth_type ldap and the method ldap from the startup packet to the answer; the directory is a test's word.</summary>
[TestFixture]
internal sealed class LdapLoginTests
{
    private const string Options = "ldapserver=h ldapbasedn=\"dc=x\" ldapbinddn=\"cn=s\" ldapbindpasswd=bind-hush";
    private const string Password = "client-hush";
    private const string Failed = "E(28000 LDAP authentication failed) EOF";

    private readonly Directory _directory = new();

    [SetUp]
    public void Forget() => _directory.Questions.Clear();

    [Test]
    public void The_password_is_asked_for_in_clear_and_the_directory_decides()
    {
        using var mux = Start();
        var client = Ask(mux, "alice", Password);
        Assert.That(client.Take(), Is.Empty, "the directory has not answered yet");
        var (question, answer, _) = _directory.Questions.Single();
        Assert.That((question.User, question.Password, question.Options.BaseDn), Is.EqualTo(("alice", Password, "dc=x")));
        answer.SetResult(LdapVerdict.Right);
        mux.Network.RunUntilIdle();
        Assert.That(client.Take(), Does.EndWith("Z(I)"));
        Assert.That(client.Query("SELECT a"), Is.EqualTo("T D(a) C(SELECT 1) Z(I)"));
    }

    [Test]
    public void Who_is_not_let_in_is_told_nothing_more_and_the_log_has_the_reason()
    {
        using var mux = Start();
        var client = Ask(mux, "alice", Password);
        _directory.Questions.Single().Answer.SetResult(LdapVerdict.No("LDAP server h:389: no entry"));
        mux.Network.RunUntilIdle();
        Assert.That(client.Take(), Is.EqualTo(Failed));
        var log = mux.Log.Events.Select(entry => entry.Text).ToArray();
        Assert.That(log, Has.Some.EndsWith("LDAP authentication failed: LDAP server h:389: no entry"));
        Assert.That(log, Has.None.Contains("hush"));
    }

    [Test]
    public void An_empty_password_is_refused_before_the_directory_is_asked()
    {
        using var mux = Start();
        Assert.That(Ask(mux, "alice", "").Take(), Is.EqualTo("E(28P01 empty password returned by client) EOF"));
        Assert.That(_directory.Questions, Is.Empty);
    }

    [Test]
    public void A_line_of_the_HBA_file_asks_its_own_directory()
    {
        var settings = TestMux.SettingsOf() with { Hba = "host all bob all trust\nhost all all all ldap ldapserver=i ldapprefix=\"uid=\" ldapsuffix=\",dc=y\"\n" };
        using var mux = TestMux.Start(new TestMuxOptions { Settings = settings, Parts = Parts });
        Assert.That(mux.BeginLogin("bob").Take(), Does.EndWith("Z(I)"));
        Ask(mux, "alice", Password);
        var options = _directory.Questions.Single().Question.Options;
        Assert.That((options.Prefix, options.Suffix, options.Servers[0].Host), Is.EqualTo(("uid=", ",dc=y", "i")));
    }

    [Test]
    public void Who_leaves_or_takes_too_long_ends_the_question()
    {
        using var mux = Start(("client_login_timeout", "5"));
        var leaving = Ask(mux, "alice", Password);
        leaving.Close();
        mux.Network.RunUntilIdle();
        Assert.That(_directory.Questions.Single().Stop.IsCancellationRequested);

        var staying = Ask(mux, "alice", Password);
        mux.Advance(6);
        Assert.That(staying.Take(), Is.EqualTo("E(08P01 client_login_timeout) EOF"));
        Assert.That(_directory.Questions[1].Stop.IsCancellationRequested);
        Assert.That(mux.Mux.Clients.Ldap.Count, Is.EqualTo(2), "their conversations have not ended yet");
        foreach (var question in _directory.Questions)
        {
            question.Answer.SetCanceled(question.Stop);
        }

        mux.Network.RunUntilIdle();
        Assert.That(mux.Mux.Clients.Ldap.Count, Is.Zero);
    }

    [Test]
    public void A_directory_that_cannot_be_asked_takes_nothing_for_a_guess()
    {
        using var mux = Start(("auth_max_failures", "2"));
        for (var i = 0; i < 5; i++)
        {
            Answer(LdapVerdict.Unasked("LDAP server h:389: no answer within 10 s"));
        }

        Answer(LdapVerdict.No("LDAP server h:389: no entry"));
        Answer(LdapVerdict.No("LDAP server h:389: no entry"));
        Assert.That(mux.BeginLogin("alice").Take(), Is.EqualTo(Failed), "two guesses are enough");
        Assert.That(_directory.Questions, Has.Count.EqualTo(7));

        void Answer(LdapVerdict verdict)
        {
            var client = Ask(mux, "alice", Password);
            _directory.Questions[^1].Answer.SetResult(verdict);
            mux.Network.RunUntilIdle();
            Assert.That(client.Take(), Is.EqualTo(Failed));
        }
    }

    [Test]
    public void More_than_some_wait_their_turn_and_more_than_many_are_refused()
    {
        using var mux = TestMux.Start();
        var loop = mux.Network.Loops[0];
        var checks = new LdapChecks(_directory.AskAsync, mux.Log);
        var question = new LdapQuestion(new() { Servers = [] }, "alice", Password);
        var started = new List<LdapCheck>();
        loop.Post(
            _ => started.AddRange(Enumerable.Range(0, LdapChecks.MostAtOnce + LdapChecks.MostWaiting + 1).Select(_ => checks.Start(question, loop, () => { }))), null);
        mux.Network.RunUntilIdle();

        Assert.That(_directory.Questions, Has.Count.EqualTo(LdapChecks.MostAtOnce));
        Assert.That(started.Count(check => check.Verdict is not null), Is.EqualTo(1));
        Assert.That(started[^1].Verdict, Is.EqualTo(LdapVerdict.Unasked("1000 other logins wait for the LDAP servers already")));

        loop.Post(_ => started.Take(LdapChecks.MostAtOnce).ToList().ForEach(check => check.Dispose()), null);
        mux.Network.RunUntilIdle();
        Assert.That(_directory.Questions.Select(asked => asked.Stop.IsCancellationRequested), Is.All.True);
    }

    private MultiplexerParts Parts => new() { Clients = new DirectoryParts(_directory) };

    private TestMux Start(params (string Key, string Value)[] settings) => TestMux.Start(new TestMuxOptions
    {
        Settings = TestMux.SettingsOf([("auth_type", "ldap"), ("auth_ldap_options", Options), .. settings]),
        Parts = Parts,
    });

    // A client that was asked for its password in clear and has given one.
    private static FakeClient Ask(TestMux mux, string user, string password)
    {
        var client = mux.BeginLogin(user);
        var asked = client.TakeReplies().Single();
        Assert.That((asked.Type, asked.Body[3]), Is.EqualTo(('R', (byte)3)));
        client.Send(RawMessages.Password(password));
        return client;
    }

    private sealed class Directory
    {
        public List<(LdapQuestion Question, TaskCompletionSource<LdapVerdict> Answer, CancellationToken Stop)> Questions { get; } = [];

        public Task<LdapVerdict> AskAsync(LdapQuestion question, CancellationToken stop)
        {
            var answer = new TaskCompletionSource<LdapVerdict>();
            Questions.Add((question, answer, stop));
            return answer.Task;
        }
    }

    private sealed class DirectoryParts(Directory directory) : ClientParts
    {
        public override LdapChecks CreateLdap(TimeProvider clock, ILogger logger) => new(directory.AskAsync, logger);
    }
}
