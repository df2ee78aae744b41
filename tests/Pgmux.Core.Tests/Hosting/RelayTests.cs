using Pgmux.Testing.Mux;
using Pgmux.Testing.Processes;

namespace Pgmux.Core.Tests.Hosting;

[TestFixture]
internal sealed class RelayTests
{
    [Test]
    public void A_query_reaches_the_server_and_its_reply_the_client()
    {
        using var mux = TestMux.Start();
        var client = mux.Login();
        Assert.That(client.Query("SELECT a1"), Is.EqualTo("T D(a1) C(SELECT 1) Z(I)"));
    }

    [Test]
    public void Server_stays_leased_while_the_transaction_is_open()
    {
        using var mux = TestMux.Start(("default_pool_size", "1"));
        var client = mux.Login();
        Assert.That(client.Query("BEGIN"), Is.EqualTo("C(BEGIN) Z(T)"));
        Assert.That(mux.Counts.Idle, Is.Zero);
        Assert.That(client.Query("COMMIT"), Is.EqualTo("C(COMMIT) Z(I)"));
        Assert.That(mux.Counts.Idle, Is.EqualTo(1));
    }

    [Test, Property("Row", "B61")]
    public void Server_stays_leased_until_the_extended_query_is_synced()
    {
        using var mux = TestMux.Start(("default_pool_size", "1"));
        var client = mux.Login();
        var other = mux.Login();
        client.Send(
            RawMessages.Parse("SELECT a1"), RawMessages.Bind(), RawMessages.DescribePortal(), RawMessages.Execute(), RawMessages.Flush());
        Assert.That(client.Take(), Is.EqualTo("1 2 T D(a1) C(SELECT 1)"));
        Assert.That(other.Query("SELECT b1"), Is.Empty);
        client.Send(RawMessages.Sync());
        Assert.That(client.Take(), Is.EqualTo("Z(I)"));
        Assert.That(other.Take(), Is.EqualTo("T D(b1) C(SELECT 1) Z(I)"));
    }

    [Test, Property("Row", "B140")]
    public void Client_that_leaves_without_a_sync_frees_its_place()
    {
        using var mux = TestMux.Start(("default_pool_size", "1"));
        var client = mux.Login();
        client.Send(RawMessages.Parse("SELECT a1"), RawMessages.Bind(), RawMessages.Execute());
        client.Send(RawMessages.Terminate());
        Assert.That(client.Take(), Does.EndWith("EOF"));
        Assert.That(mux.Login().Query("SELECT b1"), Is.EqualTo("T D(b1) C(SELECT 1) Z(I)"));
    }
}
