using Pgmux.Testing.FakePostgres;
using Pgmux.Testing.Processes;

namespace Pgmux.Simulation.Tests.Fakes;

[TestFixture]
internal sealed class CancelFaultTests
{
    private const string Cancelled = "E(57014 canceling statement due to user request) Z(I)";

    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Test]
    public void A_late_signal_hits_what_runs_then()
    {
        var rig = new FakeRig();
        var client = rig.Login();
        rig.Postgres.CancelFaults = new CancelFaults(new Random(1)) { MostSignalDelay = 10 * Second, MostCloseDelay = 10 * Second };
        client.Send(RawMessages.Query("WAIT one"));
        rig.Cancel(client);
        rig.Postgres.Single.Release();
        client.Send(RawMessages.Query("WAIT two"));
        Assert.That(client.Take(), Is.EqualTo("T D(one) C(SELECT 1) Z(I)"));
        rig.Network.Advance(10 * Second);
        Assert.That(client.Take(), Is.EqualTo(Cancelled));
        var cancel = rig.Postgres.Cancels.Single();
        Assert.That((cancel.Target, cancel.Hit, cancel.IsDone), Is.EqualTo((rig.Postgres.Single, "WAIT two", true)));
    }

    [Test]
    public void The_connection_closes_after_the_signal()
    {
        var rig = new FakeRig();
        var client = rig.Login();
        rig.Postgres.CancelFaults = new CancelFaults(new Random(1)) { MostCloseDelay = 10 * Second };
        client.Send(RawMessages.Query("WAIT"));
        var canceller = rig.Connect();
        canceller.Send(RawMessages.CancelRequest(client.CancelKey.ProcessId, client.CancelKey.Key));
        rig.Network.Advance(Second / 10);
        Assert.That((client.Take(), canceller.IsClosed), Is.EqualTo((Cancelled, false)));
        rig.Network.Advance(10 * Second);
        Assert.That(canceller.IsClosed, Is.True);
    }

    [Test]
    public void A_refused_cancel_hits_nobody()
    {
        var rig = new FakeRig();
        var client = rig.Login();
        rig.Postgres.CancelFaults = new CancelFaults(new Random(1)) { RefusalRate = 1 };
        client.Send(RawMessages.Query("WAIT"));
        rig.Cancel(client);
        rig.Network.Advance(60 * Second);
        Assert.That(client.Take(), Is.Empty);
        Assert.That(rig.Postgres.Cancels.Single().Hit, Is.Null);
    }

    [Test]
    public void A_cancel_that_hangs_is_dealt_with_when_all_heals()
    {
        var rig = new FakeRig();
        var client = rig.Login();
        rig.Postgres.CancelFaults = new CancelFaults(new Random(1)) { HangRate = 1 };
        client.Send(RawMessages.Query("WAIT"));
        rig.Cancel(client);
        rig.Network.Advance(60 * Second);
        Assert.That(client.Take(), Is.Empty);
        rig.Postgres.Heal();
        rig.Network.RunUntilIdle();
        Assert.That(client.Take(), Is.EqualTo(Cancelled));
    }

    [Test]
    public void A_signal_to_a_server_that_waits_for_its_client_does_nothing()
    {
        var rig = new FakeRig();
        var client = rig.Login();
        client.Send(RawMessages.Parse("SELECT n1"), RawMessages.Flush());
        rig.Cancel(client);
        Assert.That(client.Ask(RawMessages.Bind(), RawMessages.Execute(), RawMessages.Sync()), Is.EqualTo("1 2 D(n1) C(SELECT 1) Z(I)"));
        Assert.That(rig.Postgres.Cancels.Single().Hit, Is.Null);
    }

    [Test]
    public void A_signal_ends_a_result_between_rows()
    {
        var rig = new FakeRig();
        var client = rig.Login();
        client.IsReading = false;
        client.Send(RawMessages.Query("ROWS 100 10000 n1"));
        rig.Cancel(client);
        client.IsReading = true;
        Assert.That(client.Take(), Does.StartWith("T D(n1:0").And.EndWith(Cancelled));
        Assert.That(client.Query("SELECT n2"), Is.EqualTo("T D(n2) C(SELECT 1) Z(I)"));
    }

    [Test]
    public void A_signal_ends_a_copy_at_its_next_row()
    {
        var rig = new FakeRig();
        var client = rig.Login();
        client.Send(RawMessages.Query("COPY IN n1"));
        rig.Cancel(client);
        Assert.That(client.Take(), Is.EqualTo("G"));
        Assert.That(client.Ask(RawMessages.CopyData("x\n")), Is.EqualTo(Cancelled));
    }
}
