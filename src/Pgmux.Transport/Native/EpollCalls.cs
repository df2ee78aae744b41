using System.Runtime.InteropServices;

namespace Pgmux.Transport.Native;

/// <summary>epoll(7).</summary>
internal static unsafe partial class EpollCalls
{
    public const uint EdgeTriggered = 1u << 31;

    public const int Add = 1;
    public const int Delete = 2;
    public const int Modify = 3;

    private const int CloseOnExec = 0x80000;

    public static int Create() => EpollCreate(CloseOnExec);

    [LibraryImport("libc", EntryPoint = "epoll_create1")]
    private static partial int EpollCreate(int flags);

    [LibraryImport("libc", EntryPoint = "epoll_ctl")]
    public static partial int Control(int epoll, int operation, int descriptor, byte* epollEvent);

    [LibraryImport("libc", EntryPoint = "epoll_wait")]
    public static partial int Wait(int epoll, byte* events, int capacity, int timeoutMilliseconds);
}
