using System.Net;
using Pgmux.Testing.Transport;
using Pgmux.Transport.Buffers;

namespace Pgmux.Transport.Tests.Contract;

/// <summary>Two loops on an in-memory network.</summary>
public sealed class SimulatedRig : ContractRig
{
    private readonly SimulatedNetwork _network;
    private readonly SimulatedLoop _loop;
    private readonly SimulatedLoop _other;

    public SimulatedRig(RigKind kind)
    {
        _network = new SimulatedNetwork(kind == RigKind.Sliced ? TestContext.CurrentContext.Random.Next() : null)
        {
            IsSliced = kind == RigKind.Sliced,
            AnnouncesEarly = kind == RigKind.Sliced,
        };
        _loop = _network.CreateLoop();
        _other = _network.CreateLoop();
        _loop.UnhandledException = Unhandled.Add;
        _other.UnhandledException = Unhandled.Add;
    }

    public override EventLoop Loop => _loop;

    public override EventLoop OtherLoop => _other;

    public override EndPoint FreeEndPoint => new IPEndPoint(IPAddress.Loopback, 0);

    public override EndPoint NobodyEndPoint => new IPEndPoint(IPAddress.Loopback, 1);

    public override Task RunAsync(Func<Task> body)
    {
        _network.Run(_loop, body);
        return Task.CompletedTask;
    }

    public override void Reset(TransportConnection connection) => SimulatedNetwork.Reset(connection);

    public override void HalfClose(TransportConnection connection) => SimulatedNetwork.HalfClose(connection);

    public override ValueTask DisposeAsync() => ValueTask.CompletedTask;

    internal override BufferPool BuffersOf(EventLoop loop) => ((SimulatedLoop)loop).Core.Buffers;
}
