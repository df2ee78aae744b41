namespace Pgmux.Transport.Epoll;

/// <summary>Somebody who hears of the events of a descriptor.</summary>
internal interface IEpollTarget
{
    void OnEvents(uint events);

    /// <summary>The loop ends: closes the descriptor.</summary>
    void OnLoopEnd();
}
