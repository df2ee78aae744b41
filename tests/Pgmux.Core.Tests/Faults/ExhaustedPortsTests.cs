using Pgmux.Testing.Mux;
using Pgmux.Testing.Processes;
using Pgmux.Transport;

namespace Pgmux.Core.Tests.Faults;

/// <summary>
/// No port is left for another connection to the server. In a real system that takes tens of thousands of connections; here the network
/// answers what the kernel's EADDRNOTAVAIL becomes.
/// </summary>
[TestFixture]
internal sealed class ExhaustedPortsTests
{
    [Test, Property("Row", "R03")]
    public void Clients_wait_for_the_servers_there_are_and_connects_are_tried_ever_more_rarely()
    {
        const int Seconds = 60;
        using var mux = TestMux.Start(("default_pool_size", "5"), ("server_login_retry", "15"), ("query_wait_timeout", "600"));
        var holder = mux.Login();
        Assert.That(holder.Query("BEGIN"), Does.EndWith("Z(T)"));
        var waiting = mux.Login();
        mux.Network.Addresses.Fail(mux.Postgres.EndPoint, ConnectFailure.OutOfResources);

        waiting.Send(RawMessages.Query("SELECT a"));
        mux.Advance(Seconds);
        var lines = mux.Log.Events.Select(entry => entry.Text).Where(line => line.Contains("Cannot connect to", StringComparison.Ordinal)).ToList();
        Assert.That(waiting.Take(), Is.Empty);
        Assert.That(holder.Query("COMMIT"), Does.EndWith("Z(I)"));
        Assert.That(waiting.Take(), Is.EqualTo("T D(a) C(SELECT 1) Z(I)"));

        using (Assert.EnterMultipleScope())
        {
            // 0.1, 0.2, 0.4 ... 12.8, then every 15 seconds, each with a line that says what was wrong.
            Assert.That(lines, Has.Count.InRange(8, 14));
            Assert.That(lines, Has.All.Contains("OutOfResources"));
            Assert.That(mux.Counts.Servers, Is.EqualTo(1));
        }

        mux.Network.Addresses.Allow(mux.Postgres.EndPoint);
        Assert.That(holder.Query("BEGIN"), Does.EndWith("Z(T)"));
        waiting.Send(RawMessages.Query("SELECT b"));
        mux.Advance(Seconds);
        Assert.That(waiting.Take(), Is.EqualTo("T D(b) C(SELECT 1) Z(I)"));
        Assert.That(holder.Query("COMMIT"), Does.EndWith("Z(I)"));
    }
}
