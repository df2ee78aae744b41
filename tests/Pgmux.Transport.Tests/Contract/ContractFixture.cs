namespace Pgmux.Transport.Tests.Contract;

/// <summary>What every loop and its connections do. Runs over sockets and over the in-memory link, so that they stay alike.</summary>
[TestFixture(RigKind.Tcp)]
[TestFixture(RigKind.Unix)]
[TestFixture(RigKind.UringTcp)]
[TestFixture(RigKind.UringUnix)]
[TestFixture(RigKind.Simulated)]
[TestFixture(RigKind.Sliced)]
[TestFixture(RigKind.Tls)]
[TestFixture(RigKind.UringTls)]
[TestFixture(RigKind.SlicedTls)]
public abstract class ContractFixture(RigKind kind)
{
    protected ContractRig Rig { get; private set; } = null!;

    [SetUp]
    public void CreateRig() => Rig = kind switch
    {
        RigKind.Simulated or RigKind.Sliced => new SimulatedRig(kind),
        RigKind.Tls => new TlsRig(new SocketRig(RigKind.Tcp)),
        RigKind.UringTls => new TlsRig(new SocketRig(RigKind.UringTcp)),
        RigKind.SlicedTls => new TlsRig(new SimulatedRig(RigKind.Sliced)),
        _ => new SocketRig(kind),
    };

    [TearDown]
    public async Task DisposeRig()
    {
        await Rig.DisposeAsync();
        Assert.That(Rig.Unhandled, Is.Empty);
    }
}
