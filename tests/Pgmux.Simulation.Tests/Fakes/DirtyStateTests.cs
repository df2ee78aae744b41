using Pgmux.Testing.Processes;

namespace Pgmux.Simulation.Tests.Fakes;

[TestFixture]
internal sealed class DirtyStateTests
{
    [TestCase("BEGIN", "COMMIT")]
    [TestCase("WAIT", null)]
    [TestCase("COPY IN", null)]
    [TestCase("PREPARE a AS SELECT 1", "DEALLOCATE a")]
    [TestCase("LISTEN c", "UNLISTEN c")]
    [TestCase("LISTEN c", "DISCARD ALL")]
    public void What_a_query_leaves_behind_is_named(string sql, string? cleaner)
    {
        var rig = new FakeRig();
        var client = rig.Login();
        Assert.That(rig.Postgres.Single.DirtyState, Is.Null);
        client.Query(sql);
        Assert.That(rig.Postgres.Single.DirtyState, Is.Not.Null);
        if (cleaner is not null)
        {
            client.Query(cleaner);
            Assert.That(rig.Postgres.Single.DirtyState, Is.Null);
        }
    }

    [Test]
    public void An_extended_query_is_open_until_Sync()
    {
        var rig = new FakeRig();
        var client = rig.Login();
        client.Send(RawMessages.Parse("SELECT 1"), RawMessages.Bind());
        Assert.That(rig.Postgres.Single.DirtyState, Is.Not.Null);
        client.Send(RawMessages.Sync());
        Assert.That(rig.Postgres.Single.DirtyState, Is.Null, "the unnamed statement is anybody's");
        client.Send(RawMessages.Parse("FAIL"), RawMessages.Bind(), RawMessages.Execute());
        Assert.That(rig.Postgres.Single.DirtyState, Is.EqualTo("skips to Sync"));
        client.Send(RawMessages.Sync());
        Assert.That(rig.Postgres.Single.DirtyState, Is.Null);
    }

    [Test]
    public void A_part_of_a_message_is_dirt()
    {
        var rig = new FakeRig();
        var client = rig.Login();
        client.Send(RawMessages.Sync()[..3]);
        Assert.That(rig.Postgres.Single.DirtyState, Is.EqualTo("3 bytes of a message S have come"));
    }

    [Test]
    public void A_message_whose_rest_a_broken_link_has_taken_is_no_dirt()
    {
        var rig = new FakeRig();
        var client = rig.Login();
        var link = rig.Network.Links.Single();
        client.Send(RawMessages.Sync()[..3]);
        link.There.Faults.IsPaused = true;
        client.Send(RawMessages.Sync()[3..]);
        Assert.That(rig.Postgres.Single.DirtyState, Is.Null, "the rest is on its way");
        link.Break();
        Assert.That(rig.Postgres.Single.DirtyState, Is.Null);
    }

    [Test]
    public void Statements_under_names_of_the_multiplexer_are_clean()
    {
        var rig = new FakeRig();
        rig.Login().Send(RawMessages.Parse("SELECT 1", "pgmux_1"), RawMessages.Sync());
        Assert.That(rig.Postgres.Single.DirtyState, Is.Null);
    }

    [Test]
    public void Parameters_that_have_changed_are_listed_apart()
    {
        var rig = new FakeRig();
        var client = rig.Login();
        client.Query("SET TimeZone = 'Asia/Tokyo'");
        client.Query("SET work_mem = '1MB'");
        Assert.That(rig.Postgres.Single.ChangedParameters, Is.EquivalentTo(new[] { ("TimeZone", "Asia/Tokyo"), ("work_mem", "1MB") }));
        Assert.That(rig.Postgres.Single.DirtyState, Is.Null);
        client.Query("RESET ALL");
        Assert.That(rig.Postgres.Single.ChangedParameters, Is.Empty);
    }

    [Test]
    public void Texts_that_have_come_can_be_looked_for()
    {
        var rig = new FakeRig();
        rig.Login().Query("SELECT n1");
        Assert.That((rig.Postgres.HasReceived("n1"), rig.Postgres.HasReceived("alice"), rig.Postgres.HasReceived("n2")), Is.EqualTo((true, true, false)));
    }
}
