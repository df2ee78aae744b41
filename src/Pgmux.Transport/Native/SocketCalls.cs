using System.Runtime.InteropServices;

namespace Pgmux.Transport.Native;

/// <summary>The calls of socket(7) that move bytes and connections.</summary>
internal static unsafe partial class SocketCalls
{
    public const int FamilyUnix = 1;
    public const int FamilyInet = 2;
    public const int FamilyInet6 = 10;
    public const int TypeStream = 1;
    public const int NonBlocking = 0x800;
    public const int CloseOnExec = 0x80000;
    public const int MessagePeek = 0x2;
    public const int MessageDoNotWait = 0x40;
    public const int MessageNoSignal = 0x4000;
    public const int MessageControlTruncated = 0x8;
    public const int MessageCloseDescriptorsOnExec = 0x40000000;
    public const int ShutdownWrite = 1;

    /// <summary>sizeof(struct sockaddr_storage).</summary>
    public const int AddressBytes = 128;

    [LibraryImport("libc", EntryPoint = "socket")]
    public static partial int Socket(int family, int type, int protocol);

    [LibraryImport("libc", EntryPoint = "bind")]
    public static partial int Bind(int socket, byte* address, uint length);

    [LibraryImport("libc", EntryPoint = "listen")]
    public static partial int Listen(int socket, int backlog);

    [LibraryImport("libc", EntryPoint = "accept4")]
    public static partial int Accept(int socket, byte* address, uint* length, int flags);

    [LibraryImport("libc", EntryPoint = "connect")]
    public static partial int Connect(int socket, byte* address, uint length);

    [LibraryImport("libc", EntryPoint = "getsockname")]
    public static partial int GetName(int socket, byte* address, uint* length);

    [LibraryImport("libc", EntryPoint = "getpeername")]
    public static partial int GetPeerName(int socket, byte* address, uint* length);

    [LibraryImport("libc", EntryPoint = "recv")]
    public static partial nint Receive(int socket, byte* buffer, nuint length, int flags);

    [LibraryImport("libc", EntryPoint = "send")]
    public static partial nint Send(int socket, byte* buffer, nuint length, int flags);

    [LibraryImport("libc", EntryPoint = "sendmsg")]
    public static partial nint SendMessage(int socket, MessageHeader* message, int flags);

    [LibraryImport("libc", EntryPoint = "recvmsg")]
    public static partial nint ReceiveMessage(int socket, MessageHeader* message, int flags);

    [LibraryImport("libc", EntryPoint = "shutdown")]
    public static partial int Shutdown(int socket, int how);

    [LibraryImport("libc", EntryPoint = "close")]
    public static partial int Close(int descriptor);
}
