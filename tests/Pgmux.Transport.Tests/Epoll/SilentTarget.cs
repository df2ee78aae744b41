using Pgmux.Transport.Epoll;

namespace Pgmux.Transport.Tests.Epoll;

/// <summary>Hears events and does nothing.</summary>
internal sealed class SilentTarget : IEpollTarget
{
    public void OnEvents(uint events)
    {
    }

    public void OnLoopEnd()
    {
    }
}
