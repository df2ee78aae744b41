using Pgmux.Testing.FakePostgres;
using Pgmux.Testing.Mux;
using Pgmux.Testing.Processes;

namespace Pgmux.Core.Tests.Clients;

/// <summary>
/// NOTIFY to a channel that several databases and users have. pgmux keeps no list of who listens to what: a notification belongs to the
/// server that it came from and to the client that holds it at that moment.
/// </summary>
[TestFixture]
internal sealed class NotificationTests
{
    private static readonly (string User, string Database)[] Pools = [("alice", "db"), ("bob", "db"), ("alice", "other"), ("bob", "other")];

    [TestCase("transaction", 1)]
    [TestCase("transaction", 2)]
    [TestCase("session", 2)]
    [Property("Row", "B165")]
    public void A_notification_crosses_neither_databases_nor_users(string mode, int loops)
    {
        using var mux = Start(mode, loops);
        var clients = Pools.Select(pool => mux.Login(pool.User, pool.Database)).ToArray();
        foreach (var client in clients)
        {
            client.Query("BEGIN");
            client.Query("LISTEN c");
        }

        foreach (var server in mux.Postgres.Open)
        {
            server.Send(Replies.Notification("c", PoolOf(server)));
        }

        for (var i = 0; i < clients.Length; i++)
        {
            Assert.That(
                clients[i].Replies.Select(reply => reply.Text[4..].Split('\0')[..2]),
                Is.EqualTo(new[] { new[] { "c", $"{Pools[i].User}@{Pools[i].Database}" } }));
            clients[i].Take();
            Assert.That(clients[i].Query("COMMIT"), Is.EqualTo("C(COMMIT) Z(I)"));
        }
    }

    [TestCase(1)]
    [TestCase(2)]
    [Property("Row", "B165"), Property("Row", "P11")]
    public void A_notification_to_a_server_that_nobody_has_reaches_nobody(int loops)
    {
        using var mux = Start("transaction", loops);
        var former = mux.Login();
        former.Query("LISTEN c");
        var others = Pools.Select(pool => mux.Login(pool.User, pool.Database)).ToArray();
        foreach (var other in others)
        {
            other.Query("SELECT a");
        }

        foreach (var server in mux.Postgres.Open)
        {
            server.Send(Replies.Notification("c", "late"));
        }

        Assert.That(former.Take(), Is.Empty);
        Assert.That(others.Select(other => other.Take()), Is.All.Empty);
        Assert.That(others.Append(former).Select(client => client.Query("SELECT b")), Is.All.EqualTo("T D(b) C(SELECT 1) Z(I)"));
        Assert.That(mux.Postgres.Logins, Is.EqualTo(Pools.Length), "the servers are kept");
    }

    private static TestMux Start(string mode, int loops) => TestMux.Start(
        TestMux.SettingsOf(("pool_mode", mode), ("default_pool_size", "1")) with
        {
            Databases = new Dictionary<string, string> { ["db"] = "host=127.0.0.1 port=5432", ["other"] = "host=127.0.0.1 port=5432" },
        },
        loops);

    private static string PoolOf(FakeServer server)
    {
        var startup = server.Startup.ToDictionary(pair => pair.Name, pair => pair.Value);
        return $"{startup["user"]}@{startup["database"]}";
    }
}
