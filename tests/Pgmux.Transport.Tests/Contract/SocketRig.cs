using System.Net;
using System.Net.Sockets;
using Pgmux.Transport.Buffers;
using Pgmux.Transport.Loops;
using Pgmux.Transport.Native;
using Pgmux.Transport.Sockets;
using Pgmux.Transport.Tests.Sockets;

namespace Pgmux.Transport.Tests.Contract;

/// <summary>Two loops of one kind and real sockets.</summary>
public sealed class SocketRig : ContractRig
{
    // Only to end a test that hangs.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly SocketLoop _loop;
    private readonly SocketLoop _other;

    private readonly RigKind _kind;

    public SocketRig(RigKind kind)
    {
        _kind = kind;
        var engine = kind is RigKind.UringTcp or RigKind.UringUnix ? SocketEngine.Uring : SocketEngine.Epoll;
        UringRequirement.Check(engine);
        _loop = SocketLoop.Start(engine, new SocketLoopOptions { Index = 0, PoisonsBuffers = true });
        _other = SocketLoop.Start(engine, new SocketLoopOptions { Index = 1, PoisonsBuffers = true });
        _loop.UnhandledException = Unhandled.Add;
        _other.UnhandledException = Unhandled.Add;
    }

    private bool IsTcp => _kind is RigKind.Tcp or RigKind.UringTcp;

    public override EventLoop Loop => _loop;

    public override EventLoop OtherLoop => _other;

    public override EndPoint FreeEndPoint => IsTcp
        ? new IPEndPoint(IPAddress.Loopback, 0)
        : new UnixDomainSocketEndPoint(Path.Combine(Path.GetTempPath(), $"pgmux-{Guid.NewGuid():N}"));

    // Port 1 (tcpmux) and a path that was never made.
    public override EndPoint NobodyEndPoint => IsTcp
        ? new IPEndPoint(IPAddress.Loopback, 1)
        : new UnixDomainSocketEndPoint("/nonexistent/pgmux");

    public override Task RunAsync(Func<Task> body) => _loop.RunAsync(body).WaitAsync(Patience);

    public override void Reset(TransportConnection connection)
    {
        SocketOptions.ResetOnClose(((SocketConnection)connection).Descriptor);
        connection.Abort();
    }

    public override void HalfClose(TransportConnection connection) =>
        _ = SocketCalls.Shutdown(((SocketConnection)connection).Descriptor, SocketCalls.ShutdownWrite);

    internal override BufferPool BuffersOf(EventLoop loop) => ((SocketLoop)loop).Core.Buffers;

    public override async ValueTask DisposeAsync()
    {
        await _loop.DisposeAsync();
        await _other.DisposeAsync();
    }
}
