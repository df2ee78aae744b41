using Pgmux.Testing.Mux;
using Pgmux.Testing.Processes;
using Pgmux.Transport;

namespace Pgmux.Core.Tests.Clients;

/// <summary>auth_type hba from the startup packet to the answer.</summary>
[TestFixture]
internal sealed class HbaLoginTests
{
    private const string NoMethod = "E(28000 no authentication method is found) EOF";
    private const string Rejected = "E(28000 login rejected) EOF";
    private const string WrongPeer = "E(28000 unix socket login rejected) EOF";
    private const string NotTrusted = "E(28000 \"trust\" authentication failed) EOF";

    [TestCase("host all all 127.0.0.1/32 trust", "alice", "")]
    [TestCase("host all all 127.0.0.1/32 trust", "nobody", NotTrusted)]
    [TestCase("host all alice all trust\nhost all all all reject", "alice", "")]
    [TestCase("host all alice all trust\nhost all all all reject", "bob", Rejected)]
    [TestCase("host all alice all trust\nhost all all all reject", "nobody", Rejected)]
    [TestCase("host all bob all trust", "alice", NoMethod)]
    [TestCase("host all bob all trust", "nobody", NoMethod)]
    [TestCase("host other all all trust", "alice", NoMethod)]
    [TestCase("local all all trust", "alice", NoMethod)]
    [TestCase("host all all ::1/128 trust", "alice", NoMethod)]
    [TestCase("hostssl all all all trust", "alice", NoMethod)]
    [TestCase("hostnossl all all all trust", "alice", "")]
    [TestCase("host all all all peer", "alice", WrongPeer)]
    [TestCase("host all all all peer", "nobody", WrongPeer)]
    [TestCase("host all all all cert", "alice", "E(28000 certificate authentication failed) EOF")]
    [TestCase("", "alice", NoMethod)]
    [Property("Row", "B42")]
    public void A_line_decides_over_TCP(string hba, string user, string answer)
    {
        using var mux = TestMux.Start(Settings(hba));
        Check(mux.BeginLogin(user), answer);
    }

    [TestCase("password", 3)]
    [TestCase("md5", 5)]
    [TestCase("scram-sha-256", 10)]
    public void A_line_asks_for_the_password_in_its_way(string method, int request)
    {
        using var mux = TestMux.Start(Settings($"host all all all {method}"));
        foreach (var user in new[] { "alice", "nobody" })
        {
            var asked = mux.BeginLogin(user).TakeReplies().Single();
            Assert.That((asked.Type, asked.Body[3]), Is.EqualTo(('R', (byte)request)), user);
        }
    }

    [TestCase("local all all peer", 0, "root", "")]
    [TestCase("local all all peer", 0, "alice", WrongPeer)]
    [TestCase("local all all peer", 0, "nobody", WrongPeer)]
    [TestCase("local all all peer", 4_000_000_000, "root", WrongPeer)]
    [TestCase("local all all peer map=m", 0, "alice", "")]
    [TestCase("local all all peer map=m", 0, "root", WrongPeer)]
    [TestCase("local all all peer map=m", 4_000_000_000, "alice", WrongPeer)]
    [TestCase("host all all all trust", 0, "alice", NoMethod)]
    [TestCase("local all all trust", 0, "alice", "")]
    [Property("Row", "A18")]
    public void A_line_decides_over_the_Unix_socket(string hba, long userId, string user, string answer)
    {
        using var mux = TestMux.Start(new TestMuxOptions { Settings = Settings(hba), IsUnix = true });
        mux.Network.PeerCredentials = new PeerCredentials(1, (uint)userId, 0);
        Check(mux.BeginLogin(user), answer);
    }

    [Test]
    public void The_log_names_the_line_and_the_client_is_not_told()
    {
        using var mux = TestMux.Start(Settings("host all bob all trust\nhost all all all reject"));
        Check(mux.BeginLogin(), Rejected);
        Assert.That(mux.Log.Events.Select(entry => entry.Text), Has.Some.Match("login rejected: by .*/hba.conf:2$"));
    }

    [Test]
    public void The_owner_of_the_process_opens_the_console_whatever_the_lines_say()
    {
        using var mux = TestMux.Start(new TestMuxOptions { Settings = Settings("local all all reject"), IsUnix = true });
        Assert.That(mux.BeginLogin("pgbouncer", "pgbouncer").Take(), Does.EndWith("Z(I)"));
        Check(mux.BeginLogin("admin", "pgbouncer"), Rejected);
    }

    [Test]
    public void The_console_is_a_database_with_its_lines()
    {
        using var mux = TestMux.Start(Settings("host pgbouncer admin all trust\nhost db alice all trust"));
        Assert.That(mux.BeginLogin("admin", "pgbouncer").Take(), Does.EndWith("Z(I)"));
        Check(mux.BeginLogin("alice", "pgbouncer"), NoMethod);
        Check(mux.BeginLogin("admin"), NoMethod);
    }

    [Test, Property("Row", "B210"), Property("Row", "Z09")]
    public void A_reload_takes_other_lines_and_leaves_clients_alone()
    {
        var first = Settings("host all alice all trust");
        using var mux = TestMux.Start(first);
        var client = mux.Login();

        Assert.That(mux.Reload(Settings("host all bob all trust")));
        Check(mux.BeginLogin(), NoMethod);
        Check(mux.BeginLogin("bob"), "");
        Assert.That(client.Query("SELECT 1"), Does.EndWith("Z(I)"));

        Assert.That(mux.Reload(Settings("host all bob all nonsense")), Is.False);
        Check(mux.BeginLogin(), NoMethod);
        Check(mux.BeginLogin("bob"), "");

        Assert.That(mux.Reload(first));
        Check(mux.BeginLogin(), "");
        Check(mux.BeginLogin("bob"), NoMethod);
        Assert.That(client.Query("SELECT 1"), Does.EndWith("Z(I)"));
    }

    [Test]
    public void A_reload_takes_the_ident_file_too()
    {
        var settings = Settings("local all all peer map=m");
        using var mux = TestMux.Start(new TestMuxOptions { Settings = settings, IsUnix = true });
        Check(mux.BeginLogin("bob"), WrongPeer);
        Assert.That(mux.Reload(settings with { Ident = "m root bob\n" }));
        Check(mux.BeginLogin("bob"), "");
        Check(mux.BeginLogin("alice"), WrongPeer);
    }

    private static PgmuxSettings Settings(string hba) => TestMux.SettingsOf(("admin_users", "admin")) with
    {
        Hba = hba + "\n",
        Ident = "m root alice\n",
        Secrets = new Dictionary<string, string> { ["alice"] = "secret-a", ["bob"] = "secret-b", ["root"] = "secret-r", ["admin"] = "secret-c" },
    };

    // An empty answer is a login.
    private static void Check(FakeClient client, string answer) => Assert.That(client.Take(), answer.Length == 0 ? Does.EndWith("Z(I)") : Is.EqualTo(answer));
}
