using System.Net;
using System.Net.Sockets;
using Pgmux.Core.Cancellation.Peers;
using Pgmux.Testing.Transport;

namespace Pgmux.Core.Tests.Cancellation.Peers;

[TestFixture]
internal sealed class OwnAddressesTests
{
    private static readonly IPAddress Other = IPAddress.Parse("127.0.0.2");

    [Test]
    public void Addresses_that_are_listened_on_are_own_and_others_of_the_machine_are_not()
    {
        var found = Find(new IPEndPoint(Other, 6432), new UnixDomainSocketEndPoint("/tmp/.s.PGSQL.6432"));
        Assert.That(found, Is.EquivalentTo(new[] { Other }));
        Assert.That(Find(new UnixDomainSocketEndPoint("/tmp/.s.PGSQL.6432")), Is.Empty);
    }

    [TestCase("0.0.0.0")]
    [TestCase("::")]
    public void Whoever_listens_on_all_has_all_of_the_machine(string any) =>
        Assert.That(Find(new IPEndPoint(IPAddress.Parse(any), 6432)), Does.Contain(IPAddress.Loopback).And.Not.Contain(Other));

    [Test]
    public void The_machine_is_asked_again_when_its_addresses_are_old()
    {
        var network = new SimulatedNetwork();
        var loop = network.CreateLoop();
        var own = new OwnAddresses(() => [new IPEndPoint(IPAddress.Any, 6432)]);
        IReadOnlySet<IPAddress> Find()
        {
            IReadOnlySet<IPAddress>? found = null;
            network.Run(loop, async () => found = await own.FindAsync(loop));
            return found!;
        }

        var first = Find();
        Assert.That(Find(), Is.SameAs(first));
        network.Advance(OwnAddresses.MachineAge);
        Assert.That(Find(), Is.Not.SameAs(first));
    }

    private static IReadOnlySet<IPAddress> Find(params EndPoint[] listening)
    {
        var network = new SimulatedNetwork();
        var loop = network.CreateLoop();
        IReadOnlySet<IPAddress>? found = null;
        network.Run(loop, async () => found = await new OwnAddresses(() => listening).FindAsync(loop));
        return found!;
    }
}
