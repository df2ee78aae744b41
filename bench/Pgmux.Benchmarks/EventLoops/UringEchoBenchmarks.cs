using Pgmux.Transport.Sockets;
using Pgmux.Transport.Uring;

namespace Pgmux.Benchmarks.EventLoops;

/// <summary>On io_uring; where there is none, on epoll once more.</summary>
public class UringEchoBenchmarks() : EchoBenchmarks(UringSupport.FindObstacle() is null ? SocketEngine.Uring : SocketEngine.Epoll);
