using System.Net;
using Pgmux.Core.Cancellation.Peers;
using Pgmux.Testing.Transport;

namespace Pgmux.Core.Tests.Cancellation.Peers;

[TestFixture]
internal sealed class SystemPeerLookupTests
{
    [Test]
    public void Addresses_of_this_machine_are_no_peers()
    {
        Assert.That(Find("127.0.0.1"), Is.Empty);
        Assert.That(Find("192.0.2.17"), Is.EqualTo(new[] { IPAddress.Parse("192.0.2.17") }));
    }

    private static IPAddress[] Find(string name)
    {
        var network = new SimulatedNetwork();
        var loop = network.CreateLoop();
        IPAddress[] found = [];
        network.Run(loop, async () => found = await new SystemPeerLookup().FindAsync(loop, name));
        return found;
    }
}
