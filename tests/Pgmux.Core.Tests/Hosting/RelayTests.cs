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
}
