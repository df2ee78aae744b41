using System.Runtime.InteropServices;

namespace Pgmux.Transport.Native;

/// <summary>getsockopt(2) and setsockopt(2) with the options of socket(7), tcp(7), ipv6(7) and unix(7) that pgmux uses.</summary>
internal static unsafe partial class SocketOptions
{
    public const int LevelSocket = 1;
    public const int LevelTcp = 6;
    public const int LevelIpv6 = 41;

    public const int ReuseAddress = 2;
    public const int Error = 4;
    public const int SendBuffer = 7;
    public const int ReceiveBuffer = 8;
    public const int KeepAlive = 9;
    public const int Linger = 13;
    public const int ReusePort = 15;
    public const int PeerCredentials = 17;
    public const int AcceptsConnections = 30;

    public const int TcpNoDelay = 1;
    public const int TcpKeepIdle = 4;
    public const int TcpKeepInterval = 5;
    public const int TcpKeepCount = 6;
    public const int TcpDeferAccept = 9;
    public const int TcpUserTimeout = 18;

    public const int Ipv6Only = 26;

    /// <summary>Sets an option that is a number; false with errno when the kernel refuses it.</summary>
    public static bool TrySet(int socket, int level, int option, int value) =>
        Set(socket, level, option, &value, sizeof(int)) == 0;

    /// <summary>Reads an option that is a number; null when the kernel refuses it.</summary>
    public static int? Get(int socket, int level, int option)
    {
        int value;
        uint length = sizeof(int);
        return Get(socket, level, option, &value, &length) == 0 ? value : null;
    }

    /// <summary>Takes the pending error off a socket (SO_ERROR).</summary>
    public static Errno TakeError(int socket) => (Errno)(Get(socket, LevelSocket, Error) ?? (int)ErrnoExtensions.Last());

    /// <summary>Makes the next close send RST and drop what is in flight.</summary>
    public static void ResetOnClose(int socket)
    {
        var linger = new LingerValue { Enabled = 1, Seconds = 0 };
        _ = Set(socket, LevelSocket, Linger, &linger, (uint)sizeof(LingerValue));
    }

    /// <summary>SO_PEERCRED; null when the socket is not a Unix one or is closed.</summary>
    public static PeerCredentials? GetPeerCredentials(int socket)
    {
        UserCredentials credentials;
        var length = (uint)sizeof(UserCredentials);
        return Get(socket, LevelSocket, PeerCredentials, &credentials, &length) == 0
            ? new PeerCredentials(credentials.ProcessId, credentials.UserId, credentials.GroupId)
            : null;
    }

    [LibraryImport("libc", EntryPoint = "setsockopt")]
    private static partial int Set(int socket, int level, int option, void* value, uint length);

    [LibraryImport("libc", EntryPoint = "getsockopt")]
    private static partial int Get(int socket, int level, int option, void* value, uint* length);
}
