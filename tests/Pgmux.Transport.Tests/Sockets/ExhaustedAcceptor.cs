using Pgmux.Transport.Native;
using Pgmux.Transport.Sockets;

namespace Pgmux.Transport.Tests.Sockets;

/// <summary>Accepts, or fails as the kernel does when something has run out.</summary>
internal sealed class ExhaustedAcceptor : SocketAcceptor
{
    private readonly TaskCompletionSource _enough = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile Errno _failure;
    private int _awaited = int.MaxValue;

    public Errno Failure
    {
        set => _failure = value;
    }

    public Errno FailOnce { get; set; }

    public int FailureCount { get; private set; }

    public Task FailuresAsync(int count)
    {
        Volatile.Write(ref _awaited, count);
        return _enough.Task;
    }

    public override Errno Accept(int listener, Span<byte> address, out int socket, out int length)
    {
        socket = -1;
        length = 0;
        if (FailOnce != Errno.None)
        {
            var failure = FailOnce;
            FailOnce = Errno.None;
            return failure;
        }

        if (_failure == Errno.None)
        {
            return base.Accept(listener, address, out socket, out length);
        }

        if (++FailureCount >= Volatile.Read(ref _awaited))
        {
            _enough.TrySetResult();
        }

        return _failure;
    }
}
