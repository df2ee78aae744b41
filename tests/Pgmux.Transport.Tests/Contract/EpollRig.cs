using System.Net;
using System.Net.Sockets;
using Pgmux.Transport.Buffers;
using Pgmux.Transport.Epoll;
using Pgmux.Transport.Loops;
using Pgmux.Transport.Native;

namespace Pgmux.Transport.Tests.Contract;

/// <summary>Two epoll loops and real sockets.</summary>
public sealed class EpollRig : ContractRig
{
    // Only to end a test that hangs.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly EpollLoop _loop;
    private readonly EpollLoop _other;

    private readonly RigKind _kind;

    public EpollRig(RigKind kind)
    {
        _kind = kind;
        _loop = EpollLoop.Start(new EpollLoopOptions { Index = 0, PoisonsBuffers = true });
        _other = EpollLoop.Start(new EpollLoopOptions { Index = 1, PoisonsBuffers = true });
        _loop.UnhandledException = Unhandled.Add;
        _other.UnhandledException = Unhandled.Add;
    }

    public override EventLoop Loop => _loop;

    public override EventLoop OtherLoop => _other;

    public override EndPoint FreeEndPoint => _kind == RigKind.Tcp
        ? new IPEndPoint(IPAddress.Loopback, 0)
        : new UnixDomainSocketEndPoint(Path.Combine(Path.GetTempPath(), $"pgmux-{Guid.NewGuid():N}"));

    // Port 1 (tcpmux) and a path that was never made.
    public override EndPoint NobodyEndPoint => _kind == RigKind.Tcp
        ? new IPEndPoint(IPAddress.Loopback, 1)
        : new UnixDomainSocketEndPoint("/nonexistent/pgmux");

    public override Task RunAsync(Func<Task> body) => _loop.RunAsync(body).WaitAsync(Patience);

    public override void Reset(TransportConnection connection)
    {
        SocketOptions.ResetOnClose(((EpollConnection)connection).Descriptor);
        connection.Abort();
    }

    public override void HalfClose(TransportConnection connection) =>
        _ = SocketCalls.Shutdown(((EpollConnection)connection).Descriptor, SocketCalls.ShutdownWrite);

    internal override BufferPool BuffersOf(EventLoop loop) => ((EpollLoop)loop).Core.Buffers;

    public override async ValueTask DisposeAsync()
    {
        await _loop.DisposeAsync();
        await _other.DisposeAsync();
    }
}
