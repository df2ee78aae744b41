using Pgmux.Testing.Mux;
using Pgmux.Testing.Processes;

namespace Pgmux.Core.Tests.Hosting;

/// <summary>
/// Every row and every description comes from the server, each time and for each user anew: rights may have changed since it gave them last.
/// </summary>
[TestFixture]
internal sealed class NothingFromMemoryTests
{
    private const int Times = 5;
    private const string Denied = "E(42P01 relation \"t\" does not exist)";

    private static readonly string[] Users = ["alice", "bob"];

    [Test, Property("Row", "C15")]
    public void Each_simple_query_is_asked_of_the_server_by_its_own_user()
    {
        using var mux = TestMux.Start();
        foreach (var user in Users)
        {
            var client = mux.Login(user);
            for (var i = 0; i < Times; i++)
            {
                Assert.That(client.Query("TABLE t"), Is.EqualTo("T D(t) C(SELECT 1) Z(I)"));
            }

            Assert.That(Executed(mux, user), Is.EqualTo(Times));
            mux.Postgres.Database.HasTables = false;
            Assert.That(client.Query("TABLE t"), Is.EqualTo($"{Denied} Z(I)"), "the right has been revoked");
            mux.Postgres.Database.HasTables = true;
        }
    }

    // pgmux does answer a Parse of a text that the server has prepared already: with ParseComplete, which says nothing of the table.
    [TestCase("")]
    [TestCase("s")]
    [Property("Row", "C15")]
    public void Each_description_and_execution_of_a_prepared_statement_is_asked_of_the_server_by_its_own_user(string name)
    {
        using var mux = TestMux.Start(("default_pool_size", "1"), ("share_unnamed_statements", "1"));
        foreach (var user in Users)
        {
            // The second client of a user finds the text prepared.
            foreach (var client in new[] { mux.Login(user), mux.Login(user) })
            {
                for (var i = 0; i < Times; i++)
                {
                    Assert.That(Ask(client, name, isFirst: i == 0 || name.Length == 0), Does.EndWith("t T 2 D(t) C(SELECT 1) Z(I)"));
                }
            }

            Assert.That(Executed(mux, user), Is.EqualTo(2 * Times));
            Assert.That(Described(mux, user), Is.EqualTo(2 * Times));
            mux.Postgres.Database.HasTables = false;
            Assert.That(Ask(mux.Login(user), name, isFirst: true), Does.EndWith($"{Denied} Z(I)").And.Not.Contain("D("));
            mux.Postgres.Database.HasTables = true;
        }
    }

    private static string Ask(FakeClient client, string name, bool isFirst)
    {
        client.Take();
        client.Send(
            isFirst ? RawMessages.Parse("TABLE t", name) : [],
            RawMessages.DescribeStatement(name),
            RawMessages.Bind(name),
            RawMessages.Execute(),
            RawMessages.Sync());
        return client.Take();
    }

    private static int Executed(TestMux mux, string user) =>
        ServersOf(mux, user).Sum(server => server.Executed.Count(sql => sql == "TABLE t"));

    private static int Described(TestMux mux, string user) =>
        ServersOf(mux, user).Sum(server => server.Received.Count(message => message.Type == 'D'));

    private static IEnumerable<Testing.FakePostgres.FakeServer> ServersOf(TestMux mux, string user) =>
        mux.Postgres.Servers.Where(server => server.Startup.Contains(("user", user)));
}
