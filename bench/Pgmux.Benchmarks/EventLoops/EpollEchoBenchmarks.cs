using Pgmux.Transport.Sockets;

namespace Pgmux.Benchmarks.EventLoops;

/// <summary>On epoll.</summary>
public class EpollEchoBenchmarks() : EchoBenchmarks(SocketEngine.Epoll);
