using System.Runtime.InteropServices;

namespace Pgmux.Transport.Native;

/// <summary>eventfd(2): wakes a loop that sleeps in the kernel.</summary>
internal static unsafe partial class EventFd
{
    private const int CloseOnExec = 0x80000;
    private const int NonBlocking = 0x800;

    public static int Create() => Create(0, CloseOnExec | NonBlocking);

    /// <summary>
    /// Adds one to the counter, which makes an edge for an edge-triggered epoll. Nobody reads the counter: it would take
    /// centuries to fill 64 bits.
    /// </summary>
    public static void Signal(int descriptor)
    {
        ulong one = 1;
        _ = Write(descriptor, &one, sizeof(ulong));
    }

    [LibraryImport("libc", EntryPoint = "eventfd")]
    private static partial int Create(uint initial, int flags);

    [LibraryImport("libc", EntryPoint = "write")]
    private static partial nint Write(int descriptor, void* value, nuint length);
}
