using Pgmux.Transport.Native;
using Pgmux.Transport.Sockets;

namespace Pgmux.Transport.Epoll;

/// <summary>A descriptor in an epoll instance.</summary>
internal sealed class EpollWatch(EpollPoller poller, int descriptor, int slot) : DescriptorWatch
{
    public override void Stop() => poller.Remove(descriptor, slot);

    public override void Close()
    {
        poller.Forget(slot);
        _ = SocketCalls.Close(descriptor);
    }
}
