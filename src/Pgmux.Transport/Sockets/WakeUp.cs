using Pgmux.Transport.Native;

namespace Pgmux.Transport.Sockets;

/// <summary>
/// The eventfd that ends a loop's sleep. Closed by the finalizer only: another thread may be about to signal while the loop
/// ends, and must not write into a descriptor that has been given to somebody else.
/// </summary>
internal sealed class WakeUp
{
    public WakeUp()
    {
        Descriptor = EventFd.Create();
        if (Descriptor < 0)
        {
            GC.SuppressFinalize(this);
            throw new IOException($"Cannot create an eventfd: {ErrnoExtensions.Last().Describe()}");
        }
    }

    ~WakeUp() => _ = SocketCalls.Close(Descriptor);

    public int Descriptor { get; }

    public void Signal()
    {
        EventFd.Signal(Descriptor);
        GC.KeepAlive(this);
    }
}
