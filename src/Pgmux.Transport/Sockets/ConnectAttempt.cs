using System.Net;
using Pgmux.Transport.Loops;
using Pgmux.Transport.Native;

namespace Pgmux.Transport.Sockets;

/// <summary>One connect to one address.</summary>
internal sealed class ConnectAttempt(SocketLoop loop, EndPoint endPoint, SocketTuning tuning) : IPollTarget
{
    // A Unix socket whose backlog is full says "try again" and makes no event when there is room.
    private static readonly TimeSpan BacklogRetry = TimeSpan.FromMilliseconds(20);

    private readonly TaskCompletionSource<Errno> _done = new();
    private Deadline? _limit;
    private Deadline? _retry;
    private int _socket = -1;
    private DescriptorWatch? _watch;

    /// <summary>The connection; null until <see cref="RunAsync"/> has returned no error.</summary>
    public SocketConnection? Connection { get; private set; }

    public async Task<Errno> RunAsync(TimeSpan limit, CancellationToken cancellationToken)
    {
        _limit = loop.Core.AddDeadline(limit, static state => ((ConnectAttempt)state!).Fail(Errno.TimedOut), this);
        using var registration = cancellationToken.UnsafeRegister(
            static state => ((ConnectAttempt)state!).PostCancel(), this);
        Start();
        return await _done.Task;
    }

    public void OnEvents(PollEvents events)
    {
        var error = SocketOptions.TakeError(_socket);
        if (error != Errno.None)
        {
            Fail(error);
        }
        else if ((events & PollEvents.Out) != 0 && !_done.Task.IsCompleted)
        {
            _watch!.Stop();
            _watch = null;
            Succeed();
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
                _retry = loop.Core.AddDeadline(BacklogRetry, static state => ((ConnectAttempt)state!).Start(), this);
                break;
            case Errno.None:
                // A Unix socket is connected at once.
                Succeed();
                break;
            case Errno.InProgress or Errno.Interrupted:
                _watch = loop.TryWatch(_socket, PollEvents.Out, this);
                if (_watch is null)
                {
                    Fail(ErrnoExtensions.Last());
                }

                break;
            default:
                Fail(error);
                break;
        }
    }

    private void Succeed()
    {
        Connection = loop.CreateConnection(_socket, endPoint, null, tuning);
        Finish(Connection.TryAttach() ? Errno.None : AbortConnection(ErrnoExtensions.Last()));
    }

    private Errno AbortConnection(Errno error)
    {
        Connection!.Abort();
        return error;
    }

    private void Fail(Errno error)
    {
        if (_done.Task.IsCompleted)
        {
            return;
        }

        if (_watch is not null)
        {
            _watch.Close();
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

    private void PostCancel() => loop.Post(static state => ((ConnectAttempt)state!).Fail(Errno.Interrupted), this);
}
