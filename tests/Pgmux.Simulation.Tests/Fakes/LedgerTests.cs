using Pgmux.Testing.FakePostgres;
using Pgmux.Testing.Processes;

namespace Pgmux.Simulation.Tests.Fakes;

[TestFixture]
internal sealed class LedgerTests
{
    private readonly FakeDatabase _database = new();
    private DirectSession _session = null!;

    [SetUp]
    public void Login() => _session = new DirectSession(_database);

    [Test]
    public void A_query_commits_all_its_rows_or_none()
    {
        Assert.That(_session.Trace(RawMessages.Query("INSERT q1; INSERT q2")), Is.EqualTo("C(INSERT 0 1) C(INSERT 0 1) Z(I)"));
        _session.Ask(RawMessages.Query("INSERT q3; FAIL"), RawMessages.Query("INSERT q4; ROLLBACK"), RawMessages.Query("PARSEFAIL; INSERT q5"));
        Assert.That(_database.Ledger.Committed, Is.SupersetOf(new[] { "q1", "q2" }));
        Assert.That(Counts("q3", "q4", "q5"), Is.All.Zero);
    }

    [Test]
    public void A_block_commits_at_its_end()
    {
        _session.Ask(RawMessages.Query("INSERT b0; BEGIN"), RawMessages.Query("INSERT b1"));
        Assert.That(Counts("b0", "b1"), Is.All.Zero);
        _session.Ask(RawMessages.Query("COMMIT"));
        Assert.That(Counts("b0", "b1"), Is.All.EqualTo(1));
        _session.Ask(RawMessages.Query("BEGIN"), RawMessages.Query("INSERT b2"), RawMessages.Query("FAIL"), RawMessages.Query("COMMIT"));
        _session.Ask(RawMessages.Query("BEGIN; INSERT b3"), RawMessages.Query("ROLLBACK"));
        Assert.That(Counts("b2", "b3"), Is.All.Zero);
    }

    [Test]
    public void A_pipeline_commits_at_Sync()
    {
        byte[][] inserts = [.. Insert("p1"), .. Insert("p2")];
        _session.Ask(inserts);
        Assert.That(Counts("p1", "p2"), Is.All.Zero);
        _session.Ask(RawMessages.Sync());
        Assert.That(Counts("p1", "p2"), Is.All.EqualTo(1));
        _session.Ask([.. Insert("p3"), RawMessages.Parse("FAIL"), RawMessages.Bind(), RawMessages.Execute(), .. Insert("p4"), RawMessages.Sync()]);
        Assert.That(Counts("p3", "p4"), Is.All.Zero);
    }

    [Test]
    public void The_last_statement_of_a_query_has_committed_when_its_tag_is_sent()
    {
        var query = RawMessages.Query("INSERT first; INSERT last");
        var tags = new PostgresModel(new RuntimeParameters([]), _database).Handle(new RawMessage('Q', query[5..]))
            .Where(reply => reply[0] == 'C')
            .Select(_ => Counts("first", "last").Sum());
        Assert.That(tags, Is.EqualTo(new[] { 0, 2 }));
    }

    [Test]
    public void A_server_that_dies_before_the_tag_has_committed_and_nobody_knows()
    {
        var rig = new FakeRig();
        var client = rig.Login();
        rig.TurnOnFaults()[BackendFault.Fin] = 1;
        Assert.That(client.Query("INSERT x"), Does.Not.Contain("C(").And.EndWith("EOF"));
        Assert.That(rig.Postgres.Database.Ledger.CountOf("x"), Is.EqualTo(1));
        rig.Postgres.Faults!.Clear();
        client = rig.Login();
        client.Send(RawMessages.Query("BEGIN"));
        client.Send(RawMessages.Query("INSERT y"));
        rig.Postgres.Open.Single().Reset();
        Assert.That(rig.Postgres.Database.Ledger.CountOf("y"), Is.Zero, "what was not committed is gone with the server");
    }

    private static byte[][] Insert(string row) => [RawMessages.Parse("INSERT $1"), RawMessages.Bind("", row), RawMessages.Execute()];

    private IEnumerable<int> Counts(params string[] rows) => rows.Select(_database.Ledger.CountOf);
}
