using System.Net;
using Pgmux.Transport.Buffers;
using Pgmux.Transport.Epoll;
using Pgmux.Transport.Loops;

namespace Pgmux.Transport.Tests.Contract;

/// <summary>Two epoll loops and real sockets.</summary>
public sealed class EpollRig : ContractRig
{
    // Only to end a test that hangs.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly EpollLoop _loop;
    private readonly EpollLoop _other;

    public EpollRig(EndPoint freeEndPoint)
    {
        FreeEndPoint = freeEndPoint;
        _loop = EpollLoop.Start(new EpollLoopOptions { Index = 0, PoisonsBuffers = true });
        _other = EpollLoop.Start(new EpollLoopOptions { Index = 1, PoisonsBuffers = true });
        _loop.UnhandledException = Unhandled.Add;
        _other.UnhandledException = Unhandled.Add;
    }

    public override EventLoop Loop => _loop;

    public override EventLoop OtherLoop => _other;

    public override EndPoint FreeEndPoint { get; }

    public override int LinkCapacityBytes => 8 * 1024;

    public override Task RunAsync(Func<Task> body) => _loop.RunAsync(body).WaitAsync(Patience);

    public override void Reset(TransportConnection connection) => ((EpollConnection)connection).Reset();

    internal override BufferPool BuffersOf(EventLoop loop) => ((EpollLoop)loop).Core.Buffers;

    public override async ValueTask DisposeAsync()
    {
        await _loop.DisposeAsync();
        await _other.DisposeAsync();
    }
}
