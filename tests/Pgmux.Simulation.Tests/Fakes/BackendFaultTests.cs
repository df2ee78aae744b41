using Pgmux.Testing.FakePostgres;
using Pgmux.Testing.Processes;

namespace Pgmux.Simulation.Tests.Fakes;

[TestFixture]
internal sealed class BackendFaultTests
{
    private const string Good = "T D(n1) C(SELECT 1) Z(I)";

    [Test]
    public void Without_rates_the_dial_changes_nothing()
    {
        var rig = new FakeRig();
        rig.TurnOnFaults();
        var client = rig.Login();
        Assert.That(client.Query("SELECT n1"), Is.EqualTo(Good));
        Assert.That(rig.Postgres.Single.Fault, Is.Null);
    }

    [TestCase(BackendFault.Fin)]
    [TestCase(BackendFault.Rst)]
    [TestCase(BackendFault.AdminShutdown)]
    [TestCase(BackendFault.StrayReply)]
    [TestCase(BackendFault.Garbage)]
    [TestCase(BackendFault.BadLength)]
    [TestCase(BackendFault.MissingFields)]
    [TestCase(BackendFault.ExtraReady)]
    [TestCase(BackendFault.UnknownStatus)]
    public void Each_fault_shows_on_the_wire_and_is_noted(BackendFault fault)
    {
        byte[] good = [.. Replies.Value("n1"), .. Replies.ReadyForQuery()];
        for (var seed = 0; seed < 20; seed++)
        {
            var rig = new FakeRig();
            var client = rig.Login();
            var server = rig.Postgres.Single;
            rig.TurnOnFaults(seed)[fault] = 1;
            client.Send(RawMessages.Query("SELECT n1"));
            var got = client.Replies.SelectMany(reply => RawMessages.Message(reply.Type, reply.Body));
            Assert.That(got, Is.Not.EqualTo(good), $"seed {seed}");
            Assert.That(server.Fault, Is.Not.Null);
            Assert.That(server.IsOpen, Is.EqualTo(fault is not (BackendFault.Fin or BackendFault.Rst or BackendFault.AdminShutdown)));
        }
    }

    [Test]
    public void A_shutdown_says_so() =>
        Assert.That(TraceOf(BackendFault.AdminShutdown), Is.EqualTo("E(57P01 terminating connection due to administrator command) EOF"));

    [Test]
    public void An_extra_ReadyForQuery_follows_the_real_one() =>
        Assert.That(TraceOf(BackendFault.ExtraReady), Is.EqualTo($"{Good} Z(I)"));

    [Test]
    public void Noise_is_no_fault()
    {
        var rig = new FakeRig();
        var client = rig.Login();
        rig.TurnOnFaults().NoiseRate = 1;
        var trace = string.Join(' ', Enumerable.Range(0, 20).Select(_ => client.Query("SELECT n1")));
        Assert.That(trace, Does.Contain("N(noise)").And.Contain("A(noise)").And.Contain("S(noise=1)"));
        string[] noise = ["N(noise)", "A(noise)", "S(noise=1)"];
        var rest = trace.Split(' ').Except(noise);
        Assert.That(rest, Is.EquivalentTo(Good.Split(' ')));
        Assert.That(rig.Postgres.Single.Fault, Is.Null);
    }

    [Test]
    public void A_server_that_stalls_goes_on_where_it_was()
    {
        var rig = new FakeRig();
        var client = rig.Login();
        var faults = rig.TurnOnFaults();
        faults[BackendFault.Stall] = 1;
        Assert.That(client.Query("SELECT n1"), Is.Empty);
        Assert.That((rig.Postgres.Single.IsStalled, rig.Postgres.Single.Fault), Is.EqualTo((true, (string?)null)));
        faults.Clear();
        rig.Postgres.Single.EndStall();
        rig.Network.RunUntilIdle();
        Assert.That(client.Take(), Is.EqualTo(Good));
    }

    [Test]
    public void A_login_can_fail_at_each_message()
    {
        var lengths = new HashSet<int>();
        for (var seed = 0; seed < 100; seed++)
        {
            var rig = new FakeRig();
            rig.TurnOnFaults(seed)[BackendFault.Fin] = 0.15;
            var trace = rig.BeginLogin().TakeAll();
            lengths.Add(trace.Count);
            Assert.That(trace.LastOrDefault(), Is.EqualTo("Z(I)").Or.EqualTo("EOF"), $"seed {seed}");
        }

        Assert.That(lengths, Has.Count.GreaterThan(8), "an end after each of the messages");
    }

    [TestCase(BackendFault.WrongPassword, "E(28P01 password authentication failed for user \"alice\") EOF")]
    [TestCase(BackendFault.TooManyConnections, "E(53300 sorry, too many clients already) EOF")]
    [TestCase(BackendFault.StartingUp, "E(57P03 the database system is starting up) EOF")]
    [TestCase(BackendFault.UnknownLogin, "R")]
    public void A_login_can_be_refused(BackendFault fault, string answer)
    {
        var rig = new FakeRig();
        rig.TurnOnFaults()[fault] = 1;
        Assert.That(rig.BeginLogin().Take(), Is.EqualTo(answer));
    }

    [Test]
    public void The_key_can_be_missing_without_a_fault()
    {
        var rig = new FakeRig();
        rig.TurnOnFaults()[BackendFault.MissingKey] = 1;
        Assert.That(rig.BeginLogin().Take(), Does.Not.Contain(" K ").And.EndWith("Z(I)"));
        Assert.That(rig.Postgres.Single.Fault, Is.Null);
    }

    [Test]
    public void Connections_beyond_the_limit_are_refused()
    {
        var rig = new FakeRig();
        rig.Postgres.MaxConnections = 1;
        var first = rig.Login();
        Assert.That(rig.BeginLogin().Take(), Is.EqualTo("E(53300 sorry, too many clients already) EOF"));
        first.Close();
        rig.Login();
    }

    [Test]
    public void Healing_ends_faults_waits_and_silence()
    {
        var rig = new FakeRig();
        var waits = rig.Login();
        waits.Send(RawMessages.Query("WAIT"));
        var stalls = rig.Login();
        var silent = rig.Login();
        var faults = rig.TurnOnFaults();
        faults[BackendFault.Stall] = 1;
        stalls.Send(RawMessages.Query("SELECT n1"));
        faults.Clear();
        faults[BackendFault.Garbage] = 1;
        silent.Send(RawMessages.Query("SELECT n1"));
        rig.Postgres.HoldsLogins = true;
        var late = rig.BeginLogin();
        rig.Postgres.Heal();
        rig.Network.RunUntilIdle();
        Assert.That(waits.Take(), Is.EqualTo("T D(waited) C(SELECT 1) Z(I)"));
        Assert.That(stalls.Take(), Is.EqualTo(Good));
        Assert.That(silent.IsClosed, Is.True);
        Assert.That(late.Take(), Does.EndWith("Z(I)"));
        Assert.That(waits.Query("WAIT n2"), Is.EqualTo("T D(n2) C(SELECT 1) Z(I)"), "nothing waits any more");
    }

    private static string TraceOf(BackendFault fault)
    {
        var rig = new FakeRig();
        var client = rig.Login();
        rig.TurnOnFaults()[fault] = 1;
        return client.Query("SELECT n1");
    }
}
