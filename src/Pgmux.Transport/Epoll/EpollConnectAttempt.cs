using System.Net;
using System.Net.Sockets;
using Pgmux.Transport.Loops;
using Pgmux.Transport.Native;
using Pgmux.Transport.Sockets;

namespace Pgmux.Transport.Epoll;

/// <summary>One connect to one address.</summary>
internal sealed class EpollConnectAttempt(EpollLoop loop, EndPoint endPoint, SocketTuning tuning) : IEpollTarget
{
    // A Unix socket whose backlog is full says "try again" and makes no event when there is room.
    private static readonly TimeSpan BacklogRetry = TimeSpan.FromMilliseconds(20);

    private readonly TaskCompletionSource<Errno> _done = new();
    private Deadline? _limit;
    private Deadline? _retry;
    private int _socket = -1;
    private int _slot = -1;

    /// <summary>The connection; null until <see cref="RunAsync"/> has returned no error.</summary>
    public EpollConnection? Connection { get; private set; }

    public async Task<Errno> RunAsync(TimeSpan limit, CancellationToken cancellationToken)
    {
        _limit = loop.Core.AddDeadline(limit, static state => ((EpollConnectAttempt)state!).Fail(Errno.TimedOut), this);
        using var registration = cancellationToken.UnsafeRegister(
            static state => ((EpollConnectAttempt)state!).PostCancel(), this);
        Start();
        return await _done.Task;
    }

    public void OnEvents(uint events)
    {
        var error = SocketOptions.TakeError(_socket);
        if (error != Errno.None)
        {
            Fail(error);
            return;
        }

        if ((events & EpollCalls.Out) != 0)
        {
            Succeed(events);
        }
    }

    public void OnLoopEnd() => Fail(Errno.Interrupted);

    private unsafe void Start()
    {
        var address = stackalloc byte[SocketCalls.AddressBytes];
        var length = (uint)NativeAddress.Write(endPoint, new Span<byte>(address, SocketCalls.AddressBytes));
        if (_socket < 0)
        {
            _socket = SocketCalls.Socket(
                NativeAddress.FamilyOf(endPoint), SocketCalls.TypeStream | SocketCalls.NonBlocking | SocketCalls.CloseOnExec, 0);
            if (_socket < 0)
            {
                Fail(ErrnoExtensions.Last());
                return;
            }

            SocketTuner.Apply(_socket, endPoint, tuning);
        }

        var error = SocketCalls.Connect(_socket, address, length) == 0 ? Errno.None : ErrnoExtensions.Last();
        switch (error)
        {
            case Errno.TryAgain:
                _retry = loop.Core.AddDeadline(BacklogRetry, static state => ((EpollConnectAttempt)state!).Start(), this);
                break;
            case Errno.None:
                // A Unix socket is connected at once.
                Connection = new EpollConnection(loop, _socket, endPoint, null, tuning);
                Finish(Connection.TryAttach() ? Errno.None : AbortConnection(ErrnoExtensions.Last()));
                break;
            case Errno.InProgress or Errno.Interrupted:
                _slot = loop.Poller.Add(_socket, EpollConnection.InterestIn(isUnix: endPoint.AddressFamily == AddressFamily.Unix), this);
                if (_slot < 0)
                {
                    Fail(ErrnoExtensions.Last());
                }

                break;
            default:
                Fail(error);
                break;
        }
    }

    private Errno AbortConnection(Errno error)
    {
        Connection!.Abort();
        return error;
    }

    private void Succeed(uint events)
    {
        Connection = new EpollConnection(loop, _socket, endPoint, null, tuning);
        Connection.Adopt(_slot);
        Connection.OnEvents(events);
        Finish(Errno.None);
    }

    private void Fail(Errno error)
    {
        if (_done.Task.IsCompleted)
        {
            return;
        }

        if (_slot >= 0)
        {
            loop.Poller.Close(_socket, _slot);
        }
        else if (_socket >= 0)
        {
            _ = SocketCalls.Close(_socket);
        }

        Finish(error);
    }

    private void Finish(Errno error)
    {
        _limit?.Cancel();
        _retry?.Cancel();
        _done.SetResult(error);
    }

    private void PostCancel() => loop.Post(static state => ((EpollConnectAttempt)state!).Fail(Errno.Interrupted), this);
}
