using Pgmux.Core.Authentication;
using Pgmux.Core.Tests.Authentication;
using Pgmux.Core.Tests.Clients.Proxies;
using Pgmux.Testing.Mux;
using Pgmux.Testing.Processes;

namespace Pgmux.Core.Tests.Clients;

/// <summary>auth_failure_delay and auth_max_failures, on a clock that the test moves.</summary>
[TestFixture]
internal sealed class GuessedPasswordTests
{
    private const string Failed = "E(28P01 password authentication failed) EOF";
    private const string FailedScram = "E(28P01 SASL authentication failed) EOF";

    private static readonly byte[] Startup = RawMessages.Startup(("user", "alice"), ("database", "db"));

    [Test]
    public void The_word_that_a_login_has_failed_comes_after_the_delay_and_others_are_served_meanwhile()
    {
        using var mux = TestMux.Start(("auth_type", "plain"), ("auth_failure_delay", "2"));
        var canary = LogIn(mux, "bob", "secret-b");
        var guessers = Enumerable.Range(0, 50).Select(_ => LogIn(mux, "alice", "wrong")).ToArray();
        Assert.That(canary.Query("SELECT a"), Is.EqualTo("T D(a) C(SELECT 1) Z(I)"));
        Assert.That(mux.Log.Events.Count(entry => entry.Text.Contains("password authentication failed: ")), Is.EqualTo(50), "the log has it at once");
        mux.Advance(1.9);
        Assert.That(guessers.Select(guesser => guesser.Take()), Is.All.Empty);
        Assert.That(canary.Query("SELECT b"), Is.EqualTo("T D(b) C(SELECT 1) Z(I)"));
        mux.Advance(0.5);
        Assert.That(guessers.Select(guesser => guesser.Take()), Is.All.EqualTo(Failed));
    }

    [Test]
    public void A_login_that_succeeds_is_not_delayed()
    {
        using var mux = TestMux.Start(("auth_type", "plain"), ("auth_failure_delay", "2"), ("auth_max_failures", "3"));
        Assert.That(LogIn(mux, "alice", "secret-a").Query("SELECT a"), Is.EqualTo("T D(a) C(SELECT 1) Z(I)"));
    }

    [Test]
    public void Who_goes_away_or_takes_too_long_is_not_kept_for_the_delay()
    {
        using var mux = TestMux.Start(("auth_type", "plain"), ("auth_failure_delay", "20"), ("client_login_timeout", "5"));
        var leaving = LogIn(mux, "alice", "wrong");
        leaving.Close();
        mux.Advance(1);
        Assert.That(mux.Mux.Clients.ClientCount, Is.Zero);

        var staying = LogIn(mux, "alice", "wrong");
        mux.Advance(6);
        Assert.That(staying.Take(), Is.EqualTo("E(08P01 client_login_timeout) EOF"));
        mux.Advance(20);
    }

    [Test]
    public void After_so_many_failures_an_address_is_refused_unasked_until_they_are_forgotten()
    {
        using var mux = TestMux.Start(("auth_type", "plain"), ("auth_max_failures", "3"), ("proxy_protocol_from", "127.0.0.0/8"));
        for (var i = 0; i < 3; i++)
        {
            Assert.That(LogIn(mux, "alice", "wrong", "192.0.2.1").Take(), Is.EqualTo(Failed));
        }

        var refused = Connect(mux, "192.0.2.1");
        refused.Send(Startup);
        Assert.That(refused.Take(), Is.EqualTo(Failed), "in the words for a wrong password, and without a question");
        Assert.That(mux.Log.Events[^1].Text + mux.Log.Events[^2].Text + mux.Log.Events[^3].Text, Does.Contain("auth_max_failures"));
        Assert.That(LogIn(mux, "alice", "secret-a", "192.0.2.2").Query("SELECT a"), Is.EqualTo("T D(a) C(SELECT 1) Z(I)"), "the neighbour may");

        mux.Advance(FailedLogins.Memory - TimeSpan.FromSeconds(1));
        Assert.That(LogIn(mux, "alice", "secret-a", "192.0.2.1").Take(), Is.EqualTo(Failed));
        mux.Advance(2);
        Assert.That(LogIn(mux, "alice", "secret-a", "192.0.2.1").Query("SELECT a"), Is.EqualTo("T D(a) C(SELECT 1) Z(I)"));
    }

    [Test]
    public void Networks_of_IPv6_and_users_that_do_not_exist_count_as_one_and_the_same()
    {
        using var mux = TestMux.Start(("auth_type", "plain"), ("auth_max_failures", "2"), ("proxy_protocol_from", "127.0.0.0/8"));
        Assert.That(LogIn(mux, "nobody", "wrong", "2001:db8:0:1::1").Take(), Is.EqualTo(Failed));
        Assert.That(LogIn(mux, "alice", "wrong", "2001:db8:0:1::2").Take(), Is.EqualTo(Failed));
        Assert.That(LogIn(mux, "alice", "secret-a", "2001:db8:0:1::3").Take(), Is.EqualTo(Failed));
        Assert.That(LogIn(mux, "alice", "secret-a", "2001:db8:0:2::3").Query("SELECT a"), Is.EqualTo("T D(a) C(SELECT 1) Z(I)"));
    }

    [Test]
    public void SCRAM_is_refused_in_its_own_words()
    {
        using var mux = TestMux.Start(("auth_type", "scram-sha-256"), ("auth_max_failures", "1"), ("scram_iterations", "16"));
        Assert.That(mux.TryScram("alice"), Is.EqualTo(FailedScram));
        Assert.That(mux.BeginLogin().Take(), Is.EqualTo(FailedScram));
    }

    [Test]
    public void Who_needs_no_password_is_not_kept_out()
    {
        using var mux = TestMux.Start(TestMux.SettingsOf(("auth_max_failures", "1")) with
        {
            Hba = "host all bob all trust\nhost all admin all reject\nhost all all all password\n",
        });
        Assert.That(mux.BeginLogin("admin").Take(), Is.EqualTo("E(28000 login rejected) EOF"));
        Assert.That(LogIn(mux, "alice", "wrong").Take(), Is.EqualTo(Failed), "what was rejected unasked was no guess");
        Assert.That(mux.BeginLogin("alice").Take(), Is.EqualTo(Failed));
        Assert.That(mux.Login("bob").Query("SELECT a"), Is.EqualTo("T D(a) C(SELECT 1) Z(I)"));
    }

    [Test]
    public void Clients_at_the_Unix_socket_are_not_counted()
    {
        using var mux = TestMux.Start(new TestMuxOptions { Settings = TestMux.SettingsOf(("auth_type", "plain"), ("auth_max_failures", "1")), IsUnix = true });
        for (var i = 0; i < 5; i++)
        {
            Assert.That(LogIn(mux, "alice", "wrong").Take(), Is.EqualTo(Failed));
        }

        Assert.That(LogIn(mux, "alice", "secret-a").Query("SELECT a"), Is.EqualTo("T D(a) C(SELECT 1) Z(I)"));
    }

    [Test]
    public void Both_are_off_unless_they_are_set()
    {
        using var mux = TestMux.Start(("auth_type", "plain"));
        for (var i = 0; i < 100; i++)
        {
            Assert.That(LogIn(mux, "alice", "wrong").Take(), Is.EqualTo(Failed));
        }

        Assert.That(LogIn(mux, "alice", "secret-a").Query("SELECT a"), Is.EqualTo("T D(a) C(SELECT 1) Z(I)"));
        Assert.That(mux.Mux.Clients.Authentication.FailedLogins.Count, Is.Zero);
    }

    private static FakeClient Connect(TestMux mux, string? address)
    {
        var client = mux.Connect();
        if (address is not null)
        {
            var family = address.Contains(':') ? "TCP6" : "TCP4";
            client.Send(ProxyHeaders.Line($"PROXY {family} {address} {address} 1 2"));
        }

        return client;
    }

    // Sends a password where one is asked for; a login's own messages are taken.
    private static FakeClient LogIn(TestMux mux, string user, string password, string? address = null)
    {
        var client = Connect(mux, address);
        client.Send(RawMessages.Startup(("user", user), ("database", "db")));
        if (client.Replies is [{ Type: 'R' }])
        {
            client.Take();
            client.Send(RawMessages.Password(password));
        }

        if (client.Replies.Any(reply => reply.Type == 'Z'))
        {
            client.Take();
        }

        return client;
    }
}
