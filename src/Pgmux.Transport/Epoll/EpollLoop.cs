using System.Net;
using Pgmux.Transport.Sockets;

namespace Pgmux.Transport.Epoll;

/// <summary>An event loop on epoll(7): a thread that works on every Linux, also where a container forbids io_uring.</summary>
public sealed class EpollLoop : SocketLoop
{
    private int _events;

    private EpollLoop(SocketLoopOptions options, WakeUp wakeUp)
        : base(options, wakeUp) => Poller = new EpollPoller(wakeUp);

    internal EpollPoller Poller { get; }

    internal override int TargetCount => Poller.TargetCount;

    /// <summary>Starts a loop on a thread of its own.</summary>
    /// <exception cref="IOException">The process has no descriptor left.</exception>
    public static EpollLoop Start(SocketLoopOptions options)
    {
        var loop = new EpollLoop(options, new WakeUp());
        loop.StartThread();
        return loop;
    }

    internal override SocketConnection CreateConnection(int socket, EndPoint remote, EndPoint? local, SocketTuning tuning) =>
        new EpollConnection(this, socket, remote, local, tuning);

    internal override DescriptorWatch? TryWatch(int descriptor, PollEvents interest, IPollTarget target)
    {
        var slot = Poller.Add(descriptor, interest, target);
        return slot >= 0 ? new EpollWatch(Poller, descriptor, slot) : null;
    }

    // Rounded up: a millisecond too early would only be spent spinning until it is due.
    private protected override void Wait(TimeSpan longest) => _events = Poller.Wait(
        longest == Timeout.InfiniteTimeSpan ? Timeout.Infinite : (int)Math.Min(Math.Ceiling(longest.TotalMilliseconds), int.MaxValue));

    private protected override void Dispatch()
    {
        for (var index = 0; index < _events; index++)
        {
            Poller.TargetOf(index, out var announced)?.Announce(announced);
        }

        for (var index = 0; index < _events; index++)
        {
            if (Poller.TargetOf(index, out var events) is not { } target)
            {
                continue;
            }

            try
            {
                target.OnEvents(events);
            }
            catch (Exception exception)
            {
                Core.Report(exception);
            }
        }
    }

    private protected override void EndTargets()
    {
        foreach (var target in Poller.Targets())
        {
            Core.Guard(static target => target.OnLoopEnd(), target);
        }
    }

    private protected override void CloseKernelSide() => Poller.Dispose();
}
